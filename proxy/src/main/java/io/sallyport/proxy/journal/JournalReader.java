package io.sallyport.proxy.journal;

import io.sallyport.proxy.kms.Kms;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * Reads a journal's entries with the key service. It proves nothing beyond each frame's tag: that
 * is {@link JournalVerifier}. Takes no lock, so it works beside the writer.
 */
public final class JournalReader {
  private final Path journal;
  private final Kms kms;

  public JournalReader(Path journal, Kms kms) {
    this.journal = journal;
    this.kms = kms;
  }

  /**
   * An entry and where and when it was recorded.
   *
   * @param seq number of its first frame
   * @param ref number of its intent, -1 for none
   */
  public record Entry(long seq, Instant time, long ref, JournalEntry entry) {
    @Override
    public String toString() {
      return "[phi]";
    }
  }

  /**
   * Which entries; "" and null mean any. A patient or user selects whole exchanges: the intent, and
   * all that refers to it.
   *
   * @param patient {@code 123} or {@code Patient/123}
   * @param user the subject of the token
   * @param since entries of this time and later
   */
  public record Filter(String patient, String user, Instant since) {
    public static final Filter ALL = new Filter("", "", null);
  }

  /**
   * Hands every entry that the filter wants to {@code to}, in the journal's order. Data keys and
   * recoveries are shown as the entries they amount to; what only seals is left out.
   *
   * @throws JournalUnavailable when a record is damaged (the message names it) or cannot be read
   * @throws io.sallyport.proxy.kms.KmsException when the key service cannot open a data key
   */
  public void forEach(Filter filter, Consumer<Entry> to) {
    boolean selective = !filter.patient().isEmpty() || !filter.user().isEmpty();
    var exchanges = selective ? exchangesOf(filter) : Set.<Long>of();
    all(
        found -> {
          if (filter.since() != null && found.time().isBefore(filter.since())) {
            return;
          }
          if (!selective || exchanges.contains(found.ref()) || concerns(found.entry(), filter)) {
            to.accept(found);
          }
        });
  }

  // The patients of a search are known only after its intent: a first pass finds the exchanges.
  private Set<Long> exchangesOf(Filter filter) {
    boolean both = !filter.patient().isEmpty() && !filter.user().isEmpty();
    var byPatient = new HashSet<Long>();
    var byUser = new HashSet<Long>();
    all(
        found -> {
          if (found.ref() >= 0) {
            if (EntryMatch.patient(found.entry(), filter.patient())) {
              byPatient.add(found.ref());
            }
            if (EntryMatch.user(found.entry(), filter.user())) {
              byUser.add(found.ref());
            }
          }
        });
    if (both) {
      byPatient.retainAll(byUser);
      return byPatient;
    }
    return filter.user().isEmpty() ? byPatient : byUser;
  }

  private static boolean concerns(JournalEntry entry, Filter filter) {
    return (filter.patient().isEmpty() || EntryMatch.patient(entry, filter.patient()))
        && (filter.user().isEmpty() || EntryMatch.user(entry, filter.user()));
  }

  private void all(Consumer<Entry> to) {
    try (var walk = new JournalWalk(journal)) {
      try {
        var entries =
            new EntryWalk(walk, new Decryption(journal, Origin.name(journal), kms), false);
        for (var entry = entries.next(); entry != null; entry = entries.next()) {
          to.accept(entry);
        }
      } catch (JournalWalk.Broken e) {
        throw damaged(e);
      } catch (Frame.Malformed | IllegalArgumentException e) {
        throw new JournalUnavailable(
            "record " + (walk.count() - 1) + " is damaged at " + walk.place(), e);
      }
    } catch (IOException e) {
      throw new JournalUnavailable("cannot read the journal in " + journal, e);
    }
  }

  /**
   * The intents that nothing ended: an exchange in progress, or one that a stop cut short.
   *
   * @throws JournalUnavailable when a record is damaged or cannot be read
   */
  public Set<Long> unfinished() {
    var open = new TreeSet<Long>();
    try (var walk = new JournalWalk(journal)) {
      while (walk.next()) {
        walk.header().follow(open);
      }
      return open;
    } catch (JournalWalk.Broken e) {
      throw damaged(e);
    } catch (IOException e) {
      throw new JournalUnavailable("cannot read the journal in " + journal, e);
    }
  }

  private static JournalUnavailable damaged(JournalWalk.Broken e) {
    return new JournalUnavailable(
        "record " + e.seq + " is damaged at " + e.place + ": " + e.getMessage(), e);
  }

  /** One line of JSON, without a line end. */
  public static String toJson(Entry entry) {
    return EntryText.json(entry);
  }

  /** What a caller may have chosen, without what would write lines or colours into a terminal. */
  public static String printable(String text) {
    return EntryText.printable(text);
  }

  /** One line for people: time (RFC 3339), number, what, and the fields that are not empty. */
  public static String toLine(Entry entry) {
    return EntryText.line(entry);
  }

  /** All entries that the filter wants: for small journals and tests. */
  public List<Entry> entries(Filter filter) {
    var entries = new ArrayList<Entry>();
    forEach(filter, entries::add);
    return entries;
  }
}
