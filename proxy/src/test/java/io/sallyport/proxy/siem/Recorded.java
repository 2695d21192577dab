package io.sallyport.proxy.siem;

import io.prometheus.client.CollectorRegistry;
import io.sallyport.proxy.journal.ChronicleJournal;
import io.sallyport.proxy.journal.Durabilities;
import io.sallyport.proxy.journal.EventClass;
import io.sallyport.proxy.journal.JournalEntry;
import io.sallyport.proxy.journal.JournalEntry.Intent;
import io.sallyport.proxy.journal.JournalEntry.Outcome;
import io.sallyport.proxy.journal.JournalEntry.Resource;
import io.sallyport.proxy.journal.JournalLimits;
import io.sallyport.proxy.journal.JournalTail;
import io.sallyport.proxy.journal.Outside;
import io.sallyport.proxy.kms.Kms;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A real journal that is written and followed. */
final class Recorded implements AutoCloseable {
  private static final char[] PASSWORD = "for tests only".toCharArray();

  final Path dir;
  final CollectorRegistry registry = new CollectorRegistry();
  private final Kms kms;
  private ChronicleJournal journal;

  Recorded(Path dir) {
    this.dir = dir;
    if (!Files.exists(dir.resolve("keys.p12"))) {
      Kms.create("pkcs12:keys.p12", dir, PASSWORD);
    }
    kms = Kms.open("pkcs12:keys.p12", dir, PASSWORD);
    open();
  }

  void open() {
    // No disk is slow here: that is another test's.
    var limits = new JournalLimits(32 << 20, 60_000, 20, true, Durabilities.LEAST);
    journal =
        ChronicleJournal.open(
            dir.resolve("journal"),
            kms,
            Clock.systemUTC(),
            limits,
            Outside.NONE,
            new CollectorRegistry());
  }

  long add(JournalEntry entry) {
    return journal
        .append("", entry, EventClass.READ)
        .toCompletableFuture()
        .orTimeout(20, TimeUnit.SECONDS)
        .join()
        .sequence();
  }

  /** An access in two records; the number of the last. */
  long access(String patient) {
    long intent = add(intent("x-" + patient, "Patient/" + patient));
    return add(outcome("x-" + patient, intent, patient));
  }

  Kms kms() {
    return kms;
  }

  long durable() {
    return journal.durable();
  }

  JournalTail tail(long from) {
    return new JournalTail(dir.resolve("journal"), kms, from, () -> journal.durable());
  }

  Exports.Source source() {
    return new Exports.Source(
        () -> tail(0), () -> journal.durable(), id -> "p" + id.hashCode(), dir, "door.example");
  }

  static Intent intent(String exchange, String target) {
    return new Intent(
        exchange,
        true,
        "https://idp.example/realm",
        "dr-jones",
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

  static Outcome outcome(String exchange, long intent, String patient) {
    return new Outcome(
        exchange,
        intent,
        200,
        List.of(new Resource("Patient", patient, List.of(patient))),
        Map.of("Patient.telecom", 2),
        0,
        1812,
        "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08");
  }

  @Override
  public void close() {
    journal.close();
  }
}
