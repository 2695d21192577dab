package io.sallyport.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.proxy.fixtures.ApplianceFiles;
import io.sallyport.proxy.fixtures.Caller;
import io.sallyport.proxy.fixtures.ForkedAppliance;
import io.sallyport.proxy.fixtures.ScriptedUpstream;
import io.sallyport.proxy.journal.JournalEntry;
import io.sallyport.proxy.journal.JournalReader;
import io.sallyport.proxy.journal.JournalVerifier;
import io.sallyport.proxy.kms.Kms;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * SIGTERM to a real appliance: it takes nobody new, finishes what it began, and leaves in order.
 */
class DrainTest {
  private static final String PATIENT = "{\"resourceType\":\"Patient\",\"id\":\"p1\"}";

  @TempDir Path dir;
  private Process process;

  @AfterEach
  void end() throws Exception {
    if (process != null) {
      process.destroyForcibly().waitFor();
    }
  }

  @Test
  void whatIsInFlightIsAnsweredAndToldToCloseAndNobodyElseIsLetIn() throws Exception {
    CountDownLatch heard = new CountDownLatch(1);
    CountDownLatch answer = new CountDownLatch(1);
    try (ScriptedUpstream ehr =
            new ScriptedUpstream(
                call -> {
                  if (call.head().contains("/Patient/slow")) {
                    heard.countDown();
                    answer.await();
                  }
                  call.answer(PATIENT.replace("p1", call.head().contains("slow") ? "slow" : "p1"));
                });
        ApplianceFiles files = new ApplianceFiles(dir, ehr.base())) {
      start(files, "limits: {drain: 1h}");
      try (Caller busy = new Caller(files, 0);
          Caller idle = new Caller(files, 0)) {
        assertThat(idle.get("/Patient/p1")).startsWith("HTTP/1.1 200").doesNotContain("Connection");
        busy.send("/Patient/slow");
        assertThat(heard.await(60, TimeUnit.SECONDS)).isTrue();

        process.destroy();

        assertThat(idle.in().read()).as("an idle connection is closed").isNegative();
        until(() -> !ForkedAppliance.connects(files.port()));
        assertThat(process.isAlive()).as("it waits for what is in flight").isTrue();
        answer.countDown();
        assertThat(busy.answer())
            .startsWith("HTTP/1.1 200")
            .contains("\r\nConnection: close\r\n")
            .contains("\"id\":\"slow\"");
        assertThat(busy.in().read()).isNegative();
      }
      List<JournalEntry> entries = stopped(files);
      assertThat(kinds(entries))
          .endsWith("LoggedIn", "Intent", "Outcome", "LoggedIn", "Intent", "Outcome", "Stopped");
    }
  }

  @Test
  void whatIsNotDoneInTimeIsRefusedOrCutAndRecorded() throws Exception {
    CountDownLatch heard = new CountDownLatch(2);
    String begun =
        "HTTP/1.1 200 OK\r\nContent-Type: application/fhir+json\r\nContent-Length: 9000000\r\n\r\n"
            + "{\"resourceType\":\"Bundle\",\"type\":\"searchset\",\"entry\":["
            + ("{\"resource\":{\"resourceType\":\"Observation\",\"id\":\"o1\",\"status\":\"final\",\"note\":[{\"text\":\""
                    + "x".repeat(50_000)
                    + "\"}]}},")
                .repeat(3);
    try (ScriptedUpstream ehr =
            new ScriptedUpstream(
                call -> {
                  call.write(call.head().contains("/Observation") ? begun : "");
                  heard.countDown();
                  call.awaitEnd();
                });
        ApplianceFiles files = new ApplianceFiles(dir, ehr.base())) {
      start(files, "limits: {drain: 500ms}");
      try (Caller waiting = new Caller(files, 0);
          Caller streaming = new Caller(files, 0)) {
        streaming.send("/Observation?code=x");
        assertThat(streaming.head()).startsWith("HTTP/1.1 200").contains("chunked");
        waiting.send("/Patient/p1");
        assertThat(heard.await(60, TimeUnit.SECONDS)).isTrue();

        process.destroy();

        assertThat(waiting.answer())
            .startsWith("HTTP/1.1 503")
            .contains("\r\nConnection: close\r\n")
            .contains("DRAINING");
        assertThat(streaming.rest()).doesNotEndWith("0\r\n\r\n");
      }
      List<JournalEntry> entries = stopped(files);
      assertThat(kinds(entries)).endsWith("Stopped").contains("Refused", "Close");
      for (JournalEntry entry : entries) {
        if (entry instanceof JournalEntry.Refused refused) {
          assertThat(refused.reason()).isEqualTo("DRAINING");
        } else if (entry instanceof JournalEntry.Close close) {
          assertThat(close.complete()).isFalse();
          assertThat(close.reason()).isEqualTo("DRAINING");
        }
      }
    }
  }

  private void start(ApplianceFiles files, String more) throws Exception {
    Files.writeString(files.config(), Files.readString(files.config()) + more + "\n");
    process = ForkedAppliance.serve(files, dir.resolve("log"));
    until(
        () -> {
          assertThat(process.isAlive()).isTrue();
          return ForkedAppliance.connects(files.port());
        });
  }

  /** What the journal has after an orderly end, proven with the public key alone. */
  private List<JournalEntry> stopped(ApplianceFiles files) throws Exception {
    assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(Files.readString(dir.resolve("log"))).isZero();
    String key = Files.readString(files.journal().resolve("journal.pub"));
    JournalVerifier.Result result = new JournalVerifier(files.journal(), key).verify();
    assertThat(result.okSealed()).as(result.summary()).isTrue();
    assertThat(result.unfinished()).isEmpty();
    Kms kms = Kms.open("pkcs12:" + files.keys(), dir, "test".toCharArray());
    return new JournalReader(files.journal(), kms)
        .entries(JournalReader.Filter.ALL).stream().map(JournalReader.Entry::entry).toList();
  }

  private static List<String> kinds(List<JournalEntry> entries) {
    return entries.stream().map(entry -> entry.getClass().getSimpleName()).toList();
  }

  private static void until(BooleanSupplier condition) throws InterruptedException {
    for (int i = 0; i < 6000 && !condition.getAsBoolean(); i++) {
      Thread.sleep(10);
    }
    assertThat(condition.getAsBoolean()).isTrue();
  }
}
