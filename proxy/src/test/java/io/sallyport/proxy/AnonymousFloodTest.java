package io.sallyport.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.loadtest.DemoEhr;
import io.sallyport.loadtest.LoadClient;
import io.sallyport.proxy.fixtures.ApplianceFiles;
import io.sallyport.proxy.fixtures.Caller;
import io.sallyport.proxy.fixtures.ForkedAppliance;
import io.sallyport.proxy.journal.JournalEntry;
import io.sallyport.proxy.journal.JournalReader;
import io.sallyport.proxy.journal.JournalVerifier;
import io.sallyport.proxy.kms.Kms;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Requests without a token, as fast as they can be sent: a clinician is served, the journal hardly
 * grows, and no refusal goes uncounted.
 */
class AnonymousFloodTest {
  private static final int CONNECTIONS = 8;
  private static final long GROWTH_MAX = 5_000_000;

  @TempDir Path dir;

  @Test
  void floodDoesNotFillTheJournalNorStarveAClinician() throws Exception {
    flood(Duration.ZERO, 10_000);
  }

  @Test
  @Tag("long")
  void tenMinutesOfFloodDoNotEither() throws Exception {
    flood(Duration.ofMinutes(10), 10_000);
  }

  private void flood(Duration least, long refusalsMin) throws Exception {
    try (DemoEhr ehr = DemoEhr.start(0);
        ApplianceFiles files = new ApplianceFiles(dir, ehr.base())) {
      Files.writeString(
          files.config(), Files.readString(files.config()).replace(", refusals: 100000", ""));
      Path log = dir.resolve("log");
      Process process = ForkedAppliance.serve(files, log);
      long reads = 0;
      LoadClient flood;
      try {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
        while (!ForkedAppliance.connects(files.port())) {
          assertThat(process.isAlive()).as(Files.readString(log)).isTrue();
          assertThat(System.nanoTime()).isLessThan(deadline);
          Thread.sleep(20);
        }
        flood =
            new LoadClient(
                "localhost",
                files.port(),
                files.trusting().getSocketFactory(),
                "Bearer nobody",
                List.of("/fhir/Patient/" + DemoEhr.PATIENT));
        flood.start(CONNECTIONS);
        long end = System.nanoTime() + least.toNanos();
        long stuck = end + TimeUnit.MINUTES.toNanos(5);
        while (System.nanoTime() < end || flood.completed() < refusalsMin || reads < 20) {
          assertThat(System.nanoTime()).as(Files.readString(log)).isLessThan(stuck);
          try (Caller clinician = new Caller(files, 0)) {
            String answer = clinician.get("/Patient/" + DemoEhr.PATIENT);
            assertThat(answer).as(Files.readString(log)).startsWith("HTTP/1.1 200");
          }
          reads++;
          Thread.sleep(50);
        }
        flood.stop();
        assertThat(flood.status(401)).isEqualTo(flood.completed());
        process.destroy();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
      } finally {
        process.destroyForcibly().waitFor();
      }
      check(files, flood.completed(), reads);
    }
  }

  private void check(ApplianceFiles files, long refusals, long reads) throws Exception {
    Kms kms = Kms.open("pkcs12:" + files.keys(), dir, "test".toCharArray());
    List<JournalEntry> entries = new ArrayList<>();
    new JournalReader(files.journal(), kms)
        .forEach(JournalReader.Filter.ALL, entry -> entries.add(entry.entry()));
    long singles = entries.stream().filter(e -> e instanceof JournalEntry.Refused).count();
    long counted =
        entries.stream()
            .filter(e -> e instanceof JournalEntry.Anonymous)
            .mapToLong(e -> ((JournalEntry.Anonymous) e).count())
            .sum();
    long bytes = bytes(files.journal());
    System.out.printf(
        "flood: %d refusals beside %d reads; %d recorded singly, %d counted, journal of %d bytes%n",
        refusals, reads, singles, counted, bytes);
    assertThat(singles + counted).isEqualTo(refusals);
    assertThat(singles).isPositive().isLessThan(refusals / 10);
    assertThat(bytes).isLessThan(GROWTH_MAX);
    String key = Files.readString(files.journal().resolve("journal.pub"));
    assertThat(new JournalVerifier(files.journal(), key).verify().okSealed()).isTrue();
  }

  private static long bytes(Path journal) throws IOException {
    try (Stream<Path> all = Files.walk(journal)) {
      long sum = 0;
      for (Path file : all.filter(f -> f.toString().endsWith(".cq4")).toList()) {
        sum += Files.size(file);
      }
      return sum;
    }
  }
}
