package io.sallyport.proxy.journal;

import io.sallyport.proxy.kms.Kms;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * Follows a journal beside its writer, entry by entry, from a number on: what exporters read. Only
 * what is on the disk is handed out, so that nobody elsewhere knows of a record that a power
 * failure takes away here, and whose number is then given again. One thread.
 *
 * <p>It begins with the file that holds its first number: what is before that in the file comes
 * first, so that a reader knows the exchanges that were going on.
 */
public final class JournalTail implements AutoCloseable {
  /**
   * An entry as it is followed.
   *
   * @param leaf its RFC 6962 leaf hash, hex: {@code journal prove} proves it; "" where not wanted
   */
  public record Followed(JournalReader.Entry read, String leaf) {
    /** One word of what it is. */
    public String kind() {
      return JournalEntry.kind(read.entry());
    }

    @Override
    public String toString() {
      return "[phi]";
    }
  }

  private final Path journal;
  private final Kms kms;
  private final LongSupplier durable;
  private final String origin;
  private final Set<FrameType> wanted;
  private final boolean hashing;
  private long from;
  private JournalWalk walk;
  private EntryWalk entries;

  /**
   * @param from the first number wanted
   * @param durable the newest number on the disk
   * @throws JournalUnavailable when there is no journal
   */
  public JournalTail(Path journal, Kms kms, long from, LongSupplier durable) {
    this(journal, kms, from, durable, EnumSet.allOf(FrameType.class), true);
  }

  /**
   * Hands out entries of some kinds only, without leaf hashes: the others cost no decryption.
   *
   * @param kinds as {@link JournalEntry#kind} calls them
   */
  public JournalTail(Path journal, Kms kms, long from, LongSupplier durable, Set<String> kinds) {
    this(journal, kms, from, durable, types(kinds), false);
  }

  private JournalTail(
      Path journal,
      Kms kms,
      long from,
      LongSupplier durable,
      Set<FrameType> wanted,
      boolean hashing) {
    this.wanted = wanted;
    this.hashing = hashing;
    this.journal = journal;
    this.kms = kms;
    this.from = from;
    this.durable = durable;
    try {
      origin = Origin.name(journal);
    } catch (IOException e) {
      throw new JournalUnavailable("cannot read the journal in " + journal, e);
    }
  }

  private static Set<FrameType> types(Set<String> kinds) {
    var types = EnumSet.noneOf(FrameType.class);
    for (var type : FrameType.values()) {
      if (kinds.contains(type.word())) {
        types.add(type);
      }
    }
    if (types.size() != kinds.size()) {
      throw new IllegalArgumentException("not all are kinds of entries: " + kinds);
    }
    return types;
  }

  /** The journal's name: with an entry's number, what tells it from every other. */
  public String origin() {
    return origin;
  }

  /** Up to where it has looked: the number of the record that is looked at next. */
  public long position() {
    return walk == null ? from : walk.count();
  }

  /** The number up to which all that is wanted was handed out. */
  public long settled() {
    return walk == null ? from - 1 : entries.settled();
  }

  /** Goes to another number: the next entry is of the file that holds it. */
  public void seek(long number) {
    close();
    from = number;
  }

  /**
   * The next entry.
   *
   * @return null when there is none now
   * @throws JournalUnavailable when a record is damaged or gone (the message names it): after that
   *     only {@link #seek} helps
   * @throws io.sallyport.proxy.kms.KmsException when the key service cannot open a data key: asked
   *     again, the file is begun anew
   */
  public Followed next() {
    try {
      if (walk == null && !begin()) {
        return null;
      }
      var read = entries.next(durable.getAsLong());
      while (read != null && read.entry() instanceof JournalEntry.Disposed) {
        read = entries.next(durable.getAsLong()); // nobody was told in time, and nobody can be now
      }
      return read == null ? null : new Followed(read, HexFormat.of().formatHex(entries.leaf()));
    } catch (JournalWalk.Broken e) {
      throw new JournalUnavailable(
          "record " + e.seq + " is damaged at " + e.place + ": " + e.getMessage(), e);
    } catch (Frame.Malformed | IllegalArgumentException e) {
      throw new JournalUnavailable(
          "record " + (walk.count() - 1) + " is damaged at " + walk.place(), e);
    } catch (IOException e) {
      throw new JournalUnavailable("cannot read the journal in " + journal, e);
    }
  }

  // The newest file that begins at or before the number; the oldest there is, if all begin later.
  private boolean begin() throws IOException, Frame.Malformed {
    Path best = null;
    Frame.Header first = null;
    int run = 0;
    var runs = JournalFiles.runs(journal);
    for (int i = runs.size() - 1; i >= 0 && (first == null || first.seq() > from); i--) {
      var files = JournalFiles.frames(JournalFiles.run(journal, runs.get(i)));
      for (int j = files.size() - 1; j >= 0 && (first == null || first.seq() > from); j--) {
        var header = first(files.get(j));
        if (header != null) {
          best = files.get(j);
          first = header;
          run = runs.get(i);
        }
      }
    }
    if (best == null) {
      return false;
    }
    walk = new JournalWalk(journal, run, best, first);
    entries = new EntryWalk(walk, new Decryption(journal, origin, kms), hashing, wanted);
    return true;
  }

  private static Frame.Header first(Path file) throws IOException, Frame.Malformed {
    try (var excerpts = new ExcerptFile(file)) {
      return excerpts.next()
          ? Frame.header(excerpts.bytes(), excerpts.from(), excerpts.to())
          : null;
    }
  }

  @Override
  public void close() {
    if (walk != null) {
      try {
        walk.close();
      } catch (IOException e) {
        throw new JournalUnavailable("cannot close the journal in " + journal, e);
      } finally {
        walk = null;
      }
    }
  }
}
