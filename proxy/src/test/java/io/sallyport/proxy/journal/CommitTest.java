package io.sallyport.proxy.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommitTest {
  @TempDir Path dir;
  private final TestSettings world = new TestSettings();

  private ChronicleJournal open() {
    return ChronicleJournal.open(dir.resolve("journal"), Entries.kms(dir), world.settings());
  }

  private static CompletionStage<Recorded<String>> alert(Journal journal, Durability durability) {
    return journal.append("value", new JournalEntry.Alert("test", ""), durability);
  }

  @Test
  void processClassIsCompleteAtOnceAndDiskClassAfterTheForce() throws Exception {
    var gate = new CountDownLatch(1);
    var forcing = new CountDownLatch(1);
    try (var journal = open()) {
      Entries.done(alert(journal, Durability.DISK));
      world.before =
          channel -> {
            forcing.countDown();
            awaitQuietly(gate);
          };
      assertThat(alert(journal, Durability.PROCESS).toCompletableFuture()).isCompleted();
      var disk = alert(journal, Durability.DISK).toCompletableFuture();
      var thread = new AtomicReference<String>();
      var seen = disk.thenAccept(r -> thread.set(Thread.currentThread().getName()));
      assertThat(forcing.await(20, TimeUnit.SECONDS)).isTrue();
      assertThat(disk).isNotDone();
      assertThat(journal.durable()).isLessThan(journal.appended());
      gate.countDown();
      // Not disk itself: who waits for a future may run what depends on it, on its own thread.
      seen.get(20, TimeUnit.SECONDS);
      assertThat(thread.get()).isEqualTo("committer");
      assertThat(Entries.done(disk).value()).isEqualTo("value");
      assertThat(journal.durable()).isGreaterThanOrEqualTo(disk.join().sequence());
    } finally {
      gate.countDown();
    }
  }

  @Test
  void processClassIsForcedSoonAfter() throws Exception {
    try (var journal = open()) {
      long seq = Entries.done(alert(journal, Durability.PROCESS)).sequence();
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
      while (journal.durable() < seq && System.nanoTime() < deadline) {
        Thread.sleep(1);
      }
      assertThat(journal.durable()).isGreaterThanOrEqualTo(seq);
    }
  }

  @Test
  void failedForceFencesUntilARestart() throws Exception {
    try (var journal = open()) {
      long before = Entries.done(alert(journal, Durability.DISK)).sequence();
      world.before =
          channel -> {
            throw new IOException("Input/output error");
          };
      var failing = alert(journal, Durability.DISK);
      assertThatThrownBy(() -> Entries.done(failing))
          .hasRootCauseInstanceOf(IOException.class)
          .hasCauseInstanceOf(JournalUnavailable.class);
      assertThat(journal.writable()).isFalse();
      world.before = channel -> {}; // a second try would lie
      assertThatThrownBy(() -> Entries.done(alert(journal, Durability.PROCESS)))
          .hasCauseInstanceOf(JournalUnavailable.class);
      assertThat(journal.durable()).isEqualTo(before);
    }
    try (var journal = open()) {
      assertThat(journal.writable()).isTrue();
      Entries.done(alert(journal, Durability.DISK));
    }
    assertThat(Entries.verify(dir).okSealed()).isTrue();
  }

  @Test
  void closedJournalRecordsNothing() {
    var journal = open();
    journal.close();
    journal.close();
    assertThat(journal.writable()).isFalse();
    assertThatThrownBy(() -> Entries.done(alert(journal, Durability.PROCESS)))
        .hasCauseInstanceOf(JournalUnavailable.class);
  }

  private static void awaitQuietly(CountDownLatch gate) throws IOException {
    try {
      if (!gate.await(30, TimeUnit.SECONDS)) {
        throw new IOException("the test never opened the gate");
      }
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }
}
