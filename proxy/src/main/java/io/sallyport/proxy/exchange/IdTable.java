package io.sallyport.proxy.exchange;

import io.sallyport.proxy.journal.AdminEntry;
import io.sallyport.proxy.journal.EventClass;
import io.sallyport.proxy.journal.Journal;
import io.sallyport.proxy.journal.JournalEntry;
import io.sallyport.proxy.journal.JournalUnavailable;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Ids that are too long for a pseudonym which holds them, by what stands for them there. A new row
 * is in the journal before its pseudonym exists, and so before any answer that shows it: the record
 * of that answer comes behind it in the same file. Shared by all loops, and empty until it is given
 * a journal.
 */
public final class IdTable {
  /** Beyond it a long id has no pseudonym. */
  static final int ROWS_MAX = 200_000;

  private final ConcurrentHashMap<LongIds.Row, String> ids = new ConcurrentHashMap<>();

  // Written once at the start, before anybody is served.
  private volatile Journal journal;

  /** Rows are recorded there from now on; those of before the start are known. */
  public void begin(Journal open, LongIds before) {
    ids.putAll(before.ids());
    journal = open;
  }

  /**
   * Keeps an id.
   *
   * @return whether it is kept; false when it cannot be recorded, or the table is full
   */
  public boolean keep(String key, String tag, String id) {
    LongIds.Row row = new LongIds.Row(key, tag);
    if (ids.containsKey(row)) {
      return true;
    }
    if (journal == null || ids.size() >= ROWS_MAX || !recorded(key, tag, id)) {
      return false;
    }
    ids.put(row, id);
    return true;
  }

  // An append of this class is complete when it returns; what waits for the disk besides (a
  // hospital may want that of every class) waits with the answer's own record.
  private boolean recorded(String key, String tag, String id) {
    JournalEntry row = new AdminEntry.Pseudonym(key, tag, id);
    try {
      CompletionStage<?> appended = journal.append(row, row, EventClass.READ);
      return !appended.toCompletableFuture().isCompletedExceptionally();
    } catch (JournalUnavailable unavailable) {
      return false;
    }
  }

  /** The id of a row; null when there is none. */
  public String id(String key, String tag) {
    return ids.get(new LongIds.Row(key, tag));
  }
}
