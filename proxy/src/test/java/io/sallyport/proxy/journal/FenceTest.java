package io.sallyport.proxy.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sallyport.proxy.journal.JournalEntry.Alert;
import io.sallyport.proxy.kms.IdentityKey;
import io.sallyport.proxy.kms.Kms;
import io.sallyport.proxy.kms.KmsException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FenceTest {
  @TempDir Path dir;
  private final TestSettings world = new TestSettings();

  /** A key service that a test takes away. */
  private static final class Unreliable implements Kms {
    private final Kms kms;
    private volatile boolean down;

    Unreliable(Kms kms) {
      this.kms = kms;
    }

    private Kms up() {
      if (down) {
        throw new KmsException("down", null);
      }
      return kms;
    }

    @Override
    public void ensure(String key) {
      up().ensure(key);
    }

    @Override
    public byte[] wrap(String key, byte[] dataKey, byte[] aad) {
      return up().wrap(key, dataKey, aad);
    }

    @Override
    public byte[] unwrap(String key, byte[] wrapped, byte[] aad) {
      return up().unwrap(key, wrapped, aad);
    }

    @Override
    public Standing standing(String key) {
      return up().standing(key);
    }

    @Override
    public List<String> keys() {
      return up().keys();
    }

    @Override
    public Standing destroy(String key) {
      return up().destroy(key);
    }

    @Override
    public byte[] sign(byte[] message) {
      return up().sign(message);
    }

    @Override
    public IdentityKey identity() {
      return kms.identity();
    }

    @Override
    public String name() {
      return kms.name();
    }
  }

  private static void alert(Journal journal, String what) {
    Entries.done(journal.append("", new Alert(what, ""), Durability.DISK));
  }

  @Test
  void errorInAnAppendFences() {
    var broken = new CountDownLatch(1);
    var clock =
        new Clock() {
          @Override
          public Instant instant() {
            if (broken.getCount() == 0) {
              throw new InternalError("a fault occurred in a recent unsafe memory access");
            }
            return world.instant();
          }

          @Override
          public ZoneId getZone() {
            return world.getZone();
          }

          @Override
          public Clock withZone(ZoneId zone) {
            return this;
          }
        };
    try (var journal =
        ChronicleJournal.open(
            dir.resolve("journal"),
            Entries.kms(dir),
            Settings.standard(clock, TestSettings.SMALL))) {
      alert(journal, "before");
      broken.countDown();
      for (int i = 0; i < 2; i++) {
        assertThatThrownBy(() -> alert(journal, "after"))
            .hasCauseInstanceOf(JournalUnavailable.class)
            .hasRootCauseInstanceOf(InternalError.class);
        assertThat(journal.writable()).isFalse();
      }
    }
  }

  @Test
  void recordThatCannotBeReadBackFences() throws Exception {
    var stuck = new AtomicBoolean();
    var gate = new CountDownLatch(1);
    // Nothing behind the first checkpoint is durable, and so nothing there read by the sealer,
    // before the gate opens.
    world.before =
        channel -> {
          var thread = Thread.currentThread().getName();
          if (thread.equals("sealer")) {
            stuck.set(true);
          } else if (thread.equals("committer") && stuck.get()) {
            await(gate);
          }
        };
    try (var journal =
        ChronicleJournal.open(dir.resolve("journal"), Entries.kms(dir), world.settings())) {
      Entries.await(this::sealed); // the only checkpoint while time stands still
      var files = JournalFiles.frames(dir.resolve("journal/run-000001"));
      Entries.done(journal.append("", new Alert("hidden", ""), Durability.PROCESS));
      var frames = Damage.frames(dir.resolve("journal"));
      var last = frames.get(frames.size() - 1);
      // Chronicle's readers would take this for the end, and its writer would go on behind it.
      try (var file = new RandomAccessFile(files.get(0).toFile(), "rw")) {
        file.seek(last.offset() - 4);
        file.writeInt(0);
      }
      gate.countDown();
      Entries.await(() -> !journal.writable());
      assertThatThrownBy(() -> alert(journal, "after"))
          .hasRootCauseInstanceOf(JournalWalk.Broken.class);
    } finally {
      gate.countDown();
    }
  }

  private static void await(CountDownLatch gate) throws IOException {
    try {
      if (!gate.await(60, TimeUnit.SECONDS)) {
        throw new IOException("the test never opened the gate");
      }
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  private boolean sealed() {
    try {
      return Damage.frames(dir.resolve("journal")).stream()
          .anyMatch(f -> f.type() == FrameType.CHECKPOINT);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void keyServiceThatIsDownStopsNoRollWhileThereAreKeysAndNoAppendBeyond() throws Exception {
    var kms = new Unreliable(Entries.kms(dir));
    try (var journal = ChronicleJournal.open(dir.resolve("journal"), kms, world.settings())) {
      Entries.await(() -> journal.space().keys() == KeyChain.AHEAD);
      kms.down = true;
      for (int roll = 0; roll < KeyChain.AHEAD; roll++) {
        Entries.await(journal.space()::ready);
        world.pass(FrameWriter.ROLL_TIME);
        int files = 2 + roll;
        Entries.await(() -> files() == files);
        alert(journal, "down " + roll);
      }
      world.pass(FrameWriter.ROLL_TIME);
      alert(journal, "no key left");
      assertThat(journal.space().ready()).isFalse();
      assertThat(files()).isEqualTo(KeyChain.AHEAD + 1);
      kms.down = false;
      world.pass(FrameWriter.ROLL_TIME);
      Entries.await(() -> files() == KeyChain.AHEAD + 2);
      alert(journal, "up");
    }
    assertThat(Entries.verify(dir).okSealed()).isTrue();
    // That they were running low was recorded while there were some, and once.
    assertThat(
            new JournalReader(dir.resolve("journal"), Entries.kms(dir))
                .entries(JournalReader.Filter.ALL).stream()
                    .map(JournalReader.Entry::entry)
                    .filter(
                        e -> e instanceof JournalEntry.KeyEvent k && k.what().equals("keys-low")))
        .hasSize(1);
  }

  private int files() {
    try {
      return JournalFiles.frames(dir.resolve("journal/run-000001")).size();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void keyServiceThatIsDownAtTheStartIsSaid() {
    var kms = new Unreliable(Entries.kms(dir));
    kms.down = true;
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(
              () -> ChronicleJournal.open(dir.resolve("journal"), kms, Clock.systemUTC()))
          .isInstanceOf(JournalUnavailable.class)
          .hasCauseInstanceOf(KmsException.class);
    }
    kms.down = false;
    ChronicleJournal.open(dir.resolve("journal"), kms, Clock.systemUTC()).close();
  }

  @Test
  void garbageOfAnEarlierRunIsNotMetAgain() throws Exception {
    Entries.open(dir).close();
    try (var file =
        new RandomAccessFile(dir.resolve("journal/run-000001/metadata.cq4t").toFile(), "rw")) {
      file.write(new byte[4096]);
    }
    try (var journal = Entries.open(dir)) {
      alert(journal, "on");
    }
    assertThat(Entries.verify(dir).okSealed()).isTrue();
  }
}
