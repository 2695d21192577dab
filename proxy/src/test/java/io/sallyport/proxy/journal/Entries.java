package io.sallyport.proxy.journal;

import io.sallyport.proxy.journal.JournalEntry.Intent;
import io.sallyport.proxy.journal.JournalEntry.Outcome;
import io.sallyport.proxy.journal.JournalEntry.Resource;
import io.sallyport.proxy.kms.KeyStores;
import io.sallyport.proxy.kms.Kms;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Entries, keys and journals for the tests of this package. */
final class Entries {
  static final char[] PASSWORD = "for tests only".toCharArray();

  private Entries() {}

  static Intent intent(String exchange, String subject, String target) {
    return new Intent(
        exchange,
        true,
        "https://idp.example/realm",
        subject,
        "ward-app",
        "8b1c5d",
        "192.0.2.7",
        "/fhir",
        "physician",
        "TREAT",
        "read",
        target,
        "",
        "roles.physician",
        "sha256:0badc0de");
  }

  static Outcome outcome(String exchange, long intent, String... patients) {
    var resources = new ArrayList<Resource>();
    for (var patient : patients) {
      resources.add(new Resource("Observation", "o-" + patient, List.of(patient)));
    }
    return new Outcome(
        exchange,
        intent,
        200,
        List.copyOf(resources),
        Map.of("Patient.telecom", 2),
        0,
        1812,
        "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08");
  }

  /** The key service of a test directory; made when it is not there. */
  static Kms kms(Path dir) {
    if (!Files.exists(dir.resolve("keys.p12"))) {
      KeyStores.create(dir.resolve("keys.p12"), PASSWORD);
    }
    return Kms.open("pkcs12:keys.p12", dir, PASSWORD);
  }

  static ChronicleJournal open(Path dir) {
    return ChronicleJournal.open(
        dir.resolve("journal"), kms(dir), Settings.standard(Clock.systemUTC(), TestSettings.SMALL));
  }

  static JournalVerifier.Result verify(Path dir) throws Exception {
    var journal = dir.resolve("journal");
    return new JournalVerifier(journal, Files.readString(journal.resolve("journal.pub"))).verify();
  }

  /** Waits until it is so, and fails when that never comes. */
  static void await(BooleanSupplier until) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!until.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("waited in vain");
      }
      Thread.sleep(1);
    }
  }

  /** A quarter of an hour passes: the next file is begun. */
  static void roll(Path home, ChronicleJournal journal, TestSettings world)
      throws InterruptedException {
    await(journal.space()::ready);
    long before = files(home);
    world.pass(Duration.ofMinutes(15));
    await(() -> files(home) > before);
  }

  private static long files(Path home) {
    var journal = home.resolve("journal");
    long files = 0;
    try {
      for (int run : JournalFiles.runs(journal)) {
        files += JournalFiles.frames(JournalFiles.run(journal, run)).size();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return files;
  }

  static <T> Recorded<T> done(CompletionStage<Recorded<T>> stage) {
    return stage.toCompletableFuture().orTimeout(20, TimeUnit.SECONDS).join();
  }

  /** An exchange of two records. Returns the outcome's number. */
  static long exchange(Journal journal, String name, String... patients) {
    var intent = intent(name, "dr-jones", "Patient/" + name);
    long first = done(journal.append("permit", intent, Durability.PROCESS)).sequence();
    var outcome = outcome(name, first, patients);
    return done(journal.append("answer", outcome, Durability.PROCESS)).sequence();
  }
}
