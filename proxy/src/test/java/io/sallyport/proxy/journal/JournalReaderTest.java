package io.sallyport.proxy.journal;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.util.JSONObjectUtils;
import io.sallyport.proxy.journal.JournalEntry.Alert;
import io.sallyport.proxy.journal.JournalEntry.Intent;
import io.sallyport.proxy.journal.JournalReader.Filter;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalReaderTest {
  @TempDir Path dir;

  private List<JournalReader.Entry> entries(Filter filter) {
    return new JournalReader(dir.resolve("journal"), Entries.kms(dir)).entries(filter);
  }

  @Test
  void patientSelectsWholeExchanges() {
    try (var journal = Entries.open(dir)) {
      Entries.exchange(journal, "1", "p1", "p2");
      Entries.exchange(journal, "2", "p3");
      Entries.exchange(journal, "3", "Patient/p2");
      Entries.exchange(journal, "p2");
    }
    assertThat(entries(new Filter("p2", "", null)))
        .hasSize(6)
        .isEqualTo(entries(new Filter("Patient/p2", "", null)));
    assertThat(entries(new Filter("p2", "dr-jones", null))).hasSize(6);
    assertThat(entries(new Filter("p2", "dr-who", null))).isEmpty();
    assertThat(entries(new Filter("", "dr-jones", null))).hasSize(8);
    assertThat(entries(new Filter("p", "", null))).isEmpty();
    var time = entries(Filter.ALL).get(3).time();
    assertThat(entries(new Filter("", "", time))).allMatch(e -> !e.time().isBefore(time));
    assertThat(entries(new Filter("", "", Instant.now().plusSeconds(60)))).isEmpty();
  }

  /** What was opened in an emergency is found by who opened it, and by whose it is. */
  @Test
  void brokenGlassIsFoundByUserAndByPatientAndShownWithItsReason() {
    try (var journal = Entries.open(dir)) {
      var intent = Entries.intent("1", "rn-1", "Observation/o1");
      long first = Entries.done(journal.append("", intent, Durability.DISK)).sequence();
      var glass =
          new JournalEntry.BreakGlass(
              "1",
              first,
              "https://idp",
              "rn-1",
              "app",
              "nurse",
              "BTG",
              "p9",
              "no team yet",
              "relation:care-team",
              "2026-03-01T11:00:00Z",
              "/fhir");
      Entries.done(journal.append("", glass, Durability.DISK));
      var lookup =
          new JournalEntry.Lookup("1", first, "care-team", "Practitioner/n1", "p8", "CareTeam?x");
      Entries.done(journal.append("", lookup, Durability.DISK));
      var notice =
          new JournalEntry.Notice(
              "1", first, "privacy-office", "break-glass", "rn-1", "p9", "bg_1");
      Entries.done(journal.append("", notice, Durability.DISK));
      Entries.exchange(journal, "2", "p1");
    }
    assertThat(entries(new Filter("p9", "", null))).hasSize(4);
    assertThat(entries(new Filter("p9", "rn-1", null))).hasSize(4);
    assertThat(entries(new Filter("p8", "", null))).isEmpty(); // asked about, and not disclosed
    var lines = entries(new Filter("p9", "", null)).stream().map(JournalReader::toLine).toList();
    assertThat(lines.get(1))
        .contains(" break-glass ", "subject=rn-1", "patient=p9", "reason=\"no team yet\"");
    assertThat(lines.get(2)).contains(" lookup ", "relation=care-team", "user=Practitioner/n1");
    assertThat(lines.get(3)).contains(" notice ", "to=privacy-office", "message=bg_1");
    assertThat(JournalReader.toJson(entries(new Filter("p9", "", null)).get(1)))
        .contains("\"type\":\"break-glass\"", "\"until\":\"2026-03-01T11:00:00Z\"");
  }

  @Test
  void jsonLineHoldsEveryFieldAndForgesNone() throws Exception {
    var evil = "a\"b\\c\nd\u001b[31m \ud83d\ude80";
    try (var journal = Entries.open(dir)) {
      Entries.exchange(journal, "1", "p1");
      Entries.done(journal.append("", new Alert("test", evil), Durability.PROCESS));
    }
    var entries = entries(Filter.ALL);
    for (var entry : entries) {
      var json = JournalReader.toJson(entry);
      assertThat(json).doesNotContain("\n");
      var parsed = JSONObjectUtils.parse(json);
      assertThat(parsed).containsKeys("seq", "time", "type");
      assertThat(Instant.parse((String) parsed.get("time"))).isEqualTo(entry.time());
      if (entry.entry() instanceof Alert alert && alert.what().equals("test")) {
        assertThat(parsed).containsEntry("detail", evil).containsEntry("type", "alert");
        assertThat(JournalReader.toLine(entry)).doesNotContain("\n", "\u001b");
      }
      if (entry.entry() instanceof Intent) {
        assertThat(parsed).containsEntry("subject", "dr-jones").containsEntry("permitted", true);
        assertThat(JournalReader.toLine(entry))
            .startsWith(entry.time().toString())
            .contains(" intent ", "subject=dr-jones", "target=Patient/1")
            .doesNotContain("query=");
      }
      assertThat(entry).hasToString("[phi]");
    }
  }

  @Test
  void manyThreadsAppendWithoutGapOrDouble() throws Exception {
    int threads = 4;
    int each = 500;
    var begin = new CountDownLatch(1);
    var numbers = new ArrayList<Long>();
    try (var journal = Entries.open(dir)) {
      var running = new ArrayList<Thread>();
      for (int t = 0; t < threads; t++) {
        var name = "t" + t;
        var thread =
            new Thread(
                () -> {
                  try {
                    begin.await();
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                  for (int i = 0; i < each; i++) {
                    var durability = i % 50 == 0 ? Durability.DISK : Durability.PROCESS;
                    var done = journal.append("", new Alert("test", name + i), durability);
                    long seq = Entries.done(done).sequence();
                    synchronized (numbers) {
                      numbers.add(seq);
                    }
                  }
                });
        running.add(thread);
        thread.start();
      }
      begin.countDown();
      for (var thread : running) {
        thread.join();
      }
      // Beside the writer: all that was acknowledged is there to read and proves well.
      assertThat(Entries.verify(dir).problem()).isEmpty();
    }
    assertThat(numbers).hasSize(threads * each).doesNotHaveDuplicates();
    var read = new ArrayList<Long>();
    entries(Filter.ALL).stream()
        .filter(e -> e.entry() instanceof Alert)
        .forEach(e -> read.add(e.seq()));
    assertThat(read).containsExactlyInAnyOrderElementsOf(numbers).isSorted();
    var verified = Entries.verify(dir);
    assertThat(verified.okSealed()).isTrue();
    assertThat(LongStream.range(0, verified.records()).boxed().toList()).containsAll(read);
  }
}
