package io.sallyport.proxy.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A block of its own that is written and forced to learn whether a slow disk is quick again: while
 * nothing is appended there is nothing of the journal's to force. Of the committer alone.
 */
final class Probe implements AutoCloseable {
  private static final int BLOCK = 4096;

  private final FileChannel channel;
  private final Settings.Force force;
  private final ByteBuffer block = ByteBuffer.allocate(BLOCK);

  Probe(Path journal, Settings.Force force) throws IOException {
    this.force = force;
    channel =
        FileChannel.open(
            journal.resolve(JournalFiles.PROBE),
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE);
    write(); // its room is taken while there is some
  }

  private void write() throws IOException {
    block.clear();
    while (block.hasRemaining()) {
      channel.write(block, block.position());
    }
  }

  void run() throws IOException {
    write();
    force.force(channel);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
