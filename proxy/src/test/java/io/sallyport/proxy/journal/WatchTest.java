package io.sallyport.proxy.journal;

import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;

import io.prometheus.client.CollectorRegistry;
import io.sallyport.proxy.journal.JournalEntry.Alert;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A running journal notices what is done to its files. Two runs are sealed before the live one. */
class WatchTest {
  @TempDir Path dir;
  private final TestSettings world = new TestSettings();
  private CollectorRegistry registry = new CollectorRegistry();
  private Path journal;

  private ChronicleJournal live() throws Exception {
    journal = dir.resolve("journal");
    for (int run = 0; run < 2; run++) {
      try (var open = ChronicleJournal.open(journal, Entries.kms(dir), world.settings())) {
        Entries.done(open.append("", new Alert("test", "" + run), Durability.DISK));
      }
    }
    var open = ChronicleJournal.open(journal, Entries.kms(dir), world.settings(), registry);
    Entries.await(this::sealed); // its only checkpoint, and tile, while time stands still
    long passes = open.outsiders.passes();
    Entries.await(() -> open.outsiders.passes() > passes + 2);
    return open;
  }

  private boolean sealed() {
    try {
      return Damage.frames(journal).stream()
          .anyMatch(
              f -> f.type() == FrameType.CHECKPOINT && f.file().getParent().endsWith("run-000003"));
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private boolean alerted(String what) {
    var value =
        registry.getSampleValue(
            "sallyport_journal_alerts_total", new String[] {"what"}, new String[] {what});
    return value != null && value > 0;
  }

  private Damage.Place alertOfTheFirstRun() throws Exception {
    List<Damage.Place> frames = Damage.frames(journal);
    return frames.stream().filter(f -> f.type() == FrameType.ALERT).findFirst().orElseThrow();
  }

  @Test
  void changedRecordIsAnAlertThatIsRecordedAndTheJournalGoesOn() throws Exception {
    try (var open = live()) {
      var place = alertOfTheFirstRun();
      long before = open.appended();
      Damage.flip(place.file(), place.offset() + Frame.HEADER, 3);
      Entries.await(() -> alerted("journal-record-changed"));
      Entries.await(() -> open.appended() > before);
      assertThat(open.writable()).isTrue();
      Damage.flip(place.file(), place.offset() + Frame.HEADER, 3);
    }
    assertThat(new JournalReader(journal, Entries.kms(dir)).entries(JournalReader.Filter.ALL))
        .filteredOn(e -> e.entry() instanceof Alert a && a.what().equals("journal-record-changed"))
        .hasSize(1);
    assertThat(Entries.verify(dir).okSealed()).isTrue();
  }

  @Test
  void touchedFileIsReadAtOnceHoweverLongAPassTakes() throws Exception {
    live().close();
    registry = new CollectorRegistry();
    world.scrubBytesPerMilli = 1;
    try (var open = ChronicleJournal.open(journal, Entries.kms(dir), world.settings(), registry)) {
      var place = alertOfTheFirstRun();
      Damage.flip(place.file(), place.offset() + Frame.HEADER, 3);
      Entries.await(() -> alerted("journal-record-changed"));
      assertThat(open.outsiders.passes()).isZero();
      Entries.await(() -> Files.exists(journal.resolve(JournalFiles.DOUBT)));
    }
  }

  @Test
  void mappedWriteToASealedFileOfTheLiveRunIsFoundHoweverLongAPassTakes() throws Exception {
    world.scrubBytesPerMilli = 1;
    journal = dir.resolve("journal");
    try (var open = ChronicleJournal.open(journal, Entries.kms(dir), world.settings(), registry)) {
      Entries.done(open.append("", new Alert("before the roll", ""), Durability.DISK));
      Entries.roll(dir, open, world);
      world.pass(java.time.Duration.ofHours(10));
      var place = alertOfTheFirstRun();
      Entries.await(() -> checkpointCovers(place.seq()));
      try (var channel = FileChannel.open(place.file(), READ, WRITE)) {
        var map = channel.map(FileChannel.MapMode.READ_WRITE, place.offset(), place.length());
        map.put(Frame.HEADER, (byte) (map.get(Frame.HEADER) ^ 8));
      }
      Entries.await(() -> alerted("journal-record-changed"));
      assertThat(open.writable()).isTrue();
    }
  }

  private boolean checkpointCovers(long seq) {
    try {
      var origin = Files.readString(journal.resolve("origin")).strip();
      var newest = CheckpointLog.End.of(CheckpointLog.file(journal), origin).newest();
      return newest != null && Checkpoint.parse(origin, newest).size() > seq;
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void deletedFileIsAnAlert() throws Exception {
    try (var open = live()) {
      Files.delete(alertOfTheFirstRun().file());
      Entries.await(() -> alerted("journal-file-deleted"));
      assertThat(open.writable()).isTrue();
    }
  }

  @Test
  void cutFileIsAnAlert() throws Exception {
    try (var open = live()) {
      var place = alertOfTheFirstRun();
      try (var file = new RandomAccessFile(place.file().toFile(), "rw")) {
        file.setLength(place.offset());
      }
      Entries.await(() -> alerted("journal-file-cut"));
      assertThat(open.writable()).isTrue();
    }
  }

  @Test
  void missingTileIsAnAlert() throws Exception {
    try (var open = live()) {
      var partials = TileFile.partials(journal, 0, 0);
      try (var tiles = Files.newDirectoryStream(partials)) {
        for (var tile : tiles) {
          Files.delete(tile);
        }
      }
      Entries.await(() -> alerted("journal-tile-missing"));
      assertThat(open.writable()).isTrue();
    }
  }

  @Test
  void nothingIsSaidOfAJournalAtWork() throws Exception {
    try (var open = live()) {
      for (int i = 0; i < 3; i++) {
        Entries.done(open.append("", new Alert("work", "" + i), Durability.DISK));
        Entries.roll(dir, open, world);
        long passes = open.outsiders.passes();
        Entries.await(() -> open.outsiders.passes() > passes + 2);
      }
      assertThat(
              registry
                  .filteredMetricFamilySamples(java.util.Set.of("sallyport_journal_alerts_total"))
                  .hasMoreElements())
          .isFalse();
    }
    assertThat(Entries.verify(dir).okSealed()).isTrue();
  }
}
