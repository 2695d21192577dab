package io.sallyport.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.proxy.cli.ThrowawayPki;
import io.sallyport.proxy.fixtures.Caller;
import io.sallyport.proxy.fixtures.RunningAppliance;
import io.sallyport.proxy.fixtures.ScriptedUpstream;
import io.sallyport.proxy.fixtures.TestTls;
import io.sallyport.proxy.siem.TlsReceiver;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Somebody works on the files of a running appliance: it says so in its journal and to the SIEM.
 */
class TamperAlarmTest {
  private static final String PATIENT = "{\"resourceType\":\"Patient\",\"id\":\"zq7\"}";

  @TempDir Path dir;
  @TempDir Path siem;

  @Test
  void changedAndDeletedRecordsAreAtTheReceiver() throws Exception {
    ThrowawayPki.write(siem);
    try (var upstream = new ScriptedUpstream(call -> call.answer(PATIENT));
        var receiver = new TlsReceiver(TestTls.serving(siem))) {
      String more =
          "siem: [{name: soc, to: \"syslog+tls://localhost:%d\", trust: \"file:%s\", format: ocsf}]"
              .formatted(receiver.port(), siem.resolve("ca.pem"));
      try (var appliance = new RunningAppliance(dir, upstream.base(), "", more)) {
        read(appliance);
        Path file = newest(appliance.files().journal());
        appliance.restart();
        flip(file);
        assertThat(await(receiver, "journal-record-changed")).contains("\"class_uid\":2004");
        Files.delete(file);
        assertThat(await(receiver, "journal-file-deleted")).contains("\"class_uid\":2004");
        read(appliance); // care goes on
      }
    }
  }

  private static Path newest(Path journal) throws Exception {
    try (Stream<Path> all = Files.walk(journal)) {
      return all.filter(f -> f.toString().endsWith(".cq4")).max(Path::compareTo).orElseThrow();
    }
  }

  /** One bit of the last sealed record's first bytes behind Chronicle's own pages. */
  private static void flip(Path file) throws Exception {
    try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
      long at = open.length() - 60;
      open.seek(at);
      int old = open.read();
      open.seek(at);
      open.write(old ^ 1);
    }
  }

  private static void read(RunningAppliance appliance) throws Exception {
    try (Caller caller = appliance.call()) {
      assertThat(caller.get("/Patient/zq7")).contains("200 ");
    }
  }

  private static String await(TlsReceiver receiver, String part) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    List<String> messages = receiver.messages();
    while (messages.stream().noneMatch(m -> m.contains(part)) && System.nanoTime() < deadline) {
      Thread.sleep(20);
      messages = receiver.messages();
    }
    assertThat(messages).anyMatch(m -> m.contains(part));
    return messages.stream().filter(m -> m.contains(part)).findFirst().orElseThrow();
  }
}
