package io.sallyport.proxy.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sallyport.proxy.journal.JournalEntry.Alert;
import io.sallyport.proxy.journal.JournalReader.Filter;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Anchors and witnesses: what is known of the journal outside of it. */
class OutsideTest {
  @TempDir Path dir;
  private final TestSettings world = new TestSettings();
  private Path journal;
  private Path anchor;

  @BeforeEach
  void paths() {
    journal = dir.resolve("journal");
    anchor = dir.resolve("elsewhere.log");
  }

  private ChronicleJournal open() {
    return ChronicleJournal.open(journal, Entries.kms(dir), world.settings());
  }

  private void write(String what) {
    try (var open = open()) {
      Entries.done(open.append("", new Alert(what, ""), Durability.DISK));
    }
  }

  private static void await(BooleanSupplier until) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (!until.getAsBoolean() && System.nanoTime() < deadline) {
      Thread.sleep(1);
    }
    assertThat(until.getAsBoolean()).isTrue();
  }

  private JournalVerifier.Result verify(Path kept) throws Exception {
    var key = Files.readString(journal.resolve("journal.pub"));
    return new JournalVerifier(journal, key, List.of(Files.readString(kept)), null).verify();
  }

  private LogKey identity() throws Exception {
    return LogKey.parse(Files.readString(journal.resolve("journal.pub")));
  }

  @Test
  void anchorEndsWithTheLastCheckpointAndVerifies() throws Exception {
    world.outside = new Outside(List.of(anchor), List.of(), -1);
    write("1");
    write("2");
    var log = Files.readString(journal.resolve("checkpoints.log"));
    var last = log.substring(log.lastIndexOf("auditlog", log.lastIndexOf("\u2014") - 1 - 60));
    assertThat(Files.readString(anchor)).isNotEmpty().endsWith(last);
    assertThat(verify(anchor).okSealed()).isTrue();
  }

  @Test
  void rolledBackJournalDoesNotStart() throws Exception {
    world.outside = new Outside(List.of(anchor), List.of(), -1);
    write("1");
    var before = dir.resolve("before");
    Damage.copy(journal, before);
    write("2");
    delete(journal);
    Damage.copy(before, journal); // sealed, closed, and of yesterday
    long found = Entries.verify(dir).records();
    assertThat(Entries.verify(dir).okSealed()).isTrue();
    assertThatThrownBy(this::open)
        .isInstanceOf(JournalUnavailable.class)
        .hasMessageContaining("records " + found + "..")
        .hasMessageContaining(anchor.toString())
        .hasMessageContaining("--found " + found);
    world.outside = new Outside(List.of(anchor), List.of(), found + 1);
    assertThatThrownBy(this::open).isInstanceOf(JournalUnavailable.class);
    world.outside = new Outside(List.of(anchor), List.of(), found);
    write("accepted");
    world.outside = new Outside(List.of(anchor), List.of(), -1);
    write("goes on");
    assertThat(Entries.verify(dir).problem()).isEmpty();
    assertThat(new JournalReader(journal, Entries.kms(dir)).entries(Filter.ALL))
        .filteredOn(e -> e.entry() instanceof Alert a && a.detail().contains(" lost"))
        .hasSize(1)
        .allMatch(e -> ((Alert) e.entry()).detail().contains("records " + found + ".."));
    // What the anchor knows stays contradicted: admitted is not undone.
    assertThat(verify(anchor).ok()).isFalse();
    assertThat(verify(anchor).problem()).contains("admits the loss");
  }

  @Test
  void cutTailIsAcceptedByAnOperatorOnlyAndItsCheckpointsAreKept() throws Exception {
    write("1");
    write("2");
    var frames = Damage.frames(journal);
    var cut = frames.get(frames.size() - 3);
    try (var file = new RandomAccessFile(cut.file().toFile(), "rw")) {
      file.seek(cut.offset() - 4);
      file.write(new byte[(int) (file.length() - cut.offset() + 4)]);
    }
    assertThatThrownBy(this::open).hasMessageContaining("--found " + cut.seq());
    world.outside = new Outside(List.of(), List.of(), cut.seq());
    write("accepted");
    world.outside = Outside.NONE;
    write("goes on");
    assertThat(Entries.verify(dir).problem()).isEmpty();
    assertThat(Entries.verify(dir).okSealed()).isTrue();
    assertThat(Files.readString(journal.resolve("checkpoints-lost-at-" + cut.seq() + ".log")))
        .startsWith("auditlog.local/");
  }

  @Test
  void journalMadeAnewUnderItsOldNameDoesNotStart() throws Exception {
    world.outside = new Outside(List.of(anchor), List.of(), -1);
    write("1");
    var origin = Files.readString(journal.resolve("origin"));
    delete(journal);
    Files.createDirectories(journal);
    Files.writeString(journal.resolve("origin"), origin);
    var kept = Files.readString(anchor);
    world.outside = Outside.NONE;
    write("another 1");
    write("another 2");
    Files.writeString(anchor, kept);
    world.outside = new Outside(List.of(anchor), List.of(), -1);
    assertThatThrownBy(this::open).hasMessageContaining("made anew");
  }

  @Test
  void anchorThatCannotBeWrittenStopsNothing() throws Exception {
    world.outside = new Outside(List.of(dir.resolve("gone/anchor")), List.of(), -1);
    write("1");
    assertThat(Entries.verify(dir).okSealed()).isTrue();
  }

  @Test
  void anchorTornByAPowerFailureIsMended() throws Exception {
    world.outside = new Outside(List.of(anchor), List.of(), -1);
    write("1");
    var whole = Files.readString(anchor);
    Files.writeString(anchor, whole + whole.substring(0, whole.length() / 2));
    write("2");
    assertThat(Files.readString(anchor)).startsWith(whole);
    assertThat(verify(anchor).okSealed()).isTrue();
  }

  private static void delete(Path tree) throws Exception {
    try (var files = Files.walk(tree)) {
      for (var file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  private long cosigned() {
    try {
      return Damage.frames(journal).stream().filter(f -> f.type() == FrameType.COSIGNED).count();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private boolean alerted(String what) {
    return new JournalReader(journal, Entries.kms(dir))
        .entries(Filter.ALL).stream()
            .anyMatch(e -> e.entry() instanceof Alert a && a.what().equals(what));
  }

  @Test
  void witnessIsProvenEachStepAndItsCosignatureIsInTheJournal() throws Exception {
    write("before the witness");
    try (var witness = new FakeWitness(identity())) {
      world.outside = new Outside(List.of(), List.of(witness.witness()), -1);
      try (var open = open()) {
        for (int i = 1; i <= 3; i++) {
          long due = i;
          await(() -> cosigned() >= due);
          Entries.done(open.append("", new Alert("step", "" + i), Durability.DISK));
          world.pass(Duration.ofHours(10));
        }
      }
      assertThat(witness.faults()).isEmpty();
      assertThat(witness.answers()).contains(200).doesNotContain(400, 403, 422, 409);
      write("a client that forgot what the witness saw");
      assertThat(witness.answers()).contains(409).doesNotContain(400, 403, 422);
      assertThat(witness.faults()).isEmpty();
      assertThat(witness.size()).isEqualTo(Entries.verify(dir).records());
    }
    assertThat(Entries.verify(dir).okSealed()).isTrue();
    assertThat(alerted("witness-contradiction")).isFalse();
  }

  @Test
  void witnessThatHasSeenMoreIsAnAlert() throws Exception {
    write("1");
    try (var witness = new FakeWitness(identity())) {
      witness.claim(1_000_000);
      world.outside = new Outside(List.of(), List.of(witness.witness()), -1);
      try (var open = open()) {
        await(() -> alerted("witness-contradiction"));
        assertThat(open.writable()).isTrue();
      }
    }
    assertThat(cosigned()).isZero();
  }

  @Test
  void witnessOfAnotherHistoryIsAnAlert() throws Exception {
    world.outside = Outside.NONE;
    write("1");
    try (var witness = new FakeWitness(identity())) {
      world.outside = new Outside(List.of(), List.of(witness.witness()), -1);
      var before = dir.resolve("before");
      Damage.copy(journal, before);
      write("one history");
      long size = witness.size();
      assertThat(size).isPositive();
      delete(journal);
      Damage.copy(before, journal);
      world.outside = Outside.NONE;
      for (int i = 0; Entries.verify(dir).records() < size + 3; i++) {
        write("another history " + i);
      }
      world.outside = new Outside(List.of(), List.of(witness.witness()), -1);
      try (var open = open()) {
        await(() -> alerted("witness-contradiction"));
        assertThat(open.writable()).isTrue();
      }
      assertThat(witness.answers()).contains(422);
    }
  }

  @Test
  void forgedCosignatureIsNotTaken() throws Exception {
    write("1");
    try (var witness = new FakeWitness(identity())) {
      witness.lie();
      world.outside = new Outside(List.of(), List.of(witness.witness()), -1);
      write("2");
      assertThat(witness.answers()).contains(200);
    }
    assertThat(cosigned()).isZero();
    assertThat(Entries.verify(dir).okSealed()).isTrue();
  }

  @Test
  void witnessThatKnowsAnotherKeyOrIsDownStopsNothing() throws Exception {
    write("1");
    var other = EpochKey.fresh(identity().name()).key();
    var witness = new FakeWitness(other);
    try (witness) {
      world.outside = new Outside(List.of(), List.of(witness.witness()), -1);
      write("2");
      assertThat(witness.answers()).contains(403);
    }
    write("3");
    assertThat(cosigned()).isZero();
    assertThat(Entries.verify(dir).okSealed()).isTrue();
  }

  @Test
  void keyOfALogIsNoKeyOfAWitness() {
    var key = EpochKey.fresh("witness.example/w1").key();
    assertThatThrownBy(() -> LogKey.parseWitness(key.line()))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
