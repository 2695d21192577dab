package io.sallyport.proxy.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sallyport.proxy.journal.JournalEntry.Alert;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A start that does not read everything: two runs of some files each are there. */
class BootTest {
  /** Made once; each test has a copy. */
  @TempDir static Path made;

  @TempDir Path dir;
  private final TestSettings world = new TestSettings();
  private Path journal;

  @BeforeEach
  void paths() throws Exception {
    world.bootBytes = 0; // every file's key is certified, and a start reads one file
    if (!Files.exists(made.resolve("keys.p12"))) {
      var copy = dir;
      dir = made;
      write();
      dir = copy;
    }
    Damage.copy(made, dir);
    journal = dir.resolve("journal");
  }

  private void write() throws Exception {
    journal = dir.resolve("journal");
    for (int run = 0; run < 2; run++) {
      try (var open = open()) {
        for (int file = 0; file < 3; file++) {
          if (file > 0) {
            roll(open);
          }
          alerts(open, 100);
        }
      }
    }
  }

  private ChronicleJournal open() {
    return ChronicleJournal.open(journal, Entries.kms(dir), world.settings());
  }

  private static void alerts(ChronicleJournal open, int count) {
    for (int i = 0; i < count; i++) {
      Entries.done(open.append("", new Alert("test", "" + i), Durability.PROCESS));
    }
  }

  /** Until the identity has certified the next file's key, too. */
  private void roll(ChronicleJournal open) throws Exception {
    long before = certificates();
    Entries.roll(dir, open, world);
    Entries.await(() -> certificates() > before);
  }

  private long certificates() {
    try {
      return Damage.frames(journal).stream().filter(f -> f.type() == FrameType.EPOCH_OPEN).count();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private BootStart start() throws Exception {
    var end = CheckpointLog.End.of(CheckpointLog.file(journal), origin());
    long sealed = Checkpoint.parse(origin(), end.newest()).size();
    return BootStart.find(journal, origin(), 0, sealed);
  }

  private String origin() throws Exception {
    return Files.readString(journal.resolve("origin")).strip();
  }

  private BootScan scan(Path copy, long bytes) throws Exception {
    Damage.copy(journal, copy);
    world.bootBytes = bytes;
    var kms = Entries.kms(dir);
    var scan = BootScan.of(copy, new Identity(Origin.open(copy, kms), kms), world.settings());
    world.bootBytes = 0;
    return scan;
  }

  private void bothFindTheSame(String name) throws Exception {
    assertThat(start()).as(name).isNotNull();
    var some = scan(dir.resolve(name + "-some"), 0);
    var all = scan(dir.resolve(name + "-all"), Long.MAX_VALUE);
    assertThat(some.frontier().size()).isEqualTo(all.frontier().size());
    assertThat(some.frontier().root()).isEqualTo(all.frontier().root());
    assertThat(some.run()).isEqualTo(all.run());
    assertThat(some.checkpointBytes()).isEqualTo(all.checkpointBytes());
    assertThat(some.last().note()).isEqualTo(all.last().note());
    assertThat(some.recovery() == null).isEqualTo(all.recovery() == null);
    if (all.recovery() != null) {
      assertThat(some.recovery().told()).isEqualTo(all.recovery().told());
    }
    // What both go on with: the same tiles, full and partial.
    var more = new byte[100];
    for (var scan : List.of(some, all)) {
      for (int i = 0; i < 600; i++) {
        scan.frontier().append(more, 0, more.length);
      }
      scan.tiles().flush();
    }
    assertThat(tiles(dir.resolve(name + "-some"))).isEqualTo(tiles(dir.resolve(name + "-all")));
  }

  private static List<String> tiles(Path copy) throws Exception {
    try (var files = Files.walk(copy.resolve("tlog"))) {
      return files
          .filter(Files::isRegularFile)
          .map(f -> copy.relativize(f) + " " + hex(f))
          .sorted()
          .toList();
    }
  }

  private static String hex(Path file) {
    try {
      return java.util.HexFormat.of().formatHex(Files.readAllBytes(file));
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void startFromTheLastCertifiedKeyFindsWhatAWholeReadingFinds() throws Exception {
    assertThat(start().at().run()).isEqualTo(2);
    assertThat(start().at().first().key()).isEqualTo(2);
    bothFindTheSame("closed");
    var live = dir.resolve("live");
    try (var open = open()) {
      alerts(open, 5);
      roll(open);
      world.pass(java.time.Duration.ofHours(10)); // a checkpoint, so that the place is sealed
      long notes = Files.size(CheckpointLog.file(journal));
      Entries.await(() -> CheckpointLog.file(journal).toFile().length() > notes);
      alerts(open, 5);
      open.hurry();
      Entries.await(() -> open.durable() == open.appended());
      Damage.copy(journal, live);
    }
    journal = live;
    assertThat(start().at().run()).isEqualTo(3);
    bothFindTheSame("killed");
    var frames = Damage.frames(journal);
    var torn = frames.get(frames.size() - 1);
    Damage.flip(torn.file(), torn.offset(), 1);
    bothFindTheSame("torn");
    open().close();
    assertThat(verify().okSealed()).isTrue();
  }

  private JournalVerifier.Result verify() throws Exception {
    return new JournalVerifier(journal, Files.readString(journal.resolve("journal.pub"))).verify();
  }

  @Test
  void whatIsBeforeThePlaceIsFoundByTheWatchAndKeepsTheNextStartFromOpening() throws Exception {
    var old = Damage.frames(journal).get(50);
    Damage.flip(old.file(), old.offset() + Frame.HEADER, 3);
    try (var open = open()) {
      Entries.await(() -> Files.exists(journal.resolve(JournalFiles.DOUBT)));
      assertThat(open.writable()).isTrue();
    }
    assertThatThrownBy(this::open).hasMessageContaining("record 50");
    assertThatThrownBy(this::open).hasMessageContaining("record 50");
    Damage.flip(old.file(), old.offset() + Frame.HEADER, 3);
    open().close();
    assertThat(journal.resolve(JournalFiles.DOUBT)).doesNotExist();
    assertThat(verify().okSealed()).isTrue();
  }

  @Test
  void whatIsBehindThePlaceKeepsThisStartFromOpening() throws Exception {
    var at = start().at();
    for (var frame : Damage.frames(journal)) {
      if (frame.file().equals(at.path()) && frame.seq() % 7 == 0) {
        Damage.flip(frame.file(), frame.offset() + frame.length() - 1, 3);
        assertThatThrownBy(this::open).hasMessageContaining("record " + frame.seq());
        Damage.flip(frame.file(), frame.offset() + frame.length() - 1, 3);
      }
    }
    open().close();
    assertThat(verify().okSealed()).isTrue();
  }

  @Test
  void missingFileOrRunBeforeThePlaceKeepsTheJournalFromOpening() throws Exception {
    var run = JournalFiles.run(journal, 1);
    for (var file : JournalFiles.frames(run).subList(0, 2)) {
      Files.move(file, dir.resolve("aside"));
      assertThatThrownBy(this::open).hasMessageContaining("record");
      Files.move(dir.resolve("aside"), file);
    }
    Files.move(run, dir.resolve("aside"));
    assertThatThrownBy(this::open).hasMessageContaining("record 0");
    Files.move(dir.resolve("aside"), run);
    open().close();
    assertThat(verify().okSealed()).isTrue();
  }

  @Test
  void lastFileOfAnOlderRunIsMissedByTheWatch() throws Exception {
    var files = JournalFiles.frames(JournalFiles.run(journal, 1));
    Files.delete(files.get(2));
    try (var open = open()) {
      Entries.await(() -> Files.exists(journal.resolve(JournalFiles.DOUBT)));
      assertThat(open.writable()).isTrue();
    }
    assertThatThrownBy(this::open).hasMessageContaining("record");
  }

  @Test
  void changedTileBeforeThePlaceIsNotBelieved() throws Exception {
    // Of these hashes the root before the place is made.
    var tile = TileFile.full(journal, 0, start().size() / 256);
    var file = Files.exists(tile) ? tile : partial();
    for (long at = 0; at < start().size() % 256; at += 17) {
      Damage.flip(file, at * 32, 2);
      // Then all is read, and the tile made anew.
      open().close();
      assertThat(verify().okSealed()).isTrue();
      file = Files.exists(tile) ? tile : partial();
    }
  }

  private Path partial() throws Exception {
    try (var all = Files.walk(journal.resolve("tlog/tile/0"))) {
      return all.filter(f -> f.getParent().toString().endsWith(".p")).findFirst().orElseThrow();
    }
  }

  @Test
  void keyThatIsNotTheIdentitysIsNotBelieved() throws Exception {
    var frames = Damage.frames(journal);
    var place = start();
    var open =
        frames.stream()
            .filter(f -> f.type() == FrameType.EPOCH_OPEN && f.seq() > place.size())
            .findFirst()
            .orElseThrow();
    Damage.flip(open.file(), open.offset() + open.length() - 9, 0); // in the signature
    assertThatThrownBy(this::open).hasMessageContaining("record " + open.seq());
  }
}
