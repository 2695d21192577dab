package io.sallyport.proxy.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.proxy.journal.AdminEntry;
import io.sallyport.proxy.journal.FakeJournal;
import io.sallyport.proxy.journal.JournalReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class IdTableTest {
  private final FakeJournal journal = new FakeJournal();
  private final IdTable table = new IdTable();

  @Test
  void aRowIsRecordedOnceAndFoundByItsAudienceOnly() {
    assertThat(table.keep("a", "t", "id")).as("there is no journal yet").isFalse();
    table.begin(journal, new LongIds());
    assertThat(table.keep("a", "t", "id")).isTrue();
    assertThat(table.keep("a", "t", "id")).isTrue();
    assertThat(journal.entries()).containsExactly(new AdminEntry.Pseudonym("a", "t", "id"));
    assertThat(table.id("a", "t")).isEqualTo("id");
    assertThat(table.id("b", "t")).isNull();
    assertThat(table.id("a", "u")).isNull();
  }

  @Test
  void whatCannotBeRecordedIsNotKept() {
    table.begin(journal, new LongIds());
    journal.failNextAppend();
    assertThat(table.keep("a", "t", "id")).isFalse();
    assertThat(table.id("a", "t")).isNull();
    assertThat(table.keep("a", "t", "id")).isTrue();
  }

  @Test
  void itBeginsWithWhatTheJournalSaysAndEndsAtItsBound() throws IOException {
    LongIds before = new LongIds();
    for (int i = 0; i < IdTable.ROWS_MAX + 5; i++) {
      before.apply(
          new JournalReader.Entry(
              i, Instant.EPOCH, -1, new AdminEntry.Pseudonym("a", "t" + i, "id" + i)));
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    before.write(new DataOutputStream(bytes));
    LongIds read = new LongIds();
    read.read(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));
    table.begin(journal, read);
    assertThat(table.id("a", "t7")).isEqualTo("id7");
    assertThat(table.id("a", "t" + IdTable.ROWS_MAX)).isNull();
    assertThat(table.keep("a", "t7", "id7")).isTrue();
    assertThat(table.keep("a", "new", "id")).isFalse();
    assertThat(journal.entries()).isEmpty();
  }
}
