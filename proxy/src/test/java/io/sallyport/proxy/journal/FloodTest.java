package io.sallyport.proxy.journal;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.proxy.journal.JournalEntry.Anonymous;
import io.sallyport.proxy.journal.JournalEntry.Refused;
import io.sallyport.proxy.journal.JournalReader.Filter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FloodTest {
  @TempDir Path dir;
  private final TestSettings world = new TestSettings();

  private ChronicleJournal open() {
    return ChronicleJournal.open(dir.resolve("journal"), Entries.kms(dir), world.settings());
  }

  private static Recorded<String> refuse(Journal journal, String remote, String reason) {
    var entry =
        new Refused("x", -1, 401, reason, "no token", "", "", "", remote, "/fhir", "GET", "/fhir");
    return Entries.done(journal.anonymous("", entry, remote, reason, EventClass.DENIED));
  }

  private <E> List<E> read(Class<E> kind) {
    return new JournalReader(dir.resolve("journal"), Entries.kms(dir))
        .entries(Filter.ALL).stream()
            .map(JournalReader.Entry::entry)
            .filter(kind::isInstance)
            .map(kind::cast)
            .toList();
  }

  @Test
  void whatIsMoreThanTheFirstOfANetworkIsCountedAndToldWhenTheMinuteIsOver() throws Exception {
    try (var journal = open()) {
      for (int i = 0; i < 5_000; i++) {
        var recorded = refuse(journal, "192.0.2." + i % 200, i % 5 == 0 ? "EXPIRED" : "BAD");
        assertThat(recorded.sequence() == Recorded.COUNTED).isEqualTo(i >= 20);
      }
      refuse(journal, "198.51.100.1", "BAD");
      world.pass(Duration.ofMinutes(1));
      Entries.await(() -> !read(Anonymous.class).isEmpty());
      assertThat(refuse(journal, "192.0.2.1", "BAD").sequence()).isNotEqualTo(Recorded.COUNTED);
    }
    assertThat(read(Refused.class)).hasSize(20 + 1 + 1);
    assertThat(read(Anonymous.class)).hasSize(1);
    var told = read(Anonymous.class).get(0);
    assertThat(told.prefix()).isEqualTo("192.0.2.0/24");
    assertThat(told.count()).isEqualTo(4_980);
    assertThat(told.reasons()).containsOnlyKeys("BAD", "EXPIRED").containsEntry("EXPIRED", 996L);
    assertThat(told.first()).isEqualTo("2026-11-26T08:00:00Z");
    var shown =
        new JournalReader(dir.resolve("journal"), Entries.kms(dir))
            .entries(Filter.ALL).stream()
                .filter(e -> e.entry() instanceof Anonymous)
                .map(EntryText::line)
                .toList();
    assertThat(shown.get(0))
        .contains("anonymous prefix=192.0.2.0/24 count=4980")
        .contains("BAD=3984");
    assertThat(Entries.verify(dir).okSealed()).isTrue();
  }

  @Test
  void whatWasCountedIsToldWhenTheJournalCloses() {
    try (var journal = open()) {
      for (int i = 0; i < 30; i++) {
        refuse(journal, "192.0.2.1", "BAD");
      }
    }
    assertThat(read(Anonymous.class)).extracting(Anonymous::count).containsExactly(10L);
  }

  @Test
  void fromAllNetworksTogetherThereIsATenthOfAFileAndEveryOneIsCounted() throws Exception {
    long anonymous = 0;
    int minutes = 15;
    int each = 12_000;
    try (var journal = open()) {
      for (int minute = 0; minute < minutes; minute++) {
        for (int i = 0; i < each; i++) {
          refuse(journal, "10." + i / 250 + "." + i % 250 + ".1", "BAD");
        }
        long before = journal.appended();
        world.pass(Duration.ofMinutes(1));
        Entries.await(() -> journal.appended() > before);
        Entries.exchange(journal, "clinician-" + minute, "p1");
      }
    }
    for (var frame : Damage.frames(dir.resolve("journal"))) {
      if (frame.type() == FrameType.REFUSED || frame.type() == FrameType.ANONYMOUS) {
        anonymous += frame.length();
      }
    }
    long counted = read(Anonymous.class).stream().mapToLong(Anonymous::count).sum();
    assertThat(counted + read(Refused.class).size()).isEqualTo((long) minutes * each);
    assertThat(anonymous).isLessThan(TestSettings.SMALL.fileBytes() / 10);
    assertThat(read(Refused.class)).isNotEmpty();
    assertThat(read(Anonymous.class))
        .extracting(Anonymous::prefix)
        .contains("others")
        .anyMatch(prefix -> prefix.endsWith(".0/24"));
  }

  @ParameterizedTest
  @CsvSource({
    "192.0.2.7, 192.0.2.0/24",
    "::ffff:192.0.2.7, 192.0.2.0/24",
    "2001:db8:0:0:0:0:0:7, 2001:db8:0:0::/64",
    "2001:db8::7, 2001:db8:0:0::/64",
    "2001:0db8:0001::0002:7, 2001:db8:1:0::/64",
    "::1, 0:0:0:0::/64",
    "2001:db8:1:2::, 2001:db8:1:2::/64",
    "fe80:0:0:0:1:2:3:4%eth0, fe80:0:0:0::/64",
    "2001:db8:1:2:3:4:5:6, 2001:db8:1:2::/64",
    "unix, unix",
  })
  void anAddressIsCountedUnderItsNetwork(String address, String network) {
    assertThat(Networks.of(address)).isEqualTo(network);
  }
}
