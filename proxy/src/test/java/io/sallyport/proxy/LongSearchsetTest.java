package io.sallyport.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.sallyport.proxy.fixtures.ApplianceFiles;
import io.sallyport.proxy.fixtures.ForkedAppliance;
import io.sallyport.proxy.fixtures.ScriptedUpstream;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A searchset of 500 MB, which the record system makes as it is read, passes through an appliance
 * that never holds 300 MB of memory; every entry arrives, and of each just what the role sees.
 */
class LongSearchsetTest {
  private static final long BYTES = 500L << 20;
  private static final long RESIDENT_KB_MAX = 300 << 10;
  private static final String HIDDEN = "CANARY-1974";

  /** Those of the packaged launcher, the heap aside. */
  private static final List<String> FLAGS =
      List.of(
          "-XX:+UseParallelGC",
          "-Xms96m",
          "-Xmn64m",
          "-Xmx128m",
          "-XX:+ExitOnOutOfMemoryError",
          "-Dio.netty.leakDetection.level=disabled");

  @TempDir Path dir;

  private final AtomicLong made = new AtomicLong();
  private final AtomicLong madeBytes = new AtomicLong();
  private final MessageDigest expected = sha256();

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (java.security.NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  @Test
  @Tag("long")
  void fiveHundredMegabytesPassInConstantMemory() throws Exception {
    try (ScriptedUpstream ehr = new ScriptedUpstream(this::stream);
        ApplianceFiles files = new ApplianceFiles(dir, ehr.base())) {
      Path log = dir.resolve("log");
      Process process = ForkedAppliance.serve(files, log, FLAGS);
      try {
        await(process, log, files.port());
        long before = status(process, "VmHWM");
        long from = System.nanoTime();
        Seen seen = read(files);
        long seconds = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - from) / 1000;
        long most = status(process, "VmHWM");
        System.out.printf(
            "%d MB, %d entries in %d s, java %s: VmHWM %d MB, before it %d MB; now %d MB, of it"
                + " files %d MB%n",
            madeBytes.get() >> 20,
            seen.entries,
            seconds,
            System.getProperty("java.version"),
            most >> 10,
            before >> 10,
            status(process, "VmRSS") >> 10,
            status(process, "RssFile") >> 10);
        assertThat(madeBytes.get()).isGreaterThanOrEqualTo(BYTES);
        assertThat(seen.entries).isEqualTo(made.get());
        assertThat(seen.digest).isEqualTo(HexFormat.of().formatHex(expected.digest()));
        assertThat(seen.total).isEqualTo(made.get());
        assertThat(most).isLessThan(RESIDENT_KB_MAX);
      } finally {
        process.destroyForcibly().waitFor();
      }
    }
  }

  private static void await(Process process, Path log, int port) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!ForkedAppliance.connects(port)) {
      assertThat(process.isAlive() && System.nanoTime() < end)
          .as(() -> "the appliance starts: " + text(log))
          .isTrue();
      Thread.sleep(100);
    }
  }

  private static String text(Path log) {
    try {
      return Files.readString(log);
    } catch (java.io.IOException none) {
      return none.toString();
    }
  }

  /** A line of /proc/PID/status, in kB. */
  private static long status(Process process, String line) throws Exception {
    for (String one : Files.readAllLines(Path.of("/proc/" + process.pid() + "/status"))) {
      if (one.startsWith(line + ":")) {
        return Long.parseLong(one.replaceAll("[^0-9]", ""));
      }
    }
    throw new IllegalStateException("no " + line);
  }

  // ------------------------------------------------------------------ what the record system says

  private void stream(ScriptedUpstream.Call call) throws Exception {
    call.write(
        "HTTP/1.1 200 OK\r\nContent-Type: application/fhir+json\r\n"
            + "Transfer-Encoding: chunked\r\n\r\n");
    long entries = BYTES / entry(0).length() + 1;
    StringBuilder some = new StringBuilder();
    some.append("{\"resourceType\":\"Bundle\",\"type\":\"searchset\",\"total\":")
        .append(entries)
        .append(",\"entry\":[");
    for (long i = 0; i < entries; i++) {
      some.append(i == 0 ? "" : ",").append(entry(i));
      made.incrementAndGet();
      seen(expected, "p" + i, family(i), text(i));
      if (i % 7 == 0) {
        // Of another type: not for this caller.
        some.append(",{\"resource\":{\"resourceType\":\"Basic\",\"id\":\"b\",\"code\":{\"text\":\"")
            .append(HIDDEN)
            .append("\"}}}");
      }
      if (some.length() > 60_000) {
        chunk(call, some);
      }
    }
    chunk(call, some.append("]}"));
    call.write("0\r\n\r\n");
  }

  private void chunk(ScriptedUpstream.Call call, StringBuilder some) throws Exception {
    call.write(Integer.toHexString(some.length()) + "\r\n" + some + "\r\n");
    madeBytes.addAndGet(some.length());
    some.setLength(0);
  }

  private static String entry(long i) {
    return "{\"fullUrl\":\"http://ehr.internal/fhir/Patient/p"
        + i
        + "\",\"resource\":{\"resourceType\":\"Patient\",\"id\":\"p"
        + i
        + "\",\"birthDate\":\"1974-12-25\",\"telecom\":[{\"value\":\""
        + HIDDEN
        + "\"}],\"name\":[{\"family\":\""
        + family(i)
        + "\",\"text\":\""
        + text(i)
        + "\"}]},\"search\":{\"mode\":\"match\"}}";
  }

  private static String family(long i) {
    return "Family-" + Long.toHexString(i * 0x9E3779B97F4A7C15L);
  }

  private static String text(long i) {
    return (Long.toHexString((i + 1) * 0xC2B2AE3D27D4EB4FL) + " ").repeat(60);
  }

  /** What anybody sees of one patient, in words of no format. */
  private static void seen(MessageDigest digest, String id, String family, String text) {
    digest.update((id + "\n" + family + "\n" + text + "\n").getBytes(StandardCharsets.UTF_8));
  }

  // ------------------------------------------------------------------------- what the caller gets

  private record Seen(long entries, long total, String digest) {}

  private static Seen read(ApplianceFiles files) throws Exception {
    HttpResponse<InputStream> response =
        HttpClient.newBuilder()
            .sslContext(files.trusting())
            .build()
            .send(
                HttpRequest.newBuilder(URI.create(files.base() + "/Patient?_count=1000"))
                    .header("Authorization", "Bearer " + files.token())
                    .build(),
                HttpResponse.BodyHandlers.ofInputStream());
    assertThat(response.statusCode()).isEqualTo(200);
    MessageDigest digest = sha256();
    long entries = 0;
    long total = -1;
    try (JsonParser json = new JsonFactory().createParser(response.body())) {
      String id = "";
      String family = "";
      int depth = 0;
      for (JsonToken token = json.nextToken(); token != null; token = json.nextToken()) {
        depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
        if (!token.isScalarValue()) {
          continue;
        }
        assertThat(json.getText()).doesNotContain(HIDDEN).doesNotContain("1974-12");
        String name = json.currentName();
        if (depth == 1 && name.equals("total")) {
          total = json.getLongValue();
        } else if (depth == 4 && name.equals("id")) {
          id = json.getText();
          entries++;
        } else if (depth == 6 && name.equals("family")) {
          family = json.getText();
        } else if (depth == 6 && name.equals("text")) {
          seen(digest, id, family, json.getText());
        }
      }
    }
    return new Seen(entries, total, HexFormat.of().formatHex(digest.digest()));
  }
}
