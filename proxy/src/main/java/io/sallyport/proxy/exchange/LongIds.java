package io.sallyport.proxy.exchange;

import io.sallyport.proxy.journal.AdminEntry;
import io.sallyport.proxy.journal.JournalReader;
import io.sallyport.proxy.state.Section;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * The table of ids that are too long for a pseudonym which holds them, as the journal tells it: a
 * pseudonym that was given out keeps its meaning. At most {@link IdTable#ROWS_MAX} rows.
 */
public final class LongIds implements Section {
  /**
   * @param key the audience's key, by its name in the configuration
   * @param tag what stands for the id in the pseudonym
   */
  record Row(String key, String tag) {}

  private final Map<Row, String> ids = new LinkedHashMap<>();

  @Override
  public String name() {
    return "long-ids 1";
  }

  @Override
  public Set<String> kinds() {
    return Set.of("pseudonym");
  }

  @Override
  public void apply(JournalReader.Entry read) {
    if (read.entry() instanceof AdminEntry.Pseudonym e && ids.size() < IdTable.ROWS_MAX) {
      ids.put(new Row(e.key(), e.tag()), e.id());
    }
  }

  /** A copy. */
  Map<Row, String> ids() {
    return Map.copyOf(ids);
  }

  @Override
  public void write(DataOutput to) throws IOException {
    to.writeInt(ids.size());
    for (var one : ids.entrySet()) {
      to.writeUTF(one.getKey().key());
      to.writeUTF(one.getKey().tag());
      to.writeUTF(one.getValue());
    }
  }

  @Override
  public void read(DataInput from) throws IOException {
    for (int left = from.readInt(); left > 0; left--) {
      ids.put(new Row(from.readUTF(), from.readUTF()), from.readUTF());
    }
  }

  @Override
  public void clear() {
    ids.clear();
  }
}
