package io.sallyport.proxy.kms;

import static org.assertj.core.api.Assertions.assertThat;

import io.prometheus.client.CollectorRegistry;
import io.sallyport.proxy.fixtures.MovingClock;
import io.sallyport.proxy.journal.ChronicleJournal;
import io.sallyport.proxy.journal.Durabilities;
import io.sallyport.proxy.journal.EventClass;
import io.sallyport.proxy.journal.JournalEntry;
import io.sallyport.proxy.journal.JournalEntry.Aborted;
import io.sallyport.proxy.journal.JournalEntry.Disposed;
import io.sallyport.proxy.journal.JournalLimits;
import io.sallyport.proxy.journal.JournalReader;
import io.sallyport.proxy.journal.JournalVerifier;
import io.sallyport.proxy.journal.Outside;
import io.sallyport.proxy.journal.Retention;
import io.sallyport.proxy.journal.RetentionClass;
import io.sallyport.proxy.journal.RetentionPolicy;
import io.sallyport.proxy.journal.RetentionRequests;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.YearMonth;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A month's class is disposed of with every key service; one test class says where each is. */
public abstract class DisposalContract {
  private static final JournalLimits LIMITS =
      new JournalLimits(2 << 20, 60_000, 20, true, Durabilities.LEAST);

  @TempDir protected Path dir;
  private final MovingClock clock = new MovingClock(Instant.parse("2019-11-10T08:00:00Z"));

  /** The key service, opened anew. */
  protected abstract Kms kms() throws Exception;

  /** What a service that keeps a destroyed key for a while does with it in the end. */
  protected void daysPass() {}

  /** What the service says of a key that was destroyed. */
  protected Kms.Standing afterDestroy() {
    return Kms.Standing.ABSENT;
  }

  private ChronicleJournal open(Kms kms) {
    return ChronicleJournal.open(
        dir.resolve("journal"), kms, clock, LIMITS, Outside.NONE, new CollectorRegistry());
  }

  private static void append(ChronicleJournal open, JournalEntry entry) {
    open.append("", entry, EventClass.ADMIN).toCompletableFuture().join();
  }

  @Test
  void keyOfAMonthAndClassIsDestroyedAndOnlyThat() throws Exception {
    try (var kms = kms();
        var open = open(kms)) {
      append(open, new Aborted("x1", -1, "CALLER_LEFT"));
      append(open, new JournalEntry.Alert("drill", "november"));
    }
    clock.move(Duration.ofDays(7 * 366));
    var jane = ApproverKey.create("jane", dir.resolve("jane.key"));
    var joe = ApproverKey.create("joe", dir.resolve("joe.key"));
    var policy = new RetentionPolicy(Map.of(), List.of(jane.line(), joe.line()));
    try (var kms = kms();
        var open = open(kms)) {
      var journal = dir.resolve("journal");
      var request =
          RetentionRequests.disposal(
              journal,
              kms,
              policy,
              YearMonth.of(2019, 11),
              RetentionClass.ACCESS,
              false,
              "root",
              "over",
              clock.instant());
      var approved = RetentionRequests.approve(RetentionRequests.approve(request, jane), joe);
      var retention = new Retention(open, journal, kms, policy, clock, () -> Long.MAX_VALUE);
      var after = afterDestroy().name().toLowerCase(java.util.Locale.ROOT);
      assertThat(retention.dispose(approved)).contains(": " + after + "\n", "opened-no-more 1");
      retention.check();
      daysPass();
      retention.check();
      append(open, new Aborted("x2", -1, "CALLER_LEFT"));
    }
    try (var again = kms()) {
      assertThat(again.standing("journal-2019-11-access")).isNotEqualTo(Kms.Standing.USABLE);
      var entries =
          new JournalReader(dir.resolve("journal"), again).entries(JournalReader.Filter.ALL);
      assertThat(entries).filteredOn(e -> e.entry() instanceof Disposed).hasSize(1);
      var states =
          entries.stream()
              .map(e -> e.entry() instanceof JournalEntry.Disposing d ? d.state() : "")
              .filter(state -> !state.isEmpty())
              .toList();
      boolean kept = afterDestroy() == Kms.Standing.SCHEDULED;
      assertThat(states)
          .isEqualTo(
              kept ? List.of("begun", "scheduled", "destroyed") : List.of("begun", "destroyed"));
      assertThat(entries).filteredOn(e -> e.entry() instanceof Aborted).hasSize(1);
      assertThat(entries)
          .filteredOn(
              e -> e.entry() instanceof JournalEntry.Alert a && a.detail().equals("november"))
          .hasSize(1);
    }
    var key = java.nio.file.Files.readString(dir.resolve("journal/journal.pub"));
    assertThat(new JournalVerifier(dir.resolve("journal"), key.strip()).verify().okSealed())
        .isTrue();
  }
}
