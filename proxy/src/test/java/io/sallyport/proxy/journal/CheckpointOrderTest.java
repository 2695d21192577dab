package io.sallyport.proxy.journal;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.proxy.journal.JournalEntry.Alert;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Each checkpoint is repeated by a record, and readers hold the two against each other in order:
 * there must be no second checkpoint of records before that one.
 */
class CheckpointOrderTest {
  private static final long ROLL_FILE = 1 << 20;

  @TempDir Path dir;
  private final TestSettings world = new TestSettings();
  private final AtomicReference<ChronicleJournal> journal = new AtomicReference<>();
  private final CountDownLatch stated = new CountDownLatch(1);
  private final CountDownLatch disk = new CountDownLatch(1);
  private volatile boolean armed;
  private volatile boolean stuck;

  private Settings settings() {
    var usual = world.settings();
    long hours = Duration.ofHours(10).toMillis();
    return new Settings(
        usual.clock(),
        usual.nanos(),
        this::force,
        usual.fill(),
        usual.forceMillis(),
        new Sealing(1_000, hours, hours, hours, hours, hours, 50_000, Long.MAX_VALUE, Outside.NONE),
        usual.limits());
  }

  private void force(FileChannel channel) throws IOException {
    try {
      if (channel.size() > ROLL_FILE) {
        if (stuck && !disk.await(30, TimeUnit.SECONDS)) {
          throw new IOException("the test never freed the disk");
        }
      } else if (armed && Thread.currentThread().getName().equals("sealer")) {
        armed = false;
        recordsBetweenTheCheckpointAndItsRecord();
      }
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
    channel.force(false);
  }

  // One that becomes durable, and one that does not for as long as the disk is stuck.
  private void recordsBetweenTheCheckpointAndItsRecord() throws InterruptedException {
    append("durable");
    Entries.await(() -> journal.get().durable() == journal.get().appended());
    stuck = true;
    append("not durable");
    stated.countDown();
  }

  private void append(String what) {
    Entries.done(journal.get().append("", new Alert(what, ""), Durability.PROCESS));
  }

  private long checkpoints() {
    try {
      return Damage.frames(dir.resolve("journal")).stream()
          .filter(f -> f.type() == FrameType.CHECKPOINT)
          .count();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void noCheckpointIsMadeBeforeTheRecordOfTheLastIsDurable() throws Exception {
    try (var open = ChronicleJournal.open(dir.resolve("journal"), Entries.kms(dir), settings())) {
      journal.set(open);
      Entries.await(() -> checkpoints() == 1 && open.durable() == open.appended());
      armed = true;
      append("news");
      Entries.await(() -> open.durable() == open.appended());
      world.pass(Duration.ofSeconds(2));
      assertThat(stated.await(30, TimeUnit.SECONDS)).isTrue();
      Entries.await(() -> checkpoints() == 2);
      world.pass(Duration.ofSeconds(2));
      Thread.sleep(300); // fifteen beats of the sealer, in which it must do nothing
      assertThat(Entries.verify(dir).problem()).isEmpty();
      assertThat(checkpoints()).isEqualTo(2);
      disk.countDown();
      Entries.await(() -> checkpoints() == 3); // and then it goes on
    } finally {
      disk.countDown();
    }
    assertThat(Entries.verify(dir).problem()).isEmpty();
    assertThat(Entries.verify(dir).okSealed()).isTrue();
  }
}
