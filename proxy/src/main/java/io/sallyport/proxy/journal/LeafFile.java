package io.sallyport.proxy.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The leaf hashes of all sealed records, 32 bytes each at 32 times their number: the level-0 tiles
 * of C2SP tlog-tiles, one after another. Roots prove that something changed; leaf hashes that give
 * the signed root say what. Never trusted beyond that, never forced, made anew at boot.
 */
final class LeafFile implements AutoCloseable {
  private static final int HASH = MerkleFrontier.HASH;

  private final FileChannel channel;
  private final ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
  private long at;

  LeafFile(Path journal) throws IOException {
    channel =
        FileChannel.open(
            journal.resolve(JournalFiles.LEAVES),
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE);
  }

  /** Adds the hash of record {@code seq}; in order. */
  void put(long seq, byte[] hash) throws IOException {
    if (buffer.position() == 0) {
      at = seq * HASH;
    }
    buffer.put(hash);
    if (!buffer.hasRemaining()) {
      flush();
    }
  }

  void flush() throws IOException {
    buffer.flip();
    while (buffer.hasRemaining()) {
      at += channel.write(buffer, at);
    }
    buffer.clear();
  }

  /** Forgets hashes of records that are not there any more. */
  void truncate(long records) throws IOException {
    channel.truncate(records * HASH);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  /** The stored hashes of records {@code [from, to)}, fewer when there are fewer. */
  static byte[] read(Path journal, long from, long to) throws IOException {
    var file = journal.resolve(JournalFiles.LEAVES);
    if (!Files.exists(file)) {
      return new byte[0];
    }
    try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
      long there = Math.max(0, Math.min(to, channel.size() / HASH) - from);
      var hashes = ByteBuffer.allocate(Math.toIntExact(there * HASH));
      while (hashes.hasRemaining() && channel.read(hashes, from * HASH + hashes.position()) >= 0) {}
      return hashes.array();
    }
  }
}
