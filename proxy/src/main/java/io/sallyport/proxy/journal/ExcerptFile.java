package io.sallyport.proxy.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Reads the excerpts of one Chronicle Queue file from its bytes. Chronicle's own tailer maps files
 * (a truncated one is a SIGBUS), wants write access, skips deleted files in silence and takes a
 * zeroed header for the end; whoever proves a journal must not inherit that. The format needed is
 * small: documents one after another, each a little-endian header word and its bytes, at a multiple
 * of 4. Bit 31 of the word: not complete; bit 30: Chronicle's own index pages, skipped; both: end
 * of file; the rest: length; zero: nothing here yet. Safe beside the writer, which sets the word
 * last. One thread.
 *
 * <p>A read is a copy of many cache lines in no order that one may rely on: a word can be copied
 * after it was set and its document's bytes before they were (seen within seconds under load: a
 * frame of zeros behind a good word). So what a first read shows to be complete is read a second
 * time, and only that is believed.
 */
final class ExcerptFile implements AutoCloseable {
  private static final int NOT_COMPLETE = 0x8000_0000;
  private static final int META = 0x4000_0000;
  private static final int LENGTH = 0x3FFF_FFFF;
  private static final int WORD = 4;
  private static final int BUFFER = 1 << 18;

  private final FileChannel channel;
  private final ByteBuffer buffer =
      ByteBuffer.wrap(new byte[BUFFER]).order(ByteOrder.LITTLE_ENDIAN);
  private long bufferAt;
  private int buffered;
  private long position;

  /** Up to here the buffer holds documents that were complete before it was read. */
  private long believedTo;

  private long excerptAt;
  private int from;
  private int length;

  ExcerptFile(Path file) throws IOException {
    channel = FileChannel.open(file, StandardOpenOption.READ);
  }

  /**
   * Moves to the next excerpt.
   *
   * @return false at the present end: call again when more may have been written
   * @throws Frame.Malformed when the next excerpt is longer than any frame
   */
  boolean next() throws IOException, Frame.Malformed {
    while (true) {
      if (position >= believedTo && !believe()) {
        return false;
      }
      int word = word(position);
      int size = word & LENGTH;
      long start = position + WORD;
      if ((word & META) != 0) {
        position = following(position, word);
        continue;
      }
      excerptAt = start;
      if (size > Frame.MAX) {
        throw new Frame.Malformed("an excerpt of " + size + " bytes");
      }
      if (start + size > bufferAt + buffered) {
        throw new Frame.Malformed("the file ends inside an excerpt of " + size + " bytes");
      }
      from = (int) (start - bufferAt);
      length = size;
      position = following(position, word);
      return true;
    }
  }

  /** Reads on from the position; false when no document is complete there. */
  private boolean believe() throws IOException {
    read(position);
    long end = bufferAt + buffered;
    long to = position;
    while (to + WORD <= end && written(word(to))) {
      int word = word(to);
      boolean fits = to + WORD + (word & LENGTH) <= end;
      if (!fits && to > position && (word & META) == 0) {
        break; // it begins the next read
      }
      to = following(to, word);
    }
    if (to == position) {
      return false;
    }
    read(position);
    believedTo = to;
    return true;
  }

  private static long following(long at, int word) {
    return at + WORD + (word & LENGTH) + 3 & ~3L;
  }

  private int word(long at) {
    return buffer.getInt((int) (at - bufferAt));
  }

  private static boolean written(int word) {
    return word != 0 && (word & NOT_COMPLETE) == 0;
  }

  /** The excerpt's bytes are {@code bytes()[from(), to())} until the next call of next. */
  byte[] bytes() {
    return buffer.array();
  }

  int from() {
    return from;
  }

  int to() {
    return from + length;
  }

  /** Where the excerpt's bytes start in the file. */
  long excerptAt() {
    return excerptAt;
  }

  /** Where the next document's header word is. */
  long position() {
    return position;
  }

  private void read(long at) throws IOException {
    bufferAt = at;
    buffered = 0;
    while (buffered < BUFFER) {
      buffer.clear().position(buffered);
      int read = channel.read(buffer, bufferAt + buffered);
      if (read <= 0) {
        break;
      }
      buffered += read;
    }
    buffer.clear();
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
