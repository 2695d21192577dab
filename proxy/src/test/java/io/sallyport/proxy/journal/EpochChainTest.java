package io.sallyport.proxy.journal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sallyport.proxy.journal.JournalEntry.Alert;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The rules a verifier of forward-secure sealing must not forget: those that journald's forgot
 * among them (CVE-2023-31437, 31438, 31439). A journal of two runs with three and two epochs.
 */
class EpochChainTest {
  @TempDir Path dir;
  private final TestSettings world = new TestSettings();
  private Path journal;

  @BeforeEach
  void write() throws Exception {
    journal = dir.resolve("journal");
    run(3);
    run(2);
    assertThat(Entries.verify(dir).problem()).isEmpty();
    assertThat(Entries.verify(dir).okSealed()).isTrue();
  }

  private void run(int files) throws Exception {
    long before = Files.exists(journal) ? checkpoints() : 0; // it may come before open returns
    try (var open = ChronicleJournal.open(journal, Entries.kms(dir), world.settings())) {
      await(() -> checkpoints() > before);
      for (int file = 0; file < files; file++) {
        if (file > 0) {
          Entries.roll(dir, open, world);
        }
        Entries.done(open.append("", new Alert("file", "" + file), Durability.DISK));
      }
    }
  }

  private long checkpoints() {
    try {
      return frames(FrameType.CHECKPOINT).size();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private static void await(BooleanSupplier until) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!until.getAsBoolean() && System.nanoTime() < deadline) {
      Thread.sleep(1);
    }
    assertThat(until.getAsBoolean()).isTrue();
  }

  private List<Damage.Place> frames(FrameType type) throws Exception {
    return Damage.frames(journal).stream().filter(f -> f.type() == type).toList();
  }

  private String body(Damage.Place frame) throws Exception {
    try (var file = new RandomAccessFile(frame.file().toFile(), "r")) {
      file.seek(frame.offset() + Frame.HEADER);
      var body = new byte[frame.length() - Frame.HEADER];
      file.readFully(body);
      return new String(body, UTF_8);
    }
  }

  private LogKey identity() throws Exception {
    return LogKey.parse(Files.readString(journal.resolve("journal.pub")));
  }

  private EpochStatement statement(Damage.Place frame) throws Exception {
    return EpochStatement.parse(identity().name(), Note.parse(body(frame)));
  }

  private List<String> notes() throws Exception {
    var all = Files.readString(journal.resolve("checkpoints.log"));
    return new ArrayList<>(List.of(all.split("(?<=\n)(?=auditlog)")));
  }

  @Test
  void everyFileIsAnEpochAndEveryEpochIsClosedByItsOwnKey() throws Exception {
    var opens = frames(FrameType.EPOCH_OPEN);
    var closes = frames(FrameType.EPOCH_CLOSE);
    assertThat(opens).hasSize(2);
    assertThat(closes).hasSize(5);
    var key = statement(opens.get(0)).key();
    assertThat(Note.parse(body(opens.get(0))).verifies(identity())).isTrue();
    for (int n = 0; n < 3; n++) {
      var close = statement(closes.get(n));
      assertThat(close.number()).isEqualTo(n);
      assertThat(Note.parse(body(closes.get(n))).verifies(key)).isTrue();
      assertThat(Note.parse(body(closes.get(n))).verifies(identity())).isFalse();
      assertThat(close.key() == null).isEqualTo(n == 2);
      key = close.key();
    }
  }

  @Test
  void closeNamesTheRecordsOfTheEpochExactly() throws Exception {
    var keys = frames(FrameType.KEY_OPEN);
    var closes = frames(FrameType.EPOCH_CLOSE);
    assertThat(statement(closes.get(0)).size()).isEqualTo(keys.get(1).seq());
    assertThat(statement(closes.get(1)).size()).isEqualTo(keys.get(2).seq());
    assertThat(statement(closes.get(2)).size()).isEqualTo(closes.get(2).seq());
    assertThat(closes.get(2).seq() + 1).isEqualTo(keys.get(3).seq());
  }

  /** Signs a checkpoint of the journal as it is, at a size of choice. */
  private Checkpoint signed(Note.Signer signer, long size) throws Exception {
    var tree = new MerkleFrontier();
    try (var walk = new JournalWalk(journal)) {
      while (tree.size() < size && walk.next()) {
        tree.append(walk.bytes(), walk.from(), walk.to() - walk.from());
      }
    }
    assertThat(tree.size()).isEqualTo(size);
    return Checkpoint.sign(signer, size, tree.root());
  }

  @Test
  void aLaterKeyNeverSpeaksForEarlierSizes() throws Exception {
    // CVE-2023-31439. The identity stands for the newest key an intruder could have.
    long size = frames(FrameType.EPOCH_CLOSE).get(0).seq();
    var foreign = EpochKey.fresh(identity().name());
    var kept = signed(foreign, size).note();
    var key = Files.readString(journal.resolve("journal.pub"));
    assertThat(new JournalVerifier(journal, key, List.of(kept), null).verify().ok()).isFalse();
    var identity = new Identity(identity(), Entries.kms(dir));
    var log = notes();
    log.add(1, signed(identity, 4).note());
    Files.writeString(journal.resolve("checkpoints.log"), String.join("", log));
    assertThat(Entries.verify(dir).problem()).contains("not by the key of its epoch");
  }

  @Test
  void resealedEpochIsFoundEvenIfTheWholeTreeIsMadeAnew() throws Exception {
    var place = frames(FrameType.ALERT).get(0);
    Damage.flip(place.file(), place.offset() + Frame.HEADER, 0);
    var close = frames(FrameType.EPOCH_CLOSE).get(0);
    var said = statement(close);
    var newest = EpochKey.fresh(identity().name());
    var again =
        new EpochStatement(
            true,
            said.origin(),
            said.run(),
            said.number(),
            said.size(),
            signed(newest, said.size()).root(),
            said.key());
    try (var file = new RandomAccessFile(close.file().toFile(), "rw")) {
      file.seek(close.offset() + Frame.HEADER);
      file.write(again.sign(newest));
    }
    var forged = new StringBuilder(notes().get(0)); // of before the change: true
    var tiles = new Tiles(journal, channel -> {});
    var tree = new MerkleFrontier(tiles);
    try (var walk = new JournalWalk(journal)) {
      while (walk.next()) {
        tree.append(walk.bytes(), walk.from(), walk.to() - walk.from());
      }
    }
    tiles.booted();
    tiles.flush();
    forged.append(Checkpoint.sign(newest, tree.size(), tree.root()).note());
    Files.writeString(journal.resolve("checkpoints.log"), forged);
    var result = Entries.verify(dir);
    assertThat(result.ok()).isFalse();
    // The first thing that cannot be forged: the close of the epoch, under its own lost key.
    assertThat(result.firstBad()).isEqualTo(frames(FrameType.EPOCH_CLOSE).get(0).seq());
  }

  @Test
  void closeUnderAnotherKeyIsNone() throws Exception {
    for (var close : frames(FrameType.EPOCH_CLOSE)) {
      var bytes = body(close);
      int at = bytes.getBytes(UTF_8).length - 20; // in the signature, still Base64
      Damage.flip(close.file(), close.offset() + Frame.HEADER + at, 0);
      var result = Entries.verify(dir);
      assertThat(result.firstBad()).isEqualTo(close.seq());
      Damage.flip(close.file(), close.offset() + Frame.HEADER + at, 0);
    }
    assertThat(Entries.verify(dir).okSealed()).isTrue();
  }

  @Test
  void epochWithoutCloseIsBadUnlessARecoveryRecordSaysSo() throws Exception {
    var walkOnly = new ArrayList<Damage.Place>(Damage.frames(journal));
    var last = walkOnly.stream().filter(f -> f.file().toString().contains("run-000001")).toList();
    var close = last.get(last.size() - 1);
    assertThat(close.type()).isEqualTo(FrameType.EPOCH_CLOSE);
    try (var file = new RandomAccessFile(close.file().toFile(), "rw")) {
      file.seek(close.offset() - 4); // as if it had never been written
      file.write(new byte[4 + close.length()]);
    }
    assertThat(Entries.verify(dir).ok()).isFalse();
    assertThat(Entries.verify(dir).firstBad()).isEqualTo(close.seq());
  }

  private static void write(Damage.Place frame, int at, byte[] bytes) throws Exception {
    try (var file = new RandomAccessFile(frame.file().toFile(), "rw")) {
      file.seek(frame.offset() + at);
      file.write(bytes);
    }
  }

  @Test
  void runBehindOneThatWasNotClosedBeginsWithItsRecovery() throws Exception {
    // Not even who has the identity sign can begin a run there without saying so.
    var close = frames(FrameType.EPOCH_CLOSE).get(2);
    byte flags = (byte) Frame.flags(RetentionClass.ADMINISTRATION, false, false);
    // By the public key, a record like any.
    write(close, 1, new byte[] {(byte) FrameType.ALERT.code, 0, flags});
    var open = frames(FrameType.EPOCH_OPEN).get(1);
    var said = statement(open);
    var identity = new Identity(identity(), Entries.kms(dir));
    var root = signed(identity, said.size()).root();
    var again =
        new EpochStatement(
            false, said.origin(), said.run(), said.number(), said.size(), root, said.key());
    write(open, Frame.HEADER, again.sign(identity));
    var epochs = new Epochs(identity(), true);
    var tree = new MerkleFrontier();
    try (var walk = new JournalWalk(journal)) {
      while (walk.next() && walk.header().seq() < open.seq()) {
        epochs.frame(walk, tree);
        tree.append(walk.bytes(), walk.from(), walk.to() - walk.from());
      }
      assertThatThrownBy(() -> epochs.frame(walk, tree))
          .isInstanceOf(Frame.Malformed.class)
          .hasMessageContaining("no recovery record");
    }
  }

  @Test
  void truncatedAndResumedIsFlaggedByARecordOfTheIdentity() throws Exception {
    // CVE-2023-31438: cut the tail off, log and all, and let the appliance go on.
    var frames = Damage.frames(journal);
    var cut = frames(FrameType.EPOCH_CLOSE).get(4);
    var kept = notes();
    try (var file = new RandomAccessFile(cut.file().toFile(), "rw")) {
      file.seek(cut.offset() - 4);
      file.write(new byte[4 + cut.length()]);
    }
    assertThatThrownBy(() -> run(1))
        .isInstanceOf(JournalUnavailable.class)
        .hasMessageContaining("record " + cut.seq());
    var shorter = kept.subList(0, kept.size() - 1);
    Files.writeString(journal.resolve("checkpoints.log"), String.join("", shorter));
    run(1);
    assertThat(Entries.verify(dir).problem()).isEmpty();
    var recoveries = frames(FrameType.RECOVERY);
    assertThat(recoveries).hasSize(1);
    assertThat(Note.parse(body(recoveries.get(0))).verifies(identity())).isTrue();
    assertThat(body(recoveries.get(0))).contains("\nfound " + (frames.size() - 1) + "\n");
    var key = Files.readString(journal.resolve("journal.pub"));
    var witness = List.of(kept.get(kept.size() - 1));
    assertThat(new JournalVerifier(journal, key, witness, null).verify().ok()).isFalse();
  }

  @Test
  void filteredViewShowsOnlyWhatIsProven() throws Exception {
    // CVE-2023-31437: what a reader skips, the verifier must miss.
    var reader = new JournalReader(journal, Entries.kms(dir));
    var frames = Damage.frames(journal);
    for (var frame : frames) {
      Damage.flip(frame.file(), frame.offset() - 1, 6); // "an index page": readers pass it over
      var result = Entries.verify(dir);
      assertThat(result.firstBad()).as("%s", frame).isEqualTo(frame.seq());
      if (frame != frames.get(frames.size() - 1)) { // without the last it is a shorter journal
        assertThatThrownBy(() -> reader.entries(JournalReader.Filter.ALL))
            .as("%s", frame)
            .isInstanceOf(JournalUnavailable.class);
      }
      Damage.flip(frame.file(), frame.offset() - 1, 6);
    }
    assertThat(Entries.verify(dir).okSealed()).isTrue();
  }

  @Test
  void unknownFrameTypeFails() throws Exception {
    for (var frame : Damage.frames(journal)) {
      Damage.flip(frame.file(), frame.offset() + 1, 7);
      assertThat(Entries.verify(dir).firstBad()).isEqualTo(frame.seq());
      Damage.flip(frame.file(), frame.offset() + 1, 7);
    }
  }

  @Test
  void largerCheckpointBesideTheJournalIsNeverPassedOver() throws Exception {
    var foreign = EpochKey.fresh(identity().name());
    long size = Damage.frames(journal).size();
    var key = Files.readString(journal.resolve("journal.pub"));
    for (var signer : List.of(foreign, new Identity(identity(), Entries.kms(dir)))) {
      var larger = Checkpoint.sign(signer, size + 1, new byte[32]).note();
      var result = new JournalVerifier(journal, key, List.of(larger), null).verify();
      assertThat(result.problem()).contains("record " + size + " is missing");
    }
  }

  @Test
  void identityCertifiesOnceADay() throws Exception {
    try (var open = ChronicleJournal.open(journal, Entries.kms(dir), world.settings())) {
      Entries.done(open.append("", new Alert("day", "1"), Durability.DISK));
      await(open.space()::ready);
      world.pass(Duration.ofDays(1));
      Entries.done(open.append("", new Alert("day", "2"), Durability.DISK));
      await(() -> opens() == 4);
    }
    assertThat(Entries.verify(dir).problem()).isEmpty();
    var opens = frames(FrameType.EPOCH_OPEN);
    assertThat(statement(opens.get(3)).number()).isEqualTo(1);
    assertThat(Note.parse(body(opens.get(3))).verifies(identity())).isTrue();
    run(1);
    assertThat(Entries.verify(dir).okSealed()).isTrue();
  }

  private int opens() {
    try {
      return frames(FrameType.EPOCH_OPEN).size();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
