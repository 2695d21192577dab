package io.sallyport.proxy.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A reader at the writer's heels must never take a frame for whole whose bytes it read before they
 * were: what it saw then is what is there afterwards.
 */
class FrontierRaceTest {
  private static final long SECONDS = Long.getLong("frontier.seconds", 5);

  @TempDir Path dir;

  @Test
  void whatIsReadBesideTheWriterIsWhatWasWritten() throws Exception {
    List<Integer> seen = new ArrayList<>();
    AtomicBoolean done = new AtomicBoolean();
    Throwable[] failure = new Throwable[1];
    try (var journal = Entries.open(dir)) {
      Thread reader =
          new Thread(
              () -> {
                try (var walk = new JournalWalk(dir.resolve("journal"))) {
                  while (true) {
                    boolean last = done.get();
                    while (walk.next()) {
                      seen.add(hash(walk));
                    }
                    if (last) {
                      return;
                    }
                  }
                } catch (Exception e) {
                  failure[0] = e;
                }
              });
      reader.start();
      long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
      while (System.nanoTime() < until) {
        // Faster than files are written ahead: then it is full for a moment.
        journal.append(
            "value", new JournalEntry.Alert("race", "0123456789".repeat(20)), Durability.PROCESS);
      }
      done.set(true);
      reader.join();
    }
    assertThat(failure[0]).isNull();
    int at = 0;
    try (var walk = new JournalWalk(dir.resolve("journal"))) {
      while (at < seen.size() && walk.next()) {
        assertThat(seen.get(at)).as("record " + at).isEqualTo(hash(walk));
        at++;
      }
    }
    assertThat(at).isEqualTo(seen.size()).isPositive();
  }

  private static int hash(JournalWalk walk) {
    return Arrays.hashCode(Arrays.copyOfRange(walk.bytes(), walk.from(), walk.to()));
  }
}
