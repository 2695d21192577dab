package io.sallyport.proxy.journal;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.proxy.journal.JournalEntry.Alert;
import io.sallyport.proxy.journal.JournalEntry.KeyEvent;
import io.sallyport.proxy.journal.JournalEntry.Resource;
import io.sallyport.proxy.journal.JournalReader.Filter;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RollAndRecoveryTest {
  @TempDir Path dir;
  private final TestSettings world = new TestSettings();

  private ChronicleJournal open(Path home) {
    return ChronicleJournal.open(home.resolve("journal"), Entries.kms(home), world.settings());
  }

  private List<JournalEntry> read(Path home) {
    return new JournalReader(home.resolve("journal"), Entries.kms(dir))
        .entries(Filter.ALL).stream().map(JournalReader.Entry::entry).toList();
  }

  private static void alert(Journal journal, String what) {
    Entries.done(journal.append("", new Alert(what, ""), Durability.DISK));
  }

  @Test
  void everyFileHasAKeyOfItsOwn() throws Exception {
    try (var journal = open(dir)) {
      for (int i = 0; i < 4; i++) {
        alert(journal, "roll " + i);
        if (i < 3) {
          Entries.await(journal.space()::ready);
          world.pass(Duration.ofMinutes(15));
          awaitFiles(i + 2);
        }
      }
    }
    assertThat(JournalFiles.frames(dir.resolve("journal/run-000001"))).hasSize(4);
    assertThat(read(dir)).filteredOn(e -> e instanceof KeyEvent).hasSize(4);
    assertThat(read(dir)).filteredOn(e -> e instanceof Alert).hasSize(4);
    assertThat(Entries.verify(dir).okSealed()).isTrue();
  }

  private void awaitFiles(int count) throws InterruptedException {
    Entries.await(() -> files() == count);
  }

  private int files() {
    try {
      return JournalFiles.frames(dir.resolve("journal/run-000001")).size();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void clockThatIsSetIsRecordedAndStopsNothing() throws Exception {
    try (var journal = open(dir)) {
      alert(journal, "before");
      world.step(Duration.ofHours(-1));
      alert(journal, "an hour back");
      world.step(Duration.ofDays(400));
      alert(journal, "400 days on");
      world.step(Duration.ofDays(-400));
      Entries.await(journal.space()::ready);
      world.pass(Duration.ofMinutes(16));
      awaitFiles(2);
      alert(journal, "over a roll");
    }
    var entries = new JournalReader(dir.resolve("journal"), Entries.kms(dir)).entries(Filter.ALL);
    assertThat(entries)
        .filteredOn(e -> e.entry() instanceof Alert a && a.what().equals("clock-step"))
        .hasSize(3);
    assertThat(entries)
        .filteredOn(e -> e.entry() instanceof Alert a && a.what().equals("an hour back"))
        .allMatch(e -> e.time().equals(Instant.parse("2026-11-26T07:00:00Z")));
    assertThat(JournalFiles.frames(dir.resolve("journal/run-000001"))).hasSize(2);
    assertThat(Entries.verify(dir).okSealed()).isTrue();
  }

  @Test
  void unsealedTailOfAKillIsNamedAndSealedByTheNextStart() throws Exception {
    var after = killed("first", "second");
    var dead = verify(after);
    assertThat(dead.problem()).isEmpty();
    assertThat(dead.okSealed()).isFalse();
    assertThat(dead.summary())
        .isEqualTo(
            "sealed 0.."
                + (dead.sealed() - 1)
                + ", unsealed tail "
                + dead.sealed()
                + ".."
                + (dead.records() - 1));
    open(after).close();
    assertThat(verify(after).okSealed()).isTrue();
    assertThat(read(after))
        .filteredOn(e -> e instanceof Alert a && a.what().equals("recovery"))
        .hasSize(1);
    assertThat(read(after)).contains(new Alert("first", ""), new Alert("second", ""));
  }

  @Test
  void tornTailIsLeftBehindAndNamedByTheRecoveryRecord() throws Exception {
    var after = killed("kept", "torn");
    var frames = Damage.frames(after.resolve("journal"));
    var torn = frames.get(frames.size() - 1);
    Damage.flip(torn.file(), torn.offset(), 1);
    assertThat(verify(after).firstBad()).isEqualTo(torn.seq());
    for (int start = 0; start < 2; start++) {
      open(after).close();
      assertThat(verify(after).problem()).isEmpty();
      assertThat(verify(after).okSealed()).isTrue();
    }
    assertThat(read(after))
        .contains(new Alert("kept", ""))
        .doesNotContain(new Alert("torn", ""))
        .filteredOn(e -> e instanceof Alert a && a.detail().contains("left behind at run-000001"))
        .hasSize(1);
  }

  @Test
  void changedCiphertextInTheTailShowsWithTheKeyServiceOnly() throws Exception {
    var after = killed("first", "second");
    var frames = Damage.frames(after.resolve("journal"));
    var last = frames.get(frames.size() - 1);
    Damage.flip(last.file(), last.offset() + Frame.HEADER, 0);
    assertThat(verify(after).problem()).isEmpty();
    var journal = after.resolve("journal");
    var key = Files.readString(journal.resolve("journal.pub"));
    var result = new JournalVerifier(journal, key, List.of(), Entries.kms(dir)).verify();
    assertThat(result.firstBad()).isEqualTo(last.seq());
  }

  @Test
  void entryCutShortByAKillIsDroppedAndTheRestGoesOn() throws Exception {
    Path after;
    try (var journal = open(dir)) {
      awaitQuiet(journal);
      alert(journal, "kept");
      Entries.done(journal.append("", large(9_000), Durability.DISK));
      after = copy();
    }
    var frames = Damage.frames(after.resolve("journal"));
    var last = frames.get(frames.size() - 1);
    assertThat(frames.get(frames.size() - 2).length()).isEqualTo(Frame.MAX);
    try (var file = new RandomAccessFile(last.file().toFile(), "rw")) {
      file.seek(last.offset() - 1); // "not complete", as while it is written
      file.write(0x80);
    }
    assertThat(verify(after).problem()).isEmpty();
    open(after).close();
    assertThat(verify(after).okSealed()).isTrue();
    assertThat(read(after)).contains(new Alert("kept", "")).doesNotContain(large(9_000));
  }

  @Test
  void longEntriesGoOnInFurtherFrames() throws Exception {
    var entry = large(20_000);
    try (var journal = open(dir)) {
      Entries.done(journal.append("", entry, Durability.PROCESS));
      alert(journal, "after");
    }
    var frames = Damage.frames(dir.resolve("journal"));
    assertThat(frames).allMatch(f -> f.length() <= Frame.MAX);
    assertThat(frames).filteredOn(f -> f.type() == FrameType.DISCLOSURE).hasSizeGreaterThan(5);
    assertThat(read(dir)).contains(entry, new Alert("after", ""));
    assertThat(Entries.verify(dir).okSealed()).isTrue();
  }

  @Test
  void intentWithoutAnEndIsUnfinished() throws Exception {
    long open;
    try (var journal = open(dir)) {
      Entries.exchange(journal, "1", "p1");
      var intent = Entries.intent("2", "dr-jones", "Patient/2");
      open = Entries.done(journal.append("", intent, Durability.PROCESS)).sequence();
      Entries.exchange(journal, "3", "p3");
    }
    assertThat(Entries.verify(dir).unfinished()).containsExactly(open);
    var reader = new JournalReader(dir.resolve("journal"), Entries.kms(dir));
    assertThat(reader.unfinished()).containsExactly(open);
  }

  private static JournalEntry.Disclosure large(int count) {
    var resources = new ArrayList<Resource>();
    for (int i = 0; i < count; i++) {
      resources.add(new Resource("Observation", "o-" + i, List.of("patient-" + i % 100)));
    }
    return new JournalEntry.Disclosure("x", -1, 1, List.copyOf(resources), Map.of(), 0, 1, "");
  }

  /** A directory as a kill would leave it, with these alerts unsealed. */
  private Path killed(String... alerts) throws Exception {
    try (var journal = open(dir)) {
      awaitQuiet(journal);
      for (var what : alerts) {
        alert(journal, what);
      }
      return copy();
    }
  }

  // The first checkpoint, at once after a start, is the only one while time stands still.
  private void awaitQuiet(ChronicleJournal journal) throws Exception {
    Entries.await(() -> journal.space().spares() == SpareFiles.AHEAD);
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (Damage.frames(dir.resolve("journal")).stream()
            .noneMatch(f -> f.type() == FrameType.CHECKPOINT)
        && System.nanoTime() < deadline) {
      Thread.sleep(1);
    }
  }

  private Path copy() throws Exception {
    var after = dir.resolve("after");
    Damage.copy(dir.resolve("journal"), after.resolve("journal"));
    Files.copy(dir.resolve("keys.p12"), after.resolve("keys.p12"));
    return after;
  }

  private static JournalVerifier.Result verify(Path home) throws Exception {
    return Entries.verify(home);
  }
}
