package io.sallyport.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.loadtest.DemoEhr;
import io.sallyport.loadtest.LoadClient;
import io.sallyport.proxy.fixtures.ApplianceFiles;
import io.sallyport.proxy.fixtures.ForkedAppliance;
import io.sallyport.proxy.journal.JournalEntry;
import io.sallyport.proxy.journal.JournalReader;
import io.sallyport.proxy.journal.JournalVerifier;
import io.sallyport.proxy.kms.Kms;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * kill -9 under load. Afterwards: what the upstream saw is a subset of the intents, what clients
 * were answered is a subset of the outcomes, and the journal verifies.
 */
class KillTest {
  /** Before the kill the load must have reached this rate over the last second. */
  private static final int RATE_MIN = 2_000;

  private static final int IN_FLIGHT_MIN = 10;
  private static final int CONNECTIONS = 16;

  @TempDir Path root;
  private Path dir;

  private final Set<String> seenByUpstream = ConcurrentHashMap.newKeySet();
  private final Set<String> answered = new HashSet<>();

  @Test
  @Tag("alone")
  void fiveKillsLoseNothing() throws Exception {
    round(1);
  }

  @Test
  @Tag("real")
  void fiftyKillsLoseNothing() throws Exception {
    for (int round = 1; round <= 10; round++) {
      round(round);
    }
  }

  @Test
  @Tag("long")
  void thousandKillsLoseNothing() throws Exception {
    for (int round = 1; round <= 200; round++) {
      round(round);
    }
  }

  /** Five kills of one appliance, whose journal goes on from start to start. */
  private void round(int round) throws Exception {
    dir = Files.createDirectory(root.resolve("round-" + round));
    seenByUpstream.clear();
    answered.clear();
    try (DemoEhr ehr = DemoEhr.start(0);
        ApplianceFiles files = new ApplianceFiles(dir, ehr.base())) {
      ehr.onRequest(request -> seenByUpstream.add(request.headers().get("x-request-id")));
      for (int kill = 1; kill <= 5; kill++) {
        killUnderLoad(files, kill);
        check(files, kill);
      }
    }
    // Each kill leaves the unused end of a roll file.
    try (Stream<Path> all = Files.walk(dir)) {
      for (Path file : all.filter(f -> f.toString().endsWith(".cq4")).toList()) {
        Files.delete(file);
      }
    }
  }

  private void killUnderLoad(ApplianceFiles files, int kill) throws Exception {
    Path log = dir.resolve("log-" + kill);
    Process process = ForkedAppliance.serve(files, log);
    try {
      await(process, log, () -> ForkedAppliance.connects(files.port()));
      LoadClient load =
          new LoadClient(
              "localhost",
              files.port(),
              files.trusting().getSocketFactory(),
              "Bearer " + files.token(),
              List.of("/fhir/Patient/" + DemoEhr.PATIENT));
      load.start(CONNECTIONS);
      long[] last = {0, System.nanoTime()};
      double[] rate = {0};
      await(
          process,
          log,
          () -> {
            long now = System.nanoTime();
            if (now - last[1] > TimeUnit.MILLISECONDS.toNanos(500)) {
              rate[0] = (load.completed() - last[0]) * 1e9 / (now - last[1]);
              last[0] = load.completed();
              last[1] = now;
            }
            return rate[0] >= RATE_MIN && load.inFlight() >= IN_FLIGHT_MIN;
          });
      int inFlight = load.inFlight();
      process.destroyForcibly().waitFor();
      load.stop();
      answered.addAll(load.answered());
      assertThat(load.status(200)).isEqualTo(load.completed());
      System.out.printf(
          "kill %d: %.0f requests/s, %d in flight, %d answered%n",
          kill, rate[0], inFlight, load.completed());
    } finally {
      process.destroyForcibly().waitFor();
    }
  }

  private void check(ApplianceFiles files, int kill) throws IOException {
    Kms kms = Kms.open("pkcs12:" + files.keys(), dir, "test".toCharArray());
    Set<String> intents = new HashSet<>();
    Set<String> outcomes = new HashSet<>();
    new JournalReader(files.journal(), kms)
        .forEach(
            JournalReader.Filter.ALL,
            entry -> {
              if (entry.entry() instanceof JournalEntry.Intent intent) {
                intents.add(intent.exchange());
              } else if (entry.entry() instanceof JournalEntry.Outcome outcome) {
                outcomes.add(outcome.exchange());
              }
            });
    Set<String> forwardedUnrecorded = new HashSet<>(seenByUpstream);
    forwardedUnrecorded.removeAll(intents);
    assertThat(forwardedUnrecorded).as("kill %d: seen upstream, not recorded", kill).isEmpty();
    Set<String> answeredUnrecorded = new HashSet<>(answered);
    answeredUnrecorded.removeAll(outcomes);
    assertThat(answeredUnrecorded).as("kill %d: answered, not recorded", kill).isEmpty();
    String key = Files.readString(files.journal().resolve("journal.pub"));
    JournalVerifier.Result result =
        new JournalVerifier(files.journal(), key, List.of(), kms).verify();
    assertThat(result.ok())
        .as("kill %d: %s, %s", kill, result.summary(), result.problem())
        .isTrue();
  }

  // A machine with noisy neighbours reaches the rate in spells: this only ends a test that hangs.
  private static void await(Process process, Path log, java.util.function.BooleanSupplier condition)
      throws Exception {
    long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(10);
    while (!condition.getAsBoolean()) {
      assertThat(process.isAlive()).as(Files.readString(log)).isTrue();
      assertThat(System.nanoTime()).as("waited too long for the load").isLessThan(deadline);
      Thread.sleep(10);
    }
  }
}
