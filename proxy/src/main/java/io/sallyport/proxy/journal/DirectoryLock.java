package io.sallyport.proxy.journal;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The right to write a journal: an flock of ours. Chronicle's own lock is a word with a process id
 * in a mapped file; after a kill in a container, where the appliance is always process 1, it takes
 * the dead owner for itself and never starts again.
 */
final class DirectoryLock implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DirectoryLock.class);

  private final FileChannel channel;

  private DirectoryLock(FileChannel channel) {
    this.channel = channel;
  }

  /**
   * Takes the lock; the kernel frees it when the process ends, however it ends.
   *
   * @throws JournalUnavailable when another holds it
   */
  static DirectoryLock take(Path journal) throws IOException {
    var file = journal.resolve(JournalFiles.LOCK);
    var channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    FileLock lock = null;
    try {
      lock = channel.tryLock();
      if (lock != null) {
        var pid = US_ASCII.encode(ProcessHandle.current().pid() + "\n");
        channel.truncate(0).write(pid, 0);
        return new DirectoryLock(channel);
      }
      throw new JournalUnavailable(inUse(file, owner(channel)), null);
    } catch (OverlappingFileLockException e) {
      throw new JournalUnavailable(inUse(file, "this process"), e);
    } finally {
      if (lock == null) {
        channel.close();
      }
    }
  }

  private static String owner(FileChannel channel) throws IOException {
    var bytes = ByteBuffer.allocate(20);
    channel.read(bytes, 0);
    return "process " + US_ASCII.decode(bytes.flip()).toString().strip();
  }

  private static String inUse(Path file, String owner) {
    return "the journal is written by " + owner + ", which holds " + file;
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      // The kernel frees the lock with the process at the latest.
      LOG.warn("journal: lock not released", e);
    }
  }
}
