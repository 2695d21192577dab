package io.sallyport.proxy.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The next roll files, written out with zeros and forced before they are used, two ahead: the
 * thread {@code space}. Written and not reserved, so that a full disk is an error here and now
 * (journal.md A6: "Pre-allocation that works in OSS"), and not a SIGBUS in the middle of a record.
 * What a stop leaves over is used by the next start.
 */
final class SpareFiles implements AutoCloseable {
  static final int AHEAD = 2;

  private static final Logger LOG = LoggerFactory.getLogger(SpareFiles.class);
  private static final int CHUNK = 256 << 10;
  private static final long RETRY_MILLIS = 500;
  private static final String NAME = "spare-";
  private static final String UNFINISHED = ".new";

  /** A file of zeros that is nobody's yet. */
  record Spare(Path file) {
    void moveTo(Path target) throws IOException {
      Files.move(file, target, StandardCopyOption.ATOMIC_MOVE);
    }
  }

  private final Path journal;
  private final long bytes;
  private final Settings settings;
  private final Thread thread;
  private final ByteBuffer zeros = ByteBuffer.allocateDirect(CHUNK);
  // Guarded by this.
  private final Deque<Spare> ready = new ArrayDeque<>();
  private int number;
  private volatile boolean stopping;

  /** Written by the thread, read by all: why there is no next file, null while that is no news. */
  private volatile IOException failed;

  private SpareFiles(Path journal, long bytes, Settings settings) {
    this.journal = journal;
    this.bytes = bytes;
    this.settings = settings;
    thread = new Thread(this::run, "space");
    thread.setDaemon(true);
  }

  /** Takes over what an earlier start left behind, and makes the first file if there is none. */
  static SpareFiles open(Path journal, long bytes, Settings settings) throws IOException {
    var spares = new SpareFiles(journal, bytes, settings);
    spares.tidy();
    if (spares.ready.isEmpty()) {
      spares.ready.add(spares.make());
    }
    return spares;
  }

  private void tidy() throws IOException {
    try (var entries = Files.newDirectoryStream(journal, NAME + "*")) {
      for (var entry : entries) {
        var digits = entry.getFileName().toString().substring(NAME.length());
        if (digits.matches("[0-9]{1,9}") && Files.size(entry) == bytes && ready.size() < AHEAD) {
          ready.add(new Spare(entry));
          number = Math.max(number, Integer.parseInt(digits));
        } else {
          Files.delete(entry);
        }
      }
    }
    // Moved to a run whose process died before it used it.
    for (int run : JournalFiles.runs(journal)) {
      try (var entries = Files.newDirectoryStream(JournalFiles.run(journal, run), "*.precreated")) {
        for (var entry : entries) {
          Files.delete(entry);
        }
      }
    }
  }

  void start() {
    thread.start();
  }

  /** The next file, or null when none is ready. Waits for nothing. */
  Spare poll() {
    Spare next;
    synchronized (this) {
      next = ready.poll();
    }
    LockSupport.unpark(thread);
    return next;
  }

  /** Takes back what was polled and could not be used. */
  synchronized void giveBack(Spare spare) {
    ready.addFirst(spare);
  }

  synchronized int count() {
    return ready.size();
  }

  /** Why the last attempt failed; null when it did not. */
  IOException failed() {
    return failed;
  }

  private void run() {
    while (!stopping) {
      if (count() >= AHEAD) {
        LockSupport.park(this);
        continue;
      }
      try {
        var spare = make();
        synchronized (this) {
          ready.add(spare);
        }
        if (failed != null) {
          LOG.info("journal: the next roll file could be written again");
        }
        failed = null;
      } catch (IOException e) {
        if (failed == null) {
          LOG.error(
              "journal: the next roll file cannot be written; when the current one is full,"
                  + " requests are refused. Make room on the volume of {}",
              journal,
              e);
        }
        failed = e;
        LockSupport.parkNanos(this, TimeUnit.MILLISECONDS.toNanos(RETRY_MILLIS));
      }
    }
  }

  private Spare make() throws IOException {
    number++;
    var finished = journal.resolve(NAME + number);
    var file = journal.resolve(NAME + number + UNFINISHED);
    try (var channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      for (long at = 0; at < bytes && !stopping; at = channel.position()) {
        long start = System.nanoTime();
        zeros.clear().limit((int) Math.min(CHUNK, bytes - at));
        while (zeros.hasRemaining()) {
          settings.fill().write(channel, zeros);
        }
        // Piece by piece, with the disk left to the committer in between: 32 MiB at once would hold
        // up its force for longer than we let a disk be slow.
        channel.force(false);
        if (count() > 0) {
          LockSupport.parkNanos(this, System.nanoTime() - start);
        }
      }
      channel.force(true);
    } catch (IOException e) {
      Files.deleteIfExists(file); // half a file helps nobody, and somebody may need its room
      throw e;
    }
    if (stopping && Files.size(file) < bytes) {
      Files.delete(file);
      throw new IOException("stopped");
    }
    Files.move(file, finished, StandardCopyOption.ATOMIC_MOVE);
    return new Spare(finished);
  }

  @Override
  public void close() {
    stopping = true;
    LockSupport.unpark(thread);
    Threads.join(thread);
  }
}
