package io.sallyport.proxy.state;

import io.sallyport.proxy.journal.JournalReader;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Set;

/**
 * One kind of thing that must survive a restart: what the journal's records so far come to. Called
 * by one thread at a time. Bounded: a section says how much it holds.
 */
public interface Section {
  /** Its name and version in snapshots: one that a snapshot lacks is made of the whole journal. */
  String name();

  /** The records it wants, as {@link io.sallyport.proxy.journal.JournalEntry#kind} calls them. */
  Set<String> kinds();

  /** Takes up a record that it wants; each once, in the journal's order. */
  void apply(JournalReader.Entry read);

  /** Writes all it holds. */
  void write(DataOutput to) throws IOException;

  /**
   * Takes over what {@link #write} wrote; it holds nothing yet.
   *
   * @throws IOException when that is not what it reads
   */
  void read(DataInput from) throws IOException;

  /** Forgets everything. */
  void clear();
}
