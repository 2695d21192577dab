package io.sallyport.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.proxy.fixtures.Caller;
import io.sallyport.proxy.fixtures.RunningAppliance;
import io.sallyport.proxy.fixtures.ScriptedUpstream;
import io.sallyport.proxy.journal.JournalEntry;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A caller who leaves while the upstream works: nobody goes on working for nobody. */
class LeavingCallerTest {
  private static final String PATIENT = "{\"resourceType\":\"Patient\",\"id\":\"p1\"}";

  // Nothing here ends because a time is over.
  private static final String PATIENTLY = ", response-timeout: 1h, total-timeout: 1h";

  @TempDir Path dir;

  @ParameterizedTest
  @CsvSource({
    "FIN, false, ''",
    "RST, false, ''",
    "FIN, true, ''",
    "RST, true, ''",
    "FIN, false, 'HTTP/1.1 200 OK|Content-Type: application/fhir+json|Content-Length: 99||{\"resour'",
    "RST, false, 'HTTP/1.1 200 OK|Content-Type: application/fhir+json|Content-Length: 99||{\"resour'",
  })
  void isNoticedWhileTheUpstreamWorks(String how, boolean pipelined, String begun)
      throws Exception {
    CountDownLatch heard = new CountDownLatch(1);
    CountDownLatch ended = new CountDownLatch(1);
    try (ScriptedUpstream ehr =
            new ScriptedUpstream(
                call -> {
                  if (call.connection() == 1) {
                    call.write(begun.replace("|", "\r\n"));
                    heard.countDown();
                    call.awaitEnd();
                    ended.countDown();
                    call.socket().close();
                  } else {
                    call.answer(PATIENT);
                  }
                });
        RunningAppliance appliance = new RunningAppliance(dir, ehr.base(), PATIENTLY, "");
        Caller caller = appliance.call()) {
      caller.send("/Patient/p1");
      if (pipelined) {
        caller.send("/Patient/p1");
      }
      assertThat(heard.await(30, TimeUnit.SECONDS)).isTrue();

      if (how.equals("FIN")) {
        caller.leave();
      } else {
        caller.vanish();
      }

      assertThat(ended.await(30, TimeUnit.SECONDS)).as("the upstream's connection ends").isTrue();
      assertThat(appliance.recordsUpTo("Aborted")).containsExactly("Intent", "Aborted");
      JournalEntry.Aborted aborted = (JournalEntry.Aborted) appliance.entries().get(1);
      assertThat(aborted.reason()).isEqualTo("CLIENT_ABORTED");
      assertThat(appliance.unfinished()).isEmpty();
      try (Caller next = appliance.call()) {
        assertThat(next.get("/Patient/p1")).startsWith("HTTP/1.1 200");
      }
      assertThat(ehr.calls())
          .extracting(ScriptedUpstream.Call::connection)
          .isEqualTo(List.of(1, 2));
    }
  }

  @ParameterizedTest
  @CsvSource({"FIN", "RST"})
  void isNoticedInMidStream(String how) throws Exception {
    CountDownLatch ended = new CountDownLatch(1);
    String entry =
        "{\"resource\":{\"resourceType\":\"Observation\",\"id\":\"o1\",\"status\":\"final\",\"note\":[{\"text\":\""
            + "x".repeat(100_000)
            + "\"}]}},";
    try (ScriptedUpstream ehr =
            new ScriptedUpstream(
                call -> {
                  call.write(
                      "HTTP/1.1 200 OK\r\nContent-Type: application/fhir+json\r\nContent-Length: 9000000\r\n\r\n"
                          + "{\"resourceType\":\"Bundle\",\"type\":\"searchset\",\"entry\":["
                          + entry.repeat(3));
                  call.awaitEnd();
                  ended.countDown();
                  call.socket().close();
                });
        RunningAppliance appliance = new RunningAppliance(dir, ehr.base(), PATIENTLY, "");
        Caller caller = appliance.call()) {
      caller.send("/Observation?code=x");
      assertThat(caller.head()).startsWith("HTTP/1.1 200");

      if (how.equals("FIN")) {
        caller.leave();
      } else {
        caller.vanish();
      }

      assertThat(ended.await(30, TimeUnit.SECONDS)).as("the upstream's connection ends").isTrue();
      assertThat(appliance.recordsUpTo("Close"))
          .startsWith("Intent", "Disclosure")
          .endsWith("Close");
      List<JournalEntry> entries = appliance.entries();
      JournalEntry.Close close = (JournalEntry.Close) entries.get(entries.size() - 1);
      assertThat(close.complete()).isFalse();
      assertThat(close.reason()).isEqualTo("CLIENT_ABORTED");
    }
  }
}
