package io.sallyport.proxy.journal;

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
