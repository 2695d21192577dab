package io.sallyport.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.loadtest.DemoEhr;
import io.sallyport.loadtest.LoadClient;
import io.sallyport.proxy.fixtures.ApplianceFiles;
import io.sallyport.proxy.fixtures.Caller;
import io.sallyport.proxy.fixtures.ForkedAppliance;
import io.sallyport.proxy.fixtures.Jdk;
import io.sallyport.proxy.fixtures.TestVolume;
import io.sallyport.proxy.journal.JournalEntry;
import io.sallyport.proxy.journal.JournalReader;
import io.sallyport.proxy.journal.JournalVerifier;
import io.sallyport.proxy.kms.Kms;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A disk that is full to the last block under load, on each Java there is: 503 before anything is
 * forwarded, no crash, nothing lost that was acknowledged, and service again when there is room.
 */
class FullDiskTest {
  private static final int CONNECTIONS = 8;

  @TempDir Path root;
  private final Set<String> seenByUpstream = ConcurrentHashMap.newKeySet();
  private final Set<String> answered = new HashSet<>();

  private String last = "";

  /** Of the load. */
  private interface Condition {
    boolean holds() throws Exception;
  }

  @Test
  @Tag("real")
  void fullExt4RefusesLosesNothingAndServesAgain() throws Exception {
    TestVolume.require();
    for (Jdk jdk : Jdk.installed()) {
      try (TestVolume volume = TestVolume.ext4(root.resolve("ext4-" + jdk.version()), 48)) {
        fillUnderLoad(jdk, volume, "ext4");
      }
    }
  }

  @Test
  @Tag("real")
  void fullTmpfsRefusesLosesNothingAndServesAgain() throws Exception {
    TestVolume.require();
    for (Jdk jdk : Jdk.installed()) {
      try (TestVolume volume = TestVolume.tmpfs(root.resolve("tmpfs-" + jdk.version()), 48)) {
        fillUnderLoad(jdk, volume, "tmpfs");
      }
    }
  }

  private void fillUnderLoad(Jdk jdk, TestVolume volume, String type) throws Exception {
    Path dir = Files.createDirectory(root.resolve(type + "-files-" + jdk.version()));
    seenByUpstream.clear();
    answered.clear();
    Path journal = volume.path().resolve("journal");
    try (DemoEhr ehr = DemoEhr.start(0);
        ApplianceFiles files = new ApplianceFiles(dir, ehr.base())) {
      ehr.onRequest(request -> seenByUpstream.add(request.headers().get("x-request-id")));
      Files.writeString(
          files.config(),
          Files.readString(files.config())
              .replace("{dir: journal,", "{dir: \"" + journal + "\",")
              .replace("file-size: 8MiB", "file-size: 2MiB"));
      Path log = dir.resolve("log");
      Process process = ForkedAppliance.serve(files, log, jdk);
      try {
        await(process, log, () -> ForkedAppliance.connects(files.port()));
        LoadClient before = load(files);
        await(process, log, () -> before.completed() > 2_000);
        volume.fill();
        await(process, log, () -> before.status(503) > 100);
        before.stop();
        answered(before);
        // Nobody is in flight: from here to the end of the full disk nothing may be forwarded.
        int forwarded = seenByUpstream.size();
        for (int i = 0; i < 50; i++) {
          assertThat(ask(files)).as(tail(log)).contains("HTTP/1.1 503");
        }
        assertThat(seenByUpstream).hasSize(forwarded);
        volume.empty();
        await(process, log, () -> ask(files).startsWith("HTTP/1.1 200"));
        LoadClient after = load(files);
        await(process, log, () -> after.status(200) > 1_000);
        after.stop();
        answered(after);
        process.destroy(); // SIGTERM: an ordinary stop
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(tail(log)).isZero();
        System.out.printf(
            "full %s on %s: %d answered before, %d refused, %d answered after%n",
            type, jdk, before.status(200), before.status(503), after.status(200));
      } finally {
        process.destroyForcibly().waitFor();
      }
      check(files, dir, journal);
    }
  }

  private static String tail(Path log) throws Exception {
    String text = Files.readString(log);
    return text.substring(Math.max(0, text.length() - 4_000));
  }

  private static LoadClient load(ApplianceFiles files) throws Exception {
    LoadClient load =
        new LoadClient(
            "localhost",
            files.port(),
            files.trusting().getSocketFactory(),
            "Bearer " + files.token(),
            List.of("/fhir/Patient/" + DemoEhr.PATIENT));
    load.start(CONNECTIONS);
    return load;
  }

  private String ask(ApplianceFiles files) throws Exception {
    try (Caller caller = new Caller(files, 0)) {
      last = caller.get("/Patient/" + DemoEhr.PATIENT);
      return last;
    }
  }

  /** The ids of refusals are among them: what those saw, nobody did. */
  private void answered(LoadClient load) {
    answered.addAll(load.answered());
  }

  private void check(ApplianceFiles files, Path dir, Path journal) throws Exception {
    Kms kms = Kms.open("pkcs12:" + files.keys(), dir, "test".toCharArray());
    Set<String> intents = new HashSet<>();
    Set<String> outcomes = new HashSet<>();
    new JournalReader(journal, kms)
        .forEach(
            JournalReader.Filter.ALL,
            entry -> {
              if (entry.entry() instanceof JournalEntry.Intent intent) {
                intents.add(intent.exchange());
              } else if (entry.entry() instanceof JournalEntry.Outcome outcome) {
                outcomes.add(outcome.exchange());
              }
            });
    assertThat(intents).containsAll(seenByUpstream);
    Set<String> disclosed = new HashSet<>(answered);
    disclosed.retainAll(seenByUpstream);
    assertThat(disclosed.size()).isGreaterThan(2_000);
    disclosed.removeAll(outcomes);
    // Who was forwarded and then refused, because the disk was full by then, got nothing.
    assertThat(disclosed.size()).isLessThanOrEqualTo(CONNECTIONS);
    String key = Files.readString(journal.resolve("journal.pub"));
    JournalVerifier.Result result = new JournalVerifier(journal, key, List.of(), kms).verify();
    assertThat(result.problem()).isEmpty();
    assertThat(result.okSealed()).isTrue();
  }

  private void await(Process process, Path log, Condition condition) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(180);
    while (!condition.holds()) {
      assertThat(process.isAlive()).as(tail(log)).isTrue();
      assertThat(System.nanoTime()).as(last + "\n" + tail(log)).isLessThan(deadline);
      Thread.sleep(20);
    }
  }
}
