package io.sallyport.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.proxy.fixtures.Caller;
import io.sallyport.proxy.fixtures.RunningAppliance;
import io.sallyport.proxy.fixtures.ScriptedUpstream;
import io.sallyport.proxy.journal.JournalEntry;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * An upstream that drips a byte now and then, for ever: it moves, and yet it must come to an end.
 */
class UpstreamTimeTest {
  @TempDir Path dir;

  @ParameterizedTest
  @CsvSource({
    "1h, 500ms, 'HTTP/1.1 200 OK|Content-Type: application/fhir+json|Content-Length: 900000||{\"a\":\"'",
    "1h, 500ms, 'HTTP/1.1 200 OK|Content-Type: application/fhir+json|X-Endless: '",
    "500ms, 1h, 'HTTP/1.1 200 OK|Content-Type: application/fhir+json|X-Endless: '",
    "500ms, 1h, ''", // silence, but for an x now and then
  })
  void isA504(String responseTimeout, String totalTimeout, String begun) throws Exception {
    String keys = ", response-timeout: " + responseTimeout + ", total-timeout: " + totalTimeout;
    try (ScriptedUpstream ehr = new ScriptedUpstream(call -> drip(call, begun));
        RunningAppliance appliance = new RunningAppliance(dir, ehr.base(), keys, "");
        Caller caller = appliance.call()) {
      assertThat(caller.get("/Patient/p1")).startsWith("HTTP/1.1 504").contains("UPSTREAM_TIMEOUT");

      List<JournalEntry> entries = appliance.entries();
      assertThat(entries).hasSize(2);
      assertThat(((JournalEntry.Refused) entries.get(1)).reason()).isEqualTo("UPSTREAM_TIMEOUT");
    }
  }

  @Test
  void inMidStreamItIsAReset() throws Exception {
    String begun =
        "HTTP/1.1 200 OK\r\nContent-Type: application/fhir+json\r\nContent-Length: 9000000\r\n\r\n"
            + "{\"resourceType\":\"Bundle\",\"type\":\"searchset\",\"entry\":["
            + ("{\"resource\":{\"resourceType\":\"Observation\",\"id\":\"o1\",\"status\":\"final\",\"note\":[{\"text\":\""
                    + "x".repeat(50_000)
                    + "\"}]}},")
                .repeat(3)
            + "{\"resource\":{\"resourceType\":\"";
    String keys = ", response-timeout: 1h, total-timeout: 1s";
    try (ScriptedUpstream ehr = new ScriptedUpstream(call -> drip(call, begun));
        RunningAppliance appliance = new RunningAppliance(dir, ehr.base(), keys, "");
        Caller caller = appliance.call()) {
      caller.send("/Observation?code=x");
      assertThat(caller.head()).startsWith("HTTP/1.1 200").contains("chunked");
      assertThat(caller.rest()).doesNotEndWith("0\r\n\r\n");
      assertThat(appliance.recordsUpTo("Close")).endsWith("Close");
      List<JournalEntry> entries = appliance.entries();
      JournalEntry.Close close = (JournalEntry.Close) entries.get(entries.size() - 1);
      assertThat(close.complete()).isFalse();
      assertThat(close.reason()).isEqualTo("UPSTREAM_TIMEOUT");
    }
  }

  private static void drip(ScriptedUpstream.Call call, String begun) throws Exception {
    call.write(begun.replace("|", "\r\n"));
    while (true) {
      call.write("x");
      Thread.sleep(20);
    }
  }
}
