package io.sallyport.proxy.journal;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.proxy.journal.JournalEntry.Alert;
import io.sallyport.proxy.journal.JournalEntry.Outcome;
import io.sallyport.proxy.journal.JournalEntry.Resource;
import io.sallyport.proxy.journal.JournalReader.Filter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpaceTest {
  @TempDir Path dir;
  private final TestSettings world = new TestSettings();
  private final long onDisk = FrameStore.onDisk(TestSettings.SMALL.fileBytes());
  private final Map<Long, String> acked = new HashMap<>();

  private ChronicleJournal open() {
    return ChronicleJournal.open(dir.resolve("journal"), Entries.kms(dir), world.settings());
  }

  private List<Path> files() {
    try {
      return JournalFiles.frames(dir.resolve("journal/run-000001"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Exchanges until one is refused; says why. */
  private JournalUnavailable.Why fill(ChronicleJournal journal) {
    for (int i = 0; ; i++) {
      var name = acked.size() + "-" + i;
      try {
        acked.put(Entries.exchange(journal, name, "p1"), name);
      } catch (CompletionException e) {
        return ((JournalUnavailable) e.getCause()).why();
      }
    }
  }

  private void noSpace() {
    world.beforeFill =
        (channel, zeros) -> {
          throw new IOException("No space left on device");
        };
  }

  private void assertAllThere() throws Exception {
    var there = new HashMap<Long, String>();
    new JournalReader(dir.resolve("journal"), Entries.kms(dir))
        .forEach(
            Filter.ALL,
            found -> {
              if (found.entry() instanceof Outcome outcome) {
                there.put(found.seq(), outcome.exchange());
              }
            });
    assertThat(there).isEqualTo(acked);
    assertThat(Entries.verify(dir).okSealed()).isTrue();
  }

  // journal.md A6 no. 1, no. 2 and "Pre-allocation that works in OSS".
  @Test
  void fullDiskRefusesBeforeAnythingIsLostAndEndsWhenThereIsRoom() throws Exception {
    try (var journal = open()) {
      Entries.await(() -> journal.space().spares() == SpareFiles.AHEAD);
      noSpace();
      assertThat(fill(journal)).isEqualTo(JournalUnavailable.Why.FULL);
      assertThat(files()).hasSize(1 + SpareFiles.AHEAD);
      assertThat(journal.writable()).isFalse();
      // Not a byte beyond what was written out.
      assertThat(Files.size(files().get(SpareFiles.AHEAD))).isEqualTo(onDisk);
      // What the journal has to say of itself still has room, and somebody to wait for it.
      Entries.done(journal.append("", new Alert("own", ""), Durability.DISK));
      assertThat(fill(journal)).isEqualTo(JournalUnavailable.Why.FULL);
      world.beforeFill = (channel, zeros) -> {};
      Entries.await(journal::writable);
      var name = "after";
      acked.put(Entries.exchange(journal, name, "p1"), name);
    }
    assertAllThere();
  }

  @Test
  void fileIsFollowedAtNineTenthsByTheCommitter() throws Exception {
    try (var journal = open()) {
      Entries.await(journal.space()::ready);
      // Ours leave room: no appender has to do it.
      while (journal.space().usedPercent() < FrameWriter.ROLL_PERCENT && files().size() == 1) {
        acked.put(Entries.exchange(journal, "x" + acked.size(), "p1"), "x" + acked.size());
      }
      Entries.await(() -> files().size() == 2);
    }
    assertAllThere();
  }

  @Test
  void fileThatIsDoneIsCutToWhatItHolds() throws Exception {
    try (var journal = open()) {
      Entries.exchange(journal, "1", "p1");
      Entries.await(journal.space()::ready);
      world.pass(FrameWriter.ROLL_TIME);
      Entries.await(() -> files().size() == 2);
      Entries.done(journal.append("", new Alert("in the next", ""), Durability.DISK));
      assertThat(Files.size(files().get(0))).isLessThan(onDisk / 4);
      assertThat(Files.size(files().get(1))).isEqualTo(onDisk);
    }
    assertThat(Files.size(files().get(1))).isLessThan(onDisk / 4);
    assertThat(Entries.verify(dir).okSealed()).isTrue();
  }

  @Test
  void whatAStopLeavesOverIsUsedByTheNextStartAndHalvesAreNot() throws Exception {
    var journal = dir.resolve("journal");
    try (var first = open()) {
      Entries.await(() -> first.space().spares() == SpareFiles.AHEAD);
    }
    var spares = spares();
    assertThat(spares).hasSize(SpareFiles.AHEAD);
    Files.write(journal.resolve("spare-77.new"), new byte[10]);
    Files.write(journal.resolve("spare-78"), new byte[10]);
    Files.write(journal.resolve("run-000001/20261126-090000.precreated"), new byte[10]);
    noSpace(); // so that nothing else can be used
    try (var second = open()) {
      assertThat(second.space().spares()).isEqualTo(SpareFiles.AHEAD - 1);
      assertThat(spares()).isSubsetOf(spares);
      assertThat(journal.resolve("run-000001/20261126-090000.precreated")).doesNotExist();
      Entries.exchange(second, "1", "p1");
    }
    assertThat(Entries.verify(dir).okSealed()).isTrue();
  }

  private List<String> spares() throws IOException {
    var names = new ArrayList<String>();
    try (var entries = Files.newDirectoryStream(dir.resolve("journal"), "spare-*")) {
      entries.forEach(entry -> names.add(entry.getFileName().toString()));
    }
    return names;
  }

  @Test
  void entryThatNoFileCouldHoldIsRefusedAndTheNextIsNot() throws Exception {
    var resources = new ArrayList<Resource>();
    for (int i = 0; i < 120_000; i++) {
      resources.add(new Resource("Observation", "observation-" + i, List.of("p" + i % 100)));
    }
    var large = new JournalEntry.Disclosure("x", -1, 1, List.copyOf(resources), Map.of(), 0, 1, "");
    try (var journal = open()) {
      var refused = journal.append("", large, Durability.PROCESS).toCompletableFuture();
      assertThat(refused).isCompletedExceptionally();
      assertThat(refused.handle((r, e) -> ((JournalUnavailable) e).why()).join())
          .isEqualTo(JournalUnavailable.Why.TOO_LONG);
      assertThat(journal.writable()).isTrue();
      acked.put(Entries.exchange(journal, "next", "p1"), "next");
    }
    assertAllThere();
    assertThat(files()).hasSize(1);
  }

  @Test
  void longEntryThatThisFileHasNoRoomForGoesToTheNext() throws Exception {
    var resources = new ArrayList<Resource>();
    for (int i = 0; i < 30_000; i++) {
      resources.add(new Resource("Observation", "observation-" + i, List.of("p" + i % 100)));
    }
    var large = new JournalEntry.Disclosure("x", -1, 1, List.copyOf(resources), Map.of(), 0, 1, "");
    try (var journal = open()) {
      for (int i = 0; i < 8; i++) {
        Entries.await(() -> journal.space().spares() == SpareFiles.AHEAD);
        Entries.done(journal.append("", large, Durability.PROCESS));
      }
    }
    for (var file : files()) {
      assertThat(Files.size(file)).isLessThanOrEqualTo(onDisk);
    }
    assertThat(files()).hasSizeGreaterThan(3);
    assertThat(Entries.verify(dir).okSealed()).isTrue();
  }
}
