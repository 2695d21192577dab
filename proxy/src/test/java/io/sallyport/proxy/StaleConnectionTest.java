package io.sallyport.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.proxy.fixtures.Caller;
import io.sallyport.proxy.fixtures.RunningAppliance;
import io.sallyport.proxy.fixtures.ScriptedUpstream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An upstream that ends a kept-alive connection in the moment in which we send on it. */
class StaleConnectionTest {
  private static final String PATIENT = "{\"resourceType\":\"Patient\",\"id\":\"p1\"}";

  @TempDir Path dir;

  @Test
  void aRequestThatWasNeverHeardIsSentOnceMoreAndRecordedOnce() throws Exception {
    try (ScriptedUpstream ehr = new ScriptedUpstream(call -> onceEach(call, ""));
        RunningAppliance appliance = new RunningAppliance(dir, ehr.base(), "", "");
        Caller caller = appliance.call()) {
      assertThat(caller.get("/Patient/p1")).startsWith("HTTP/1.1 200");

      assertThat(caller.get("/Patient/p1")).startsWith("HTTP/1.1 200").contains("\"id\":\"p1\"");

      assertThat(ehr.calls())
          .extracting(ScriptedUpstream.Call::connection)
          .containsExactly(1, 1, 2);
      assertThat(ehr.calls().get(2).head()).isEqualTo(ehr.calls().get(1).head());
      assertThat(appliance.records()).containsExactly("Intent", "Outcome", "Intent", "Outcome");
    }
  }

  @Test
  void twiceIsEnough() throws Exception {
    try (ScriptedUpstream ehr =
            new ScriptedUpstream(
                call -> {
                  if (call.connection() == 1 && call.request() == 1) {
                    call.answer(PATIENT);
                  } else {
                    call.socket().close();
                  }
                });
        RunningAppliance appliance = new RunningAppliance(dir, ehr.base(), "", "");
        Caller caller = appliance.call()) {
      assertThat(caller.get("/Patient/p1")).startsWith("HTTP/1.1 200");

      assertThat(caller.get("/Patient/p1")).startsWith("HTTP/1.1 502").contains("UNREACHABLE");

      assertThat(ehr.calls()).hasSize(3);
      assertThat(appliance.records()).containsExactly("Intent", "Outcome", "Intent", "Refused");
    }
  }

  @Test
  void aResponseThatHasBegunIsNotAskedForAgain() throws Exception {
    for (String begun :
        List.of("H", "HTTP/1.1 200 OK\r\nContent-Le", "HTTP/1.1 100 Continue\r\n\r\n")) {
      Path here = java.nio.file.Files.createTempDirectory(dir, "begun");
      try (ScriptedUpstream ehr = new ScriptedUpstream(call -> onceEach(call, begun));
          RunningAppliance appliance = new RunningAppliance(here, ehr.base(), "", "");
          Caller caller = appliance.call()) {
        assertThat(caller.get("/Patient/p1")).startsWith("HTTP/1.1 200");

        assertThat(caller.get("/Patient/p1")).as(begun).startsWith("HTTP/1.1 502");

        assertThat(ehr.calls()).hasSize(2);
        assertThat(appliance.records()).containsExactly("Intent", "Outcome", "Intent", "Refused");
      }
    }
  }

  @Test
  void anUpstreamThatWasRestartedIsNotTriedOnOneDeadConnectionAfterTheOther() throws Exception {
    int callers = 2 * Runtime.getRuntime().availableProcessors();
    CyclicBarrier all = new CyclicBarrier(callers);
    try (ScriptedUpstream ehr =
            new ScriptedUpstream(
                call -> {
                  if (call.connection() <= callers && call.request() == 1) {
                    all.await(30, TimeUnit.SECONDS); // so each has a connection of its own
                  }
                  onceEach(call, "");
                });
        RunningAppliance appliance = new RunningAppliance(dir, ehr.base(), "", "")) {
      List<Caller> there = new ArrayList<>();
      for (int i = 0; i < callers; i++) {
        there.add(appliance.call());
        there.get(i).send("/Patient/p1");
      }
      for (Caller caller : there) {
        assertThat(caller.answer()).startsWith("HTTP/1.1 200");
      }

      // One after the other; on each loop at least two dead connections idle.
      for (Caller caller : there) {
        assertThat(caller.get("/Patient/p1")).startsWith("HTTP/1.1 200");
        caller.close();
      }
    }
  }

  /** Answers one request a connection; the second meets an end, perhaps after a few bytes. */
  private static void onceEach(ScriptedUpstream.Call call, String lastWords) throws Exception {
    if (call.request() == 1) {
      call.answer(PATIENT);
    } else {
      call.write(lastWords);
      call.socket().close();
    }
  }
}
