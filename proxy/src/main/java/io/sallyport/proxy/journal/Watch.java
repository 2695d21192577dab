package io.sallyport.proxy.journal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at a running journal's files as an intruder would leave them, on the thread {@code watch}.
 * Every second: whether one is gone, cut short or touched; what was touched is read at once. Now
 * and then the file that is being written, and all the time, at a limited rate, every file: for
 * what changes bytes without the file system's knowledge. What it finds is an alert, told once, and
 * makes the next start read everything. It changes nothing: the evidence stays, and the journal
 * goes on.
 */
final class Watch implements WatchedFiles.Found {
  private static final Logger LOG = LoggerFactory.getLogger(Watch.class);

  private final Path directory;
  private final Sealing sealing;
  private final ChronicleJournal journal;
  private final Thread thread;

  // Of the thread.
  private final WatchedFiles files;
  private final Scrub pass;
  private final Scrub one;
  private final Set<String> told = new HashSet<>();
  private long lookNanos = System.nanoTime();
  private long liveNanos = System.nanoTime();
  private long startNanos;
  private long bytes;

  /** Written by the sealer's thread, read by this: what the tiles hold. */
  private volatile long sealed;

  /** Written by the thread: whole passes over all records. */
  private volatile long passes;

  private volatile boolean stopping;

  /**
   * @param run the one that is being written
   */
  Watch(Path directory, int run, Sealing sealing, ChronicleJournal journal) {
    this.directory = directory;
    this.sealing = sealing;
    this.journal = journal;
    files = new WatchedFiles(directory, run);
    pass = new Scrub(directory, this::tell, this::paced, files::end, () -> stopping);
    one = new Scrub(directory, this::tell, read -> {}, files::end, () -> stopping);
    thread = new Thread(this::run, "watch");
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  void sealed(long size) {
    sealed = size;
  }

  long passes() {
    return passes;
  }

  void stop() {
    stopping = true;
    LockSupport.unpark(thread);
    Threads.join(thread);
  }

  private void run() {
    begin();
    while (!stopping) {
      try {
        startNanos = System.nanoTime();
        bytes = 0;
        pass.all(sealed);
        passes++;
      } catch (IOException | RuntimeException e) {
        LOG.error("journal: its files cannot be watched", e);
      }
      rest(sealing.scrubMillis());
    }
  }

  private void begin() {
    try {
      for (var file : files.begin()) {
        touched(file);
      }
    } catch (IOException | RuntimeException e) {
      LOG.error("journal: its files cannot be watched", e);
    } catch (Frame.Malformed e) {
      tell("journal-record-changed", "a file begins with what is no record: " + e.getMessage());
    }
  }

  // Between looks, so that a pass that takes hours does not make a deletion wait.
  private void rest(long millis) {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    while (!stopping && System.nanoTime() < end) {
      LockSupport.parkNanos(this, Math.min(end - System.nanoTime(), nanos(sealing.watchMillis())));
      look();
    }
  }

  private static long nanos(long millis) {
    return TimeUnit.MILLISECONDS.toNanos(millis);
  }

  private void look() {
    long now = System.nanoTime();
    if (now - lookNanos < nanos(sealing.watchMillis())) {
      return;
    }
    lookNanos = now;
    try {
      files.look(this);
      var live = files.newest();
      if (live != null && now - liveNanos >= nanos(sealing.scrubMillis())) {
        liveNanos = now;
        touched(live);
      }
    } catch (IOException | RuntimeException e) {
      LOG.error("journal: its files cannot be looked at", e);
    } catch (Frame.Malformed e) {
      tell("journal-record-changed", "a file begins with what is no record: " + e.getMessage());
    }
    lookNanos = System.nanoTime();
  }

  @Override
  public void gone(RollFile file) {
    tell("journal-file-deleted", directory.relativize(file.path()) + " is gone");
  }

  @Override
  public void cut(RollFile file) {
    tell("journal-file-cut", directory.relativize(file.path()) + " ends before its last record");
  }

  @Override
  public void touched(RollFile file) {
    long size = sealed;
    long until = Math.min(size, files.until(file));
    if (file.first().seq() < until) {
      try {
        one.file(file, until, size);
      } catch (IOException e) {
        LOG.error("journal: {} cannot be read", file.path(), e);
      }
    }
  }

  private void paced(long read) {
    bytes += read;
    long due = startNanos + nanos(1) * bytes / sealing.scrubBytesPerMilli();
    long ahead = due - System.nanoTime();
    if (ahead > 0) {
      rest(TimeUnit.NANOSECONDS.toMillis(ahead) + 1);
    } else {
      look();
    }
  }

  private void tell(String what, String detail) {
    if (told.add(what + detail) && !stopping) {
      journal.alert(what, detail);
      doubt();
    }
  }

  /** The next start reads everything, and refuses or mends what is wrong. */
  private void doubt() {
    try {
      Files.write(directory.resolve(JournalFiles.DOUBT), new byte[0]);
    } catch (IOException e) {
      LOG.error("journal: {} cannot be written", JournalFiles.DOUBT, e);
    }
  }
}
