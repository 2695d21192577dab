package io.sallyport.proxy.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sallyport.proxy.journal.JournalEntry.Alert;
import io.sallyport.proxy.journal.JournalEntry.Intent;
import io.sallyport.proxy.journal.JournalEntry.Outcome;
import io.sallyport.proxy.journal.JournalReader.Filter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChronicleJournalTest {
  @TempDir Path dir;

  @Test
  void whatWasAppendedIsReadBackInOrder() throws Exception {
    long last;
    try (var journal = Entries.open(dir)) {
      Entries.exchange(journal, "1", "p1");
      last = Entries.exchange(journal, "2", "p1", "p2");
      assertThat(journal.writable()).isTrue();
    }
    var reader = new JournalReader(dir.resolve("journal"), Entries.kms(dir));
    var entries = reader.entries(Filter.ALL);
    assertThat(entries.stream().map(JournalReader.Entry::entry).toList())
        .filteredOn(e -> e instanceof Intent || e instanceof Outcome)
        .containsExactly(
            Entries.intent("1", "dr-jones", "Patient/1"),
            Entries.outcome("1", 2, "p1"),
            Entries.intent("2", "dr-jones", "Patient/2"),
            Entries.outcome("2", last - 1, "p1", "p2"));
    var verified = Entries.verify(dir);
    assertThat(verified.problem()).isEmpty();
    assertThat(verified.okSealed()).isTrue();
    assertThat(verified.unfinished()).isEmpty();
    assertThat(verified.summary())
        .isEqualTo("sealed 0.." + (verified.records() - 1) + ", unsealed tail none");
  }

  @Test
  void restartContinuesNumbersAndTree() throws Exception {
    long before;
    try (var journal = Entries.open(dir)) {
      before = Entries.exchange(journal, "1", "p1");
    }
    var kept = Files.readString(dir.resolve("journal/checkpoints.log"));
    try (var journal = Entries.open(dir)) {
      assertThat(Entries.exchange(journal, "2", "p2")).isGreaterThan(before + 2);
    }
    assertThat(Entries.verify(dir).okSealed()).isTrue();
    assertThat(Files.readString(dir.resolve("journal/checkpoints.log"))).startsWith(kept);
    var entries = new JournalReader(dir.resolve("journal"), Entries.kms(dir)).entries(Filter.ALL);
    assertThat(entries).noneMatch(e -> e.entry() instanceof Alert);
    assertThat(entries).filteredOn(e -> e.entry() instanceof Outcome).hasSize(2);
  }

  @Test
  void secondInstanceIsRefusedAndHarmsNothing() throws Exception {
    try (var journal = Entries.open(dir)) {
      assertThatThrownBy(() -> Entries.open(dir))
          .isInstanceOf(JournalUnavailable.class)
          .hasMessageContaining("this process");
      Entries.exchange(journal, "1", "p1");
    }
    assertThat(Entries.verify(dir).okSealed()).isTrue();
  }
}
