package io.sallyport.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.proxy.fixtures.Caller;
import io.sallyport.proxy.fixtures.RunningAppliance;
import io.sallyport.proxy.fixtures.ScriptedUpstream;
import io.sallyport.proxy.journal.JournalEntry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A caller who stops reading stops the upstream, and loses nothing when it reads on. */
class BackPressureTest {
  private static final int ENTRIES = 64 << 10;

  // What the sockets of two connections hold at most, with the system's own tuning, and one window.
  private static final long HELD_BYTES_MAX = 24 << 20;

  @TempDir Path dir;

  @Test
  void aLongBundleWaitsForItsReaderAndIsWhole() throws Exception {
    AtomicLong written = new AtomicLong();
    // The pause below is longer than the upstream's whole time: it must not be counted as its own.
    String keys = ", response-timeout: 1h, total-timeout: 2s";
    try (ScriptedUpstream ehr = new ScriptedUpstream(call -> stream(call, written));
        RunningAppliance appliance =
            new RunningAppliance(dir, ehr.base(), keys, "limits: {write-time: 1h}");
        Caller caller = new Caller(appliance.files(), 64 << 10)) {
      caller.send("/Observation?code=x");

      long held = whenNothingMoves(written);

      assertThat(held).isBetween(1L << 10, HELD_BYTES_MAX);
      assertThat(caller.head()).startsWith("HTTP/1.1 200").contains("Transfer-Encoding: chunked");
      assertThat(wholeAndInOrder(caller)).isEqualTo(ENTRIES);
      assertThat(written.get()).isGreaterThan(64L << 20);
      assertThat(appliance.recordsUpTo("Close")).endsWith("Close");
      List<JournalEntry> entries = appliance.entries();
      JournalEntry.Close close = (JournalEntry.Close) entries.get(entries.size() - 1);
      assertThat(close.complete()).isTrue();
      assertThat(close.resources()).isEqualTo(ENTRIES);
    }
  }

  private static void stream(ScriptedUpstream.Call call, AtomicLong written) throws Exception {
    StringBuilder some = new StringBuilder();
    some.append(
        "HTTP/1.0 200 OK\r\nContent-Type: application/fhir+json\r\nConnection: close\r\n\r\n");
    some.append("{\"resourceType\":\"Bundle\",\"type\":\"searchset\",\"entry\":[");
    for (int i = 0; i < ENTRIES; i++) {
      some.append(i == 0 ? "" : ",").append("{\"resource\":").append(observation(i)).append('}');
      if (i % 16 == 0 || i == ENTRIES - 1) {
        some.append(i == ENTRIES - 1 ? "]}" : "");
        call.write(some.toString());
        written.addAndGet(some.length());
        some.setLength(0);
      }
    }
    call.socket().close();
  }

  private static String observation(int i) {
    return "{\"resourceType\":\"Observation\",\"id\":\"o"
        + i
        + "\",\"status\":\"final\",\"code\":{\"text\":\""
        + Integer.toHexString(i * 0x9E3779B9).repeat(128)
        + "\"}}";
  }

  /** The count, when it has not changed for three seconds. */
  private static long whenNothingMoves(AtomicLong count) throws InterruptedException {
    long last = -1;
    for (int still = 0; still < 30; ) {
      Thread.sleep(100);
      still = count.get() == last && last > 0 ? still + 1 : 0;
      last = count.get();
    }
    return last;
  }

  /** Takes the chunks apart and counts the entries that are there, each as it was sent. */
  private static int wholeAndInOrder(Caller caller) throws Exception {
    StringBuilder text = new StringBuilder();
    int found = 0;
    while (true) {
      StringBuilder size = new StringBuilder();
      for (int c = caller.in().read(); c != '\n'; c = caller.in().read()) {
        assertThat(c).as("after " + found + " entries").isNotNegative();
        size.append((char) c);
      }
      int length = Integer.parseInt(size.toString().strip(), 16);
      byte[] chunk = caller.in().readNBytes(length + 2);
      if (length == 0) {
        return found;
      }
      text.append(new String(chunk, 0, length, StandardCharsets.US_ASCII));
      int end = 0;
      while (found < ENTRIES) {
        String next = observation(found);
        int at = text.indexOf(next, end);
        if (at < 0) {
          break;
        }
        end = at + next.length();
        found++;
      }
      text.delete(0, end);
    }
  }
}
