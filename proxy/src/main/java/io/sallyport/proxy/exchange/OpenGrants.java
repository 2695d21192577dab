package io.sallyport.proxy.exchange;

import io.sallyport.proxy.journal.JournalEntry;
import io.sallyport.proxy.journal.JournalReader;
import io.sallyport.proxy.state.Section;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Broken glass as the journal tells it: grants whose notice is recorded, and whose time is not
 * over. What {@link Grants} begins with after a restart. At most {@link Grants#GRANTS_MAX} of each
 * kind: beyond it the oldest goes, and a reason is asked for again.
 */
public final class OpenGrants implements Section {
  /**
   * For whom, for which patient and until when.
   *
   * @param lifts what is lifted, as the policy wrote it
   */
  record Grant(
      String route, String issuer, String subject, String patient, String lifts, long untilMillis) {
    @Override
    public String toString() {
      return "[phi]";
    }

    private Grant key() {
      return new Grant(route, issuer, subject, patient, "", 0);
    }
  }

  /** The exchange that broke the glass, and whose it is: what its notice repeats. */
  private record Told(String exchange, String subject, String patient) {}

  // A grant by itself without lifts and time; the eldest first.
  private final Map<Grant, Grant> open = new LinkedHashMap<>();
  private final Map<Told, Grant> untold = new LinkedHashMap<>();

  // When the newest record was made that was taken up: there is no other clock here.
  private long nowMillis;

  @Override
  public String name() {
    return "break-glass 1";
  }

  @Override
  public Set<String> kinds() {
    return Set.of("break-glass", "notice");
  }

  @Override
  public void apply(JournalReader.Entry read) {
    nowMillis = read.time().toEpochMilli();
    if (read.entry() instanceof JournalEntry.BreakGlass e) {
      long until = millis(e.until());
      if (!e.route().isEmpty() && until > 0) {
        put(
            untold,
            new Told(e.exchange(), e.subject(), e.patient()),
            new Grant(e.route(), e.issuer(), e.subject(), e.patient(), e.lifts(), until));
      }
    } else if (read.entry() instanceof JournalEntry.Notice e) {
      var grant = untold.remove(new Told(e.exchange(), e.subject(), e.patient()));
      if (grant != null) {
        put(open, grant.key(), grant);
      }
    }
  }

  private <K> void put(Map<K, Grant> to, K key, Grant grant) {
    to.remove(key);
    to.put(key, grant);
    if (to.size() > Grants.GRANTS_MAX) {
      over(to);
    }
    if (to.size() > Grants.GRANTS_MAX) {
      to.remove(to.keySet().iterator().next());
    }
  }

  private static long millis(String time) {
    try {
      return Instant.parse(time).toEpochMilli();
    } catch (DateTimeException e) {
      return 0; // of a version that wrote it otherwise: a reason is asked for again
    }
  }

  private void over(Map<?, Grant> of) {
    of.values().removeIf(grant -> grant.untilMillis() <= nowMillis);
  }

  /** The grants that are open, as far as the journal was read. */
  List<Grant> open() {
    over(open);
    return List.copyOf(open.values());
  }

  @Override
  public void write(DataOutput to) throws IOException {
    over(open);
    over(untold);
    to.writeInt(open.size());
    for (var grant : open.values()) {
      write(to, grant);
    }
    to.writeInt(untold.size());
    for (var one : untold.entrySet()) {
      to.writeUTF(one.getKey().exchange());
      write(to, one.getValue());
    }
  }

  private static void write(DataOutput to, Grant grant) throws IOException {
    to.writeUTF(grant.route());
    to.writeUTF(grant.issuer());
    to.writeUTF(grant.subject());
    to.writeUTF(grant.patient());
    to.writeUTF(grant.lifts());
    to.writeLong(grant.untilMillis());
  }

  private static Grant grant(DataInput from) throws IOException {
    return new Grant(
        from.readUTF(),
        from.readUTF(),
        from.readUTF(),
        from.readUTF(),
        from.readUTF(),
        from.readLong());
  }

  @Override
  public void read(DataInput from) throws IOException {
    for (int left = from.readInt(); left > 0; left--) {
      var grant = grant(from);
      open.put(grant.key(), grant);
    }
    for (int left = from.readInt(); left > 0; left--) {
      var exchange = from.readUTF();
      var grant = grant(from);
      untold.put(new Told(exchange, grant.subject(), grant.patient()), grant);
    }
  }

  @Override
  public void clear() {
    open.clear();
    untold.clear();
  }
}
