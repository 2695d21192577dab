package io.sallyport.proxy.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sallyport.proxy.journal.JournalEntry.Alert;
import io.sallyport.proxy.journal.JournalReader.Filter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A journal of some more than two tiles. */
class TilesTest {
  private static final int RECORDS = 600;

  @TempDir Path dir;
  private Path journal;

  private void write(int alerts) {
    journal = dir.resolve("journal");
    try (var open = Entries.open(dir)) {
      for (int i = 0; i < alerts; i++) {
        Entries.done(open.append("", new Alert("test", "" + i), Durability.PROCESS));
      }
    }
  }

  private List<Path> tiles() throws Exception {
    try (var files = Files.walk(journal.resolve("tlog"))) {
      return files.filter(Files::isRegularFile).sorted().toList();
    }
  }

  @Test
  void tilesAreThoseOfC2spTlogTiles() throws Exception {
    assertThat(TileFile.full(Path.of("j"), 3, 1234067))
        .isEqualTo(Path.of("j/tlog/tile/3/x001/x234/067"));
    write(RECORDS);
    long size = Entries.verify(dir).sealed();
    assertThat(tiles())
        .containsExactlyInAnyOrder(
            journal.resolve("tlog/tile/0/000"),
            journal.resolve("tlog/tile/0/001"),
            journal.resolve("tlog/tile/0/002.p/" + size % 256),
            journal.resolve("tlog/tile/1/000.p/2"));
    var level0 = Files.readAllBytes(journal.resolve("tlog/tile/0/001"));
    assertThat(level0).hasSize(8192);
    var tree = new MerkleFrontier();
    for (int i = 0; i < 256; i++) {
      tree.append(java.util.Arrays.copyOfRange(level0, i * 32, i * 32 + 32));
    }
    var level1 = Files.readAllBytes(journal.resolve("tlog/tile/1/000.p/2"));
    assertThat(java.util.Arrays.copyOfRange(level1, 32, 64)).isEqualTo(tree.root());
  }

  @Test
  void changedOrMissingTileIsFoundAndItsRecordNamed() throws Exception {
    write(RECORDS);
    for (var tile : tiles()) {
      long size = Files.size(tile);
      int level = tile.toString().contains("tile/1/") ? 1 : 0;
      long first = tile.toString().contains("002.p") ? 512 : tile.endsWith("001") ? 256 : 0;
      for (long at = 0; at < size; at += 517) {
        Damage.flip(tile, at, (int) at % 8);
        var result = Entries.verify(dir);
        assertThat(result.firstBad())
            .as("%s byte %s", tile, at)
            .isEqualTo(first + at / 32 * (level == 0 ? 1 : 256));
        assertThat(result.problem()).contains("tile");
        Damage.flip(tile, at, (int) at % 8);
      }
      var bytes = Files.readAllBytes(tile);
      Files.delete(tile);
      assertThat(Entries.verify(dir).problem()).as("%s", tile).contains("missing");
      Files.write(tile, java.util.Arrays.copyOf(bytes, bytes.length - 1));
      assertThat(Entries.verify(dir).problem()).as("%s", tile).contains("cut short");
      Files.write(tile, bytes);
    }
    assertThat(Entries.verify(dir).okSealed()).isTrue();
  }

  @Test
  void changedRecordFarBehindIsNamedByTheTiles() throws Exception {
    write(RECORDS);
    var frame = Damage.frames(journal).get(300);
    Damage.flip(frame.file(), frame.offset() + Frame.HEADER, 3);
    assertThat(Entries.verify(dir).firstBad()).isEqualTo(300);
  }

  @Test
  void missingTileIsMadeAnewAtTheNextStartAndThatIsRecorded() throws Exception {
    write(RECORDS);
    var before = Files.readAllBytes(journal.resolve("tlog/tile/0/000"));
    Files.delete(journal.resolve("tlog/tile/0/000"));
    Entries.open(dir).close();
    assertThat(Files.readAllBytes(journal.resolve("tlog/tile/0/000"))).isEqualTo(before);
    assertThat(Entries.verify(dir).okSealed()).isTrue();
    assertThat(new JournalReader(journal, Entries.kms(dir)).entries(Filter.ALL))
        .filteredOn(e -> e.entry() instanceof Alert a && a.what().equals("tiles-mended"))
        .hasSize(1);
  }

  @Test
  void tilesOfAChangedJournalStayAsEvidence() throws Exception {
    write(RECORDS);
    var before = Files.readAllBytes(journal.resolve("tlog/tile/0/000"));
    var frame = Damage.frames(journal).get(100);
    Damage.flip(frame.file(), frame.offset() + Frame.HEADER, 3);
    assertThatThrownBy(() -> Entries.open(dir)).hasMessageContaining("record 100");
    assertThat(Files.readAllBytes(journal.resolve("tlog/tile/0/000"))).isEqualTo(before);
  }

  @Test
  void everyRecordIsProvenWithThePublicKeyAlone() throws Exception {
    write(280);
    write(280);
    var key = Files.readString(journal.resolve("journal.pub"));
    var frames = Damage.frames(journal);
    for (int seq = 0; seq < frames.size(); seq++) {
      if (seq % 7 > 0 && frames.get(seq).type() == FrameType.ALERT) {
        continue;
      }
      var proof = LogProof.make(journal, seq);
      assertThat(proof).startsWith("c2sp.org/tlog-proof@v1\nextra ").contains("\nindex " + seq);
      var proven = LogProof.check(key, proof);
      assertThat(proven.seq()).isEqualTo(seq);
      assertThat(proven.frame()).hasSize(frames.get(seq).length());
      assertThat(proven.described()).startsWith(frames.get(seq).type().toString());
    }
    assertThatThrownBy(() -> LogProof.make(journal, frames.size()))
        .isInstanceOf(JournalUnavailable.class);
    assertThatThrownBy(() -> LogProof.make(journal, -1)).isInstanceOf(JournalUnavailable.class);
  }

  /** A journal of three epochs, so that the way to the checkpoint's key is two closes long. */
  private String proofOfTheThirdFile() throws Exception {
    var world = new TestSettings();
    journal = dir.resolve("journal");
    try (var open = ChronicleJournal.open(journal, Entries.kms(dir), world.settings())) {
      for (int file = 0; file < 3; file++) {
        if (file > 0) {
          Entries.roll(dir, open, world);
        }
        Entries.done(open.append("", new Alert("test", "" + file), Durability.DISK));
      }
    }
    var alerts = Damage.frames(journal).stream().filter(f -> f.type() == FrameType.ALERT).toList();
    return LogProof.make(journal, alerts.get(2).seq());
  }

  @Test
  void bentProofProvesNothing() throws Exception {
    var proof = proofOfTheThirdFile();
    var key = Files.readString(journal.resolve("journal.pub"));
    assertThat(bentAndStillProofs(key, proof)).isEmpty();
  }

  /** Every change of one character that leaves a proof a proof: it has one spelling. */
  static List<String> bentAndStillProofs(String key, String proof) {
    LogProof.check(key, proof);
    var passed = new ArrayList<String>();
    for (int at = 0; at <= proof.length(); at++) {
      var before = proof.substring(0, at);
      var from = proof.substring(at);
      var after = proof.substring(Math.min(at + 1, proof.length()));
      if (at < proof.length()) {
        check(key, proof, before + after, "without " + at, passed);
        char next = (char) (proof.charAt(at) + 1); // of Base64 the least that can differ
        check(key, proof, before + next + after, "next at " + at, passed);
      }
      for (char c : "A= \n".toCharArray()) {
        check(key, proof, before + c + after, "'" + c + "' at " + at, passed);
        check(key, proof, before + c + from, "'" + c + "' before " + at, passed);
      }
      check(key, proof, before + "0" + from, "0 before " + at, passed);
      check(key, proof, before + "+" + from, "+ before " + at, passed);
    }
    return passed;
  }

  private static void check(
      String key, String proof, String bent, String how, List<String> passed) {
    if (bent.equals(proof)) {
      return;
    }
    try {
      LogProof.check(key, bent);
      passed.add(how);
    } catch (IllegalArgumentException refused) {
      assertThat(refused.getMessage()).isNotNull();
    }
  }

  @Test
  void partsOfTwoProofsAreNone() throws Exception {
    write(40);
    var key = Files.readString(journal.resolve("journal.pub"));
    var lines = LogProof.make(journal, 20).split("\n", -1);
    var others = LogProof.make(journal, 21).split("\n", -1);
    for (int line = 0; line < lines.length; line++) {
      var mixed = lines.clone();
      mixed[line] = others[line];
      if (!mixed[line].equals(lines[line])) {
        assertThatThrownBy(() -> LogProof.check(key, String.join("\n", mixed)))
            .as("line %s", line)
            .isInstanceOf(IllegalArgumentException.class);
      }
    }
  }

  @Test
  void signaturesOfOthersMayFollowTheLogsOwn() throws Exception {
    // c2sp.org/signed-note: lines of keys that one does not know are passed over. Not ours to bend.
    write(3);
    var key = Files.readString(journal.resolve("journal.pub"));
    var proof = LogProof.make(journal, 2);
    var checked = LogProof.check(key, proof + "\u2014 witness.example/w1 AAAAAAAA\n");
    assertThat(proof).endsWith(checked.checkpoint());
    var ours = "\u2014 " + LogKey.parse(key).name() + " AAAAAAAB\n";
    assertThatThrownBy(() -> LogProof.check(key, proof + ours))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
