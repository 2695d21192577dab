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
      int word = word();
      if (!written(word)) {
        buffered = 0; // what we hold may be older than what the writer has done since
        word = word();
        if (!written(word)) {
          return false;
        }
      }
      int size = word & LENGTH;
      long start = position + WORD;
      long following = start + size + 3 & ~3L;
      if ((word & META) != 0) {
        position = following;
        continue;
      }
      excerptAt = start;
      if (size > Frame.MAX) {
        throw new Frame.Malformed("an excerpt of " + size + " bytes");
      }
      if (!fill(start, size)) {
        throw new Frame.Malformed("the file ends inside an excerpt of " + size + " bytes");
      }
      from = (int) (start - bufferAt);
      length = size;
      position = following;
      return true;
    }
  }

  private int word() throws IOException {
    return fill(position, WORD) ? buffer.getInt((int) (position - bufferAt)) : 0;
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

  private boolean fill(long at, int count) throws IOException {
    if (at >= bufferAt && at + count <= bufferAt + buffered) {
      return true;
    }
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
    return buffered >= count;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
