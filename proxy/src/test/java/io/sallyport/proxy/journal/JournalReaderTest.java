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
