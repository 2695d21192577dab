package io.sallyport.proxy.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sallyport.proxy.journal.JournalEntry.Alert;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A file ends before a frame, as somebody cut it there or a disk lost it. What was sealed is
 * missed, and only an operator's word lets the journal go on; what was not is named by the next
 * start.
 */
class TruncationTest {
  /** How often a sealer looks. */
  private static final int BEAT_MILLIS = 20;

  @TempDir Path dir;
  private final TestSettings world = new TestSettings();
  private Path whole;

  /** Two runs of two files; the second was killed with records behind its last checkpoint. */
  @BeforeEach
  void write() throws Exception {
    whole = dir.resolve("whole");
    try (var open = open(dir)) {
      Entries.done(open.append("", new Alert("first", ""), Durability.DISK));
      Entries.roll(dir, open, world);
      Entries.done(open.append("", new Alert("rolled", ""), Durability.DISK));
    }
    try (var open = open(dir)) {
      Entries.roll(dir, open, world);
      Entries.await(() -> closed("run-000002") < Long.MAX_VALUE);
      long close = closed("run-000002"); // another roll and its close may follow
      world.pass(Duration.ofHours(10));
      Entries.await(() -> sealed(dir) > close);
      settle();
      for (int i = 0; i < 3; i++) {
        Entries.done(open.append("", new Alert("tail", "" + i), Durability.DISK));
      }
      Damage.copy(dir.resolve("journal"), whole.resolve("journal"));
    }
    Files.copy(dir.resolve("keys.p12"), whole.resolve("keys.p12"));
  }

  /** No time passes here: when the checkpoints that are due were made, there are no others. */
  private void settle() throws Exception {
    long size;
    do {
      size = Files.size(CheckpointLog.file(dir.resolve("journal")));
      Thread.sleep(10 * BEAT_MILLIS);
    } while (Files.size(CheckpointLog.file(dir.resolve("journal"))) > size);
  }

  /** How many records the newest checkpoint covers. */
  private static long sealed(Path home) {
    var journal = home.resolve("journal");
    try {
      var origin = Files.readString(journal.resolve("origin")).strip();
      var newest = CheckpointLog.End.of(CheckpointLog.file(journal), origin).newest();
      return newest == null ? 0 : Checkpoint.parse(origin, newest).size();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The record that closes the newest epoch of a run that has ended. */
  private long closed(String run) {
    try {
      return Damage.frames(dir.resolve("journal")).stream()
          .filter(f -> f.type() == FrameType.EPOCH_CLOSE && f.file().toString().contains(run))
          .mapToLong(Damage.Place::seq)
          .max()
          .orElse(Long.MAX_VALUE);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  /** As if no checkpoint that covers a record had been written. */
  private static void unseal(Path home, long seq) throws IOException {
    var log = CheckpointLog.file(home.resolve("journal"));
    var origin = Files.readString(home.resolve("journal/origin")).strip();
    var notes = Files.readString(log).split("(?<=\n)(?=auditlog)");
    int kept = notes.length;
    while (kept > 0 && Checkpoint.parse(origin, notes[kept - 1]).size() > seq) {
      kept--;
    }
    Files.writeString(log, String.join("", List.of(notes).subList(0, kept)));
  }

  private ChronicleJournal open(Path home) {
    return ChronicleJournal.open(home.resolve("journal"), Entries.kms(home), world.settings());
  }

  @Test
  void everyThirdFrameBoundary() throws Exception {
    cuts(3);
  }

  @Test
  @Tag("long")
  void everyFrameBoundary() throws Exception {
    cuts(1);
  }

  private void cuts(int oneOf) throws Exception {
    var frames = Damage.frames(whole.resolve("journal"));
    long sealed = Entries.verify(whole).sealed();
    assertThat(sealed).isLessThan(frames.size() - 2);
    for (int seq = (int) (System.nanoTime() % oneOf); seq < frames.size(); seq += oneOf) {
      var home = dir.resolve("cut-" + seq);
      Damage.copy(whole, home);
      var frame = frames.get(seq);
      var file = home.resolve(whole.relativize(frame.file()));
      long behind = count(frames, frame.file(), seq);
      try (var cut = new RandomAccessFile(file.toFile(), "rw")) {
        cut.setLength(frame.offset() - Integer.BYTES);
      }
      cut(home, seq, sealed, seq + behind < frames.size());
    }
  }

  private static long count(List<Damage.Place> frames, Path file, int from) {
    return frames.stream().filter(f -> f.seq() >= from && f.file().equals(file)).count();
  }

  /**
   * @param hole whether there are files behind the one that was cut
   */
  private void cut(Path home, long seq, long sealed, boolean hole) throws Exception {
    world.outside = Outside.NONE;
    var found = Entries.verify(home);
    if (seq < sealed) {
      assertThat(found.firstBad()).as("cut at %d", seq).isEqualTo(seq);
      assertThatThrownBy(() -> open(home)).as("cut at %d", seq).hasMessageContaining("" + seq);
    }
    if (hole) {
      return; // what is behind it is evidence: nobody goes on over it
    }
    world.outside = new Outside(List.of(), List.of(), seq < sealed ? seq : -1);
    resume(home, seq);
    world.outside = Outside.NONE;
    resume(home, seq);
  }

  private void resume(Path home, long seq) throws Exception {
    try (var open = open(home)) {
      Entries.done(open.append("", new Alert("resumed", ""), Durability.DISK));
    }
    var result = Entries.verify(home);
    assertThat(result.problem()).as("resumed at %d", seq).isEmpty();
    assertThat(result.okSealed()).as("resumed at %d", seq).isTrue();
    assertThat(result.records()).isGreaterThan(seq);
  }

  @Test
  void halfARecordOfAFileThatIsNotTheLastIsCutWithWhatFollows() throws Exception {
    var home = dir.resolve("home");
    try (var open = open(dir)) {
      Entries.await(open.space()::ready);
      Entries.done(open.append("", new Alert("kept", ""), Durability.DISK));
      Entries.done(open.append("", new Alert("torn", ""), Durability.DISK));
      Entries.roll(dir, open, world);
      Entries.done(open.append("", new Alert("behind", ""), Durability.DISK));
      Damage.copy(dir.resolve("journal"), home.resolve("journal"));
      Files.copy(dir.resolve("keys.p12"), home.resolve("keys.p12"));
    }
    var alerts =
        Damage.frames(home.resolve("journal")).stream()
            .filter(f -> f.type() == FrameType.ALERT)
            .toList();
    var torn = alerts.get(alerts.size() - 2);
    var behind = alerts.get(alerts.size() - 1);
    assertThat(torn.file()).isNotEqualTo(behind.file());
    unseal(home, torn.seq());
    try (var file = new RandomAccessFile(torn.file().toFile(), "rw")) {
      file.seek(torn.offset() + Frame.HEADER); // its header is on the disk, its body is not
      file.write(new byte[torn.length() - Frame.HEADER]);
    }
    resume(home, torn.seq());
    resume(home, torn.seq());
    var entries =
        new JournalReader(home.resolve("journal"), Entries.kms(home))
            .entries(JournalReader.Filter.ALL).stream().map(JournalReader.Entry::entry).toList();
    assertThat(entries)
        .contains(new Alert("kept", ""))
        .doesNotContain(new Alert("torn", ""), new Alert("behind", ""))
        .filteredOn(e -> e instanceof Alert a && a.detail().contains("left behind at"))
        .hasSize(1);
  }

  @Test
  void halfARecordInClearIsCut() throws Exception {
    var frames = Damage.frames(whole.resolve("journal"));
    for (var type : List.of(FrameType.EPOCH_CLOSE, FrameType.CHECKPOINT, FrameType.KEY_OPEN)) {
      var home = dir.resolve("clear-" + type);
      Damage.copy(whole, home);
      var frame = last(frames, type);
      unseal(home, frame.seq());
      try (var file =
          new RandomAccessFile(home.resolve(whole.relativize(frame.file())).toFile(), "rw")) {
        file.seek(frame.offset() + frame.length() - 30);
        file.write(new byte[30]);
      }
      resume(home, frame.seq());
    }
  }

  private static Damage.Place last(List<Damage.Place> frames, FrameType type) {
    return frames.stream().filter(f -> f.type() == type).reduce((a, b) -> b).orElseThrow();
  }
}
