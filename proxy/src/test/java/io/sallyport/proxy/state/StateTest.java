package io.sallyport.proxy.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.prometheus.client.CollectorRegistry;
import io.sallyport.proxy.journal.ChronicleJournal;
import io.sallyport.proxy.journal.Durabilities;
import io.sallyport.proxy.journal.Durability;
import io.sallyport.proxy.journal.JournalEntry;
import io.sallyport.proxy.journal.JournalLimits;
import io.sallyport.proxy.journal.JournalReader;
import io.sallyport.proxy.journal.Outside;
import io.sallyport.proxy.kms.KeyStores;
import io.sallyport.proxy.kms.Kms;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A snapshot is a short cut: whatever becomes of it, the journal says the same. */
class StateTest {
  private static final char[] PASSWORD = "for tests only".toCharArray();
  private static final JournalLimits SMALL =
      new JournalLimits(1L << 20, 30_000, 100, true, Durabilities.LEAST);

  /** What was said in stops, in their order. */
  private static final class Said implements Section {
    private final String version;
    final List<String> words = new ArrayList<>();
    int applied;

    Said(String version) {
      this.version = version;
    }

    @Override
    public String name() {
      return version;
    }

    @Override
    public Set<String> kinds() {
      return Set.of("stopped");
    }

    @Override
    public void apply(JournalReader.Entry read) {
      words.add(((JournalEntry.Stopped) read.entry()).reason());
      applied++;
    }

    @Override
    public void write(DataOutput to) throws IOException {
      to.writeInt(words.size());
      for (var word : words) {
        to.writeInt(word.length());
        to.write(word.getBytes(StandardCharsets.US_ASCII));
      }
    }

    @Override
    public void read(DataInput from) throws IOException {
      for (int left = from.readInt(); left > 0; left--) {
        var bytes = new byte[from.readInt()];
        from.readFully(bytes);
        words.add(new String(bytes, StandardCharsets.US_ASCII));
      }
    }

    @Override
    public void clear() {
      words.clear();
    }
  }

  @TempDir Path dir;
  private Kms kms;
  private final List<String> alerts = new ArrayList<>();

  @BeforeEach
  void keys() {
    KeyStores.create(dir.resolve("keys.p12"), PASSWORD);
    kms = Kms.open("pkcs12:keys.p12", dir, PASSWORD);
  }

  /** One life of a journal: what the state begins with; then these words are recorded. */
  private Said live(Path journal, String version, String... words) throws IOException {
    alerts.clear();
    var said = new Said(version);
    try (var log = open(journal);
        var state = state(journal, log, said)) {
      assertThat(state).isNotNull();
      var begun = new Said(version);
      begun.words.addAll(said.words);
      begun.applied = said.applied;
      record(log, words);
      return begun;
    }
  }

  private ChronicleJournal open(Path journal) {
    return ChronicleJournal.open(
        journal, kms, Clock.systemUTC(), SMALL, Outside.NONE, new CollectorRegistry());
  }

  private State state(Path journal, ChronicleJournal log, Section... sections) throws IOException {
    return State.open(
        journal,
        kms,
        List.of(sections),
        log::durable,
        (what, detail) -> alerts.add(what + " " + detail));
  }

  private static void record(ChronicleJournal log, String... words) {
    for (var word : words) {
      var entry = new JournalEntry.Stopped(word);
      log.append(entry, entry, Durability.DISK).toCompletableFuture().join();
    }
  }

  private Path copy(Path from, String name) throws IOException {
    var to = dir.resolve(name);
    try (var all = Files.walk(from)) {
      for (var file : all.toList()) {
        Files.copy(file, to.resolve(from.relativize(file)));
      }
    }
    return to;
  }

  private static List<Path> snapshots(Path journal) throws IOException {
    try (var all = Files.list(journal.resolve("state"))) {
      return all.filter(f -> f.getFileName().toString().startsWith("snapshot-")).sorted().toList();
    }
  }

  @Test
  void whatWasRecordedIsThereAfterAStopAndAfterAKill() throws IOException {
    var journal = dir.resolve("journal");
    var canary = "canary-4711-" + "x".repeat(200_000); // an entry of several frames
    assertThat(live(journal, "1", "a", canary).words).isEmpty();
    var second = live(journal, "1", "b");
    assertThat(second.words).containsExactly("a", canary);
    assertThat(second.applied).as("read from the snapshot").isZero();
    var said = new Said("1");
    Path killed;
    try (var log = open(journal);
        var state = state(journal, log, said)) {
      assertThat(state).isNotNull();
      record(log, "c", canary);
      killed = copy(journal, "killed"); // as the disk is when the process is gone
    }
    var after = live(killed, "1");
    assertThat(after.words).containsExactly("a", canary, "b", "c", canary);
    assertThat(after.applied).as("read from the journal").isEqualTo(2);
    assertThat(alerts).isEmpty();
    assertThat(snapshots(killed)).hasSizeBetween(1, 2);
    for (var file : snapshots(killed)) {
      assertThat(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1))
          .startsWith("sallyport state 1\nauditlog.local/")
          .doesNotContain("canary");
    }
    // A section that the snapshot lacks is made of the whole journal.
    var renewed = live(killed, "2");
    assertThat(renewed.applied).isEqualTo(5);
    assertThat(alerts).isEmpty();
  }

  /** A key that is gone, say: what is kept begins anew, and that is told. */
  @Test
  void aJournalThatCannotBeReadIsToldAndKeepsNobodyFromStarting() throws IOException {
    var journal = dir.resolve("journal");
    live(journal, "1", "a");
    for (var file : snapshots(journal)) {
      Files.delete(file);
    }
    KeyStores.create(dir.resolve("other.p12"), PASSWORD);
    var ours = kms;
    var said = new Said("1");
    try (var log = open(journal)) {
      kms = Kms.open("pkcs12:other.p12", dir, PASSWORD);
      state(journal, log, said).close();
      assertThat(said.words).isEmpty();
      assertThat(alerts).hasSize(1);
      assertThat(alerts.get(0)).startsWith("state-lost");
      kms = ours;
    }
  }

  @Test
  void aSnapshotThatDoesNotHoldIsSetAsideAndMadeAnew() throws IOException {
    var journal = dir.resolve("journal");
    live(journal, "1", "a");
    var older = copy(journal, "older");
    live(journal, "1", "b");
    var newest = snapshots(journal).get(1);
    var bytes = Files.readAllBytes(newest);

    // An older one in its place makes more to read, and nothing else.
    Files.delete(newest);
    var from = live(journal, "1");
    assertThat(from.words).containsExactly("a", "b");
    assertThat(from.applied).isEqualTo(1);
    assertThat(alerts).isEmpty();

    // Changed anywhere.
    for (int at : new int[] {3, 30, 60, 90, bytes.length / 2, bytes.length - 1}) {
      for (var file : snapshots(journal)) {
        Files.delete(file);
      }
      var changed = bytes.clone();
      changed[at] ^= 1;
      Files.write(newest, changed);
      assertThat(live(journal, "1").words).as("byte %d", at).containsExactly("a", "b");
      assertThat(alerts).as("byte %d", at).hasSize(1);
      assertThat(alerts.get(0)).startsWith("state-set-aside snapshot-");
    }

    // It knows more than the journal does.
    Files.write(older.resolve("state").resolve(newest.getFileName()), bytes);
    assertThat(live(older, "1").words).containsExactly("a");
    assertThat(alerts).hasSize(1);
    assertThat(alerts.get(0)).contains("does not have");

    // It is another journal's.
    var other = dir.resolve("other");
    live(other, "1", "z");
    for (var file : snapshots(other)) {
      Files.write(file, bytes);
    }
    assertThat(live(other, "1").words).containsExactly("z");
    assertThat(alerts).isNotEmpty();
    assertThat(alerts.get(0)).contains("another journal");
  }
}
