package io.sallyport.proxy.journal;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

/**
 * The file of all checkpoints, one note of five lines after another, forced one by one. It says how
 * long the log was; the frames cannot say that of themselves.
 */
final class CheckpointLog implements AutoCloseable {
  private static final int LINES = 5;
  private static final int TAIL_BYTES = 64 << 10;

  private final FileChannel channel;
  private final Settings.Force force;

  private CheckpointLog(FileChannel channel, Settings.Force force) {
    this.channel = channel;
    this.force = force;
  }

  /**
   * Opens for appending. A note cut short by a power failure was never acted upon: what lies behind
   * the last whole note is cut off.
   */
  static CheckpointLog open(Path journal, long whole, Settings.Force force) throws IOException {
    var channel =
        FileChannel.open(
            journal.resolve(JournalFiles.CHECKPOINTS),
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE);
    channel.truncate(whole).position(whole);
    return new CheckpointLog(channel, force);
  }

  /**
   * @throws NoRoom when it could not be written: the log is then as it was before. A force that
   *     fails is another matter, and final
   */
  void append(Checkpoint checkpoint) throws IOException {
    var bytes = ByteBuffer.wrap(checkpoint.note().getBytes(UTF_8));
    long whole = channel.position();
    try {
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    } catch (IOException e) {
      channel.truncate(whole).position(whole);
      throw new NoRoom(e);
    }
    force.force(channel);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  /** The file of a journal. */
  static Path file(Path journal) {
    return journal.resolve(JournalFiles.CHECKPOINTS);
  }

  /**
   * Takes the checkpoints of more records than there are out of the log, into a file of their own:
   * they are the evidence of what is lost.
   *
   * @return the last that is left, null for none
   */
  static Checkpoint cut(Path journal, String origin, long records) throws IOException {
    Checkpoint last = null;
    long left = 0;
    try (var notes = new Reader(file(journal))) {
      for (var note = notes.next(); note != null; note = notes.next()) {
        var checkpoint = Checkpoint.parse(origin, note);
        if (checkpoint.size() > records) {
          break;
        }
        last = checkpoint;
        left = notes.whole();
      }
    }
    var all = Files.readAllBytes(file(journal));
    var lost = journal.resolve("checkpoints-lost-at-" + records + ".log");
    Files.write(lost, Arrays.copyOfRange(all, (int) left, all.length));
    try (var kept = FileChannel.open(lost, StandardOpenOption.WRITE);
        var log = FileChannel.open(file(journal), StandardOpenOption.WRITE)) {
      kept.force(true);
      log.truncate(left).force(true);
    }
    return last;
  }

  /**
   * The end of a file of checkpoints.
   *
   * @param newest the last whole note, null for none
   * @param whole bytes up to its end
   * @param torn whether less than a note follows
   */
  record End(String newest, long whole, boolean torn) {

    /** Finds it from the end, where the file is as it is written, and else from its beginning. */
    static End of(Path file, String origin) throws IOException {
      if (Files.exists(file)) {
        try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
          var found = last(channel, origin);
          if (found != null) {
            return found;
          }
        }
      }
      try (var notes = new Reader(file)) {
        String newest = null;
        for (var note = notes.next(); note != null; note = notes.next()) {
          newest = note;
        }
        return new End(newest, notes.whole(), notes.torn());
      }
    }

    private static End last(FileChannel channel, String origin) throws IOException {
      long from = Math.max(0, channel.size() - TAIL_BYTES);
      var bytes = ByteBuffer.allocate((int) (channel.size() - from));
      while (bytes.hasRemaining() && channel.read(bytes, from + bytes.position()) >= 0) {}
      var tail = new String(bytes.array(), ISO_8859_1); // a char for each byte
      int note = tail.lastIndexOf("\n" + origin + "\n") + 1;
      int end = end(tail, note);
      if (note > 0 && end < 0) { // the last is torn; the one before is whole
        int torn = note;
        note = tail.lastIndexOf("\n" + origin + "\n", note - 2) + 1;
        end = end(tail, note);
        if (end != torn) {
          return null;
        }
      }
      if (note == 0 || end < 0 || end(tail, end) >= 0) {
        return null;
      }
      var newest = new String(bytes.array(), note, end - note, UTF_8);
      return new End(newest, from + end, end < tail.length());
    }

    private static int end(String text, int from) {
      int end = from;
      for (int line = 0; line < LINES; line++) {
        end = text.indexOf('\n', end) + 1;
        if (end == 0) {
          return -1;
        }
      }
      return end;
    }
  }

  /** Reads notes in their order. */
  static final class Reader implements AutoCloseable {
    private final InputStream in;
    private final ByteArrayOutputStream note = new ByteArrayOutputStream();
    private int lines;
    private long whole;

    Reader(Path file) throws IOException {
      in =
          Files.exists(file)
              ? new BufferedInputStream(Files.newInputStream(file))
              : InputStream.nullInputStream();
    }

    /** The next note's text, or null at the present end, which may be {@link #torn}. */
    String next() throws IOException {
      while (lines < LINES) {
        int c = in.read();
        if (c < 0) {
          return null;
        }
        note.write(c);
        if (c == '\n') {
          lines++;
        }
      }
      var text = note.toString(UTF_8); // what is no text is no checkpoint either
      whole += note.size();
      note.reset();
      lines = 0;
      return text;
    }

    /** Bytes of the whole notes read. */
    long whole() {
      return whole;
    }

    /** Whether the file ends inside a note. */
    boolean torn() {
      return note.size() > 0;
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }
}
