package io.sallyport.proxy.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sallyport.proxy.journal.JournalEntry.Alert;
import io.sallyport.proxy.kms.KmsException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TamperTest {
  @TempDir Path dir;
  private Path journal;

  @BeforeEach
  void write() {
    journal = dir.resolve("journal");
    for (int start = 0; start < 2; start++) {
      try (var open = Entries.open(dir)) {
        for (int i = 0; i < 2; i++) {
          var alert = new Alert("test", start + "-" + i);
          Entries.done(open.append("", alert, Durability.PROCESS));
        }
      }
    }
  }

  @Test
  void oneBitInAnyFrameIsFoundAndTheRecordNamed() throws Exception {
    flipFrames(53, 1);
  }

  @Test
  @Tag("long")
  void anyBitInAnyByteOfAnyFrameIsFoundAndTheRecordNamed() throws Exception {
    flipFrames(1, 8);
  }

  /**
   * @param oneOf of how many bytes one is changed, which, chance says
   * @param bits how many of its bits, one after another
   */
  private void flipFrames(int oneOf, int bits) throws Exception {
    var frames = Damage.frames(journal);
    assertThat(frames).hasSizeGreaterThanOrEqualTo(8);
    var random = new Random(seed());
    for (var frame : frames) {
      for (int at = random.nextInt(oneOf); at < frame.length(); at += oneOf) {
        for (int i = 0, first = random.nextInt(8); i < bits; i++) {
          int bit = (first + i) % 8;
          Damage.flip(frame.file(), frame.offset() + at, bit);
          var result = Entries.verify(dir);
          assertThat(result.ok()).as("%s byte %s bit %s", frame, at, bit).isFalse();
          assertThat(result.firstBad()).as("%s byte %s", frame, at).isEqualTo(frame.seq());
          assertThat(result.problem()).contains("record " + frame.seq());
          Damage.flip(frame.file(), frame.offset() + at, bit);
        }
      }
    }
    assertThat(Entries.verify(dir).okSealed()).isTrue();
  }

  private static long seed() {
    long seed = Long.getLong("damage.seed", System.nanoTime());
    System.out.println("damage.seed " + seed);
    return seed;
  }

  @Test
  void oneBitInTheCheckpointsOrTilesIsFound() throws Exception {
    flipFiles(41, 1);
  }

  @Test
  @Tag("long")
  void anyBitInAnyByteOfTheCheckpointsAndTilesIsFound() throws Exception {
    flipFiles(1, 8);
  }

  private void flipFiles(int oneOf, int bits) throws Exception {
    var files = new ArrayList<>(List.of(journal.resolve("checkpoints.log")));
    try (var tiles = Files.walk(journal.resolve("tlog"))) {
      tiles.filter(Files::isRegularFile).forEach(files::add);
    }
    assertThat(files).hasSizeGreaterThan(1);
    var random = new Random(seed());
    for (var file : files) {
      long size = Files.size(file);
      for (long at = random.nextInt(oneOf); at < size; at += oneOf) {
        for (int i = 0, first = random.nextInt(8); i < bits; i++) {
          int bit = (first + i) % 8;
          Damage.flip(file, at, bit);
          assertThat(Entries.verify(dir).ok()).as("%s byte %s bit %s", file, at, bit).isFalse();
          Damage.flip(file, at, bit);
        }
      }
    }
    assertThat(Entries.verify(dir).okSealed()).isTrue();
  }

  @Test
  void changedRecordKeepsTheJournalFromOpening() throws Exception {
    var frame = Damage.frames(journal).get(2);
    Damage.flip(frame.file(), frame.offset() + frame.length() - 1, 3);
    assertThatThrownBy(() -> Entries.open(dir))
        .isInstanceOf(JournalUnavailable.class)
        .hasMessageContaining("record 2");
  }

  @Test
  void removedFileIsFoundAndKeepsTheJournalFromOpening() throws Exception {
    var frames = Damage.frames(journal);
    var last = frames.get(frames.size() - 1);
    Files.delete(last.file());
    var first =
        frames.stream().filter(f -> f.file().equals(last.file())).findFirst().orElseThrow().seq();
    var result = Entries.verify(dir);
    assertThat(result.firstBad()).isEqualTo(first);
    assertThat(result.problem()).contains("missing");
    assertThatThrownBy(() -> Entries.open(dir)).hasMessageContaining("record " + first);
  }

  @Test
  void zeroedExcerptHeaderHidesNothing() throws Exception {
    var frame = Damage.frames(journal).get(1);
    for (int i = 1; i <= 4; i++) {
      try (var file = new RandomAccessFile(frame.file().toFile(), "rw")) {
        file.seek(frame.offset() - i);
        file.write(0);
      }
    }
    assertThat(Entries.verify(dir).firstBad()).isEqualTo(1);
  }

  @Test
  void wholeCheckpointsCutOffAreMissedWhereFramesRepeatThem() throws Exception {
    var file = journal.resolve("checkpoints.log");
    var notes = new ArrayList<>(List.of(Files.readString(file).split("(?<=\n)(?=auditlog)")));
    notes.remove(0);
    Files.writeString(file, String.join("", notes));
    assertThat(Entries.verify(dir).ok()).isFalse();
  }

  @Test
  void anotherKeyProvesNothing() throws Exception {
    var other = dir.resolve("other");
    Files.createDirectories(other);
    try (var open = Entries.open(other)) {
      assertThat(open.writable()).isTrue();
    }
    var key = Files.readString(other.resolve("journal/journal.pub"));
    assertThat(new JournalVerifier(journal, key).verify().ok()).isFalse();
    Files.copy(journal.resolve("origin"), dir.resolve("origin"));
    var name = Files.readString(dir.resolve("origin")).strip();
    var forged = new LogKey(name, Entries.kms(other).identity().key()).line();
    assertThat(new JournalVerifier(journal, forged).verify().ok()).isFalse();
  }

  @Test
  void checkpointKeptElsewhereShowsWhatWasRolledBack() throws Exception {
    var before = dir.resolve("before");
    Damage.copy(journal, before);
    try (var open = Entries.open(dir)) {
      Entries.exchange(open, "3", "p3");
    }
    var key = Files.readString(journal.resolve("journal.pub"));
    var notes = Files.readString(journal.resolve("checkpoints.log")).split("(?<=\n)(?=auditlog)");
    var kept = notes[notes.length - 1];
    assertThat(new JournalVerifier(journal, key, List.of(notes), null).verify().ok()).isTrue();
    assertThat(new JournalVerifier(before, key).verify().okSealed()).isTrue();
    var all = Files.readString(journal.resolve("checkpoints.log"));
    assertThat(new JournalVerifier(journal, key, List.of(all), null).verify().ok()).isTrue();
    assertThat(new JournalVerifier(before, key, List.of(all), null).verify().ok()).isFalse();
    assertThat(new JournalVerifier(journal, key, List.of("junk"), null).verify().ok()).isFalse();
    var result = new JournalVerifier(before, key, List.of(kept), null).verify();
    assertThat(result.ok()).isFalse();
    assertThat(result.problem()).contains("record " + result.records() + " is missing");
    var bent = kept.replace(kept.split("\n")[2], notes[0].split("\n")[2]);
    assertThat(new JournalVerifier(journal, key, List.of(bent), null).verify().problem())
        .contains("kept elsewhere");
  }

  @Test
  void anotherIdentityMayNotGoOnWithTheJournal() throws Exception {
    Files.delete(dir.resolve("keys.p12"));
    assertThatThrownBy(() -> Entries.open(dir))
        .isInstanceOf(JournalUnavailable.class)
        .hasMessageContaining("journal.pub");
  }

  @Test
  void anotherKeyReadsNothing() {
    var other = dir.resolve("other");
    assertThat(other.toFile().mkdir()).isTrue();
    var reader = new JournalReader(journal, Entries.kms(other));
    assertThatThrownBy(() -> reader.entries(JournalReader.Filter.ALL))
        .isInstanceOf(KmsException.class);
  }
}
