package io.sallyport.proxy.journal;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.proxy.journal.JournalEntry.Alert;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SlowDiskTest {
  private static final JournalLimits LIMITS =
      new JournalLimits(2 << 20, 50, 20, true, Durabilities.LEAST);

  @TempDir Path dir;

  private static void await(CountDownLatch gate) throws IOException {
    try {
      if (!gate.await(60, TimeUnit.SECONDS)) {
        throw new IOException("the test never opened the gate");
      }
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  private static JournalUnavailable.Why why(CompletableFuture<?> refused) {
    return refused.handle((r, e) -> e == null ? null : ((JournalUnavailable) e).why()).join();
  }

  private static CompletableFuture<Recorded<String>> intent(Journal journal) {
    return journal
        .append("x", Entries.intent("1", "dr-jones", "Patient/1"), Durability.PROCESS)
        .toCompletableFuture();
  }

  @Test
  void forceThatHangsRefusesAtOnceUntilAForceIsQuick() throws Exception {
    var gate = new CountDownLatch(1);
    var hang = new AtomicBoolean();
    var standard = Settings.standard(Clock.systemUTC(), LIMITS);
    var settings =
        new Settings(
            standard.clock(),
            standard.nanos(),
            channel -> {
              if (hang.get()) {
                await(gate);
              }
              channel.force(false);
            },
            standard.fill(),
            10,
            standard.sealing(),
            LIMITS);
    try (var journal = ChronicleJournal.open(dir.resolve("journal"), Entries.kms(dir), settings)) {
      Entries.await(journal::writable);
      hang.set(true);
      Entries.done(intent(journal)); // the next force hangs with it
      // None of these waits for the gate: it is opened below.
      Entries.await(() -> why(intent(journal)) == JournalUnavailable.Why.SLOW);
      assertThat(journal.writable()).isFalse();
      // The journal's own affairs are no event loop's, and are recorded.
      var own = journal.append("", new Alert("own", ""), Durability.PROCESS);
      assertThat(own.toCompletableFuture()).isCompleted();
      hang.set(false);
      gate.countDown();
      // Nobody appends: the committer has to find out by itself.
      Entries.await(journal::writable);
      Entries.await(() -> why(intent(journal)) == null);
    } finally {
      gate.countDown();
    }
    assertThat(Entries.verify(dir).okSealed()).isTrue();
  }

  @Test
  void appendThatHangsHoldsUpItsOwnLoopAlone() throws Exception {
    var gate = new CountDownLatch(1);
    var stuck = new CountDownLatch(1);
    var hanging = new Thread[1];
    var clock =
        new Clock() {
          @Override
          public Instant instant() {
            if (Thread.currentThread() == hanging[0]) {
              stuck.countDown();
              try {
                await(gate);
              } catch (IOException e) {
                throw new IllegalStateException(e);
              }
            }
            return Instant.now();
          }

          @Override
          public ZoneId getZone() {
            return ZoneId.of("UTC");
          }

          @Override
          public Clock withZone(ZoneId zone) {
            return this;
          }

          private void await(CountDownLatch latch) throws IOException {
            SlowDiskTest.await(latch);
          }
        };
    try (var journal =
        ChronicleJournal.open(
            dir.resolve("journal"), Entries.kms(dir), Settings.standard(clock, LIMITS))) {
      Entries.await(journal::writable);
      hanging[0] = new Thread(() -> intent(journal));
      hanging[0].start();
      await(stuck);
      assertThat(why(intent(journal))).isEqualTo(JournalUnavailable.Why.SLOW);
      assertThat(journal.writable()).isFalse();
      gate.countDown();
      hanging[0].join();
      Entries.await(journal::writable);
      Entries.await(() -> why(intent(journal)) == null);
    } finally {
      gate.countDown();
    }
    assertThat(Entries.verify(dir).okSealed()).isTrue();
  }
}
