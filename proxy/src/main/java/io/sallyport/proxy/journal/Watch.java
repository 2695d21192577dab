package io.sallyport.proxy.journal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at a running journal's files as an intruder would leave them, on the thread {@code watch}:
 * every second whether one is gone or shorter than its frames, and all the time, at a limited rate,
 * whether each sealed record still has the hash that the tiles hold. What it finds is an alert,
 * told once. It changes nothing: the evidence stays, and the journal goes on.
 */
final class Watch {
  private static final Logger LOG = LoggerFactory.getLogger(Watch.class);
  private static final int HASH = MerkleFrontier.HASH;

  private final Path directory;
  private final Sealing sealing;
  private final ChronicleJournal journal;
  private final Thread thread;

  // Of the thread: how far the frames of each file go, and what was told.
  private final Map<Path, Long> ends = new HashMap<>();
  private final Set<String> told = new HashSet<>();
  private long lookNanos;

  /** Written by the sealer's thread, read by this: what the tiles hold. */
  private volatile long sealed;

  /** Written by the thread: whole passes over all records. */
  private volatile long passes;

  private volatile boolean stopping;

  Watch(Path directory, Sealing sealing, ChronicleJournal journal) {
    this.directory = directory;
    this.sealing = sealing;
    this.journal = journal;
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
    while (!stopping) {
      try {
        look();
        scrub();
        passes++;
      } catch (IOException | RuntimeException e) {
        LOG.error("journal: its files cannot be watched", e);
      }
      rest(sealing.scrubMillis());
    }
  }

  // Between looks, so that a pass that takes hours does not make a deletion wait.
  private void rest(long millis) {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    while (!stopping && System.nanoTime() < end) {
      LockSupport.parkNanos(this, Math.min(end - System.nanoTime(), lookEvery()));
      look();
    }
  }

  private long lookEvery() {
    return TimeUnit.MILLISECONDS.toNanos(sealing.watchMillis());
  }

  private void look() {
    if (System.nanoTime() - lookNanos < lookEvery() && lookNanos != 0) {
      return;
    }
    lookNanos = System.nanoTime();
    ends.forEach(
        (file, end) -> {
          var name = directory.relativize(file);
          try {
            if (Files.size(file) < end) {
              tell("journal-file-cut", name + " ends before its last record");
            }
          } catch (NoSuchFileException e) {
            tell("journal-file-deleted", name + " is gone");
          } catch (IOException e) {
            LOG.error("journal: {} cannot be looked at", name, e);
          }
        });
  }

  private void scrub() throws IOException {
    long size = sealed;
    long start = System.nanoTime();
    long bytes = 0;
    byte[] stored = null;
    var tree = new MerkleFrontier();
    try (var walk = new JournalWalk(directory)) {
      while (!stopping && walk.count() < size && walk.next()) {
        long seq = walk.count() - 1;
        int length = walk.to() - walk.from();
        int at = (int) (seq % TileFile.WIDTH);
        if (at == 0) {
          stored = TileFile.leaves(directory, seq, Math.min(size, seq + TileFile.WIDTH));
          bytes = paced(bytes, start);
        }
        tree.append(walk.bytes(), walk.from(), length);
        bytes += length;
        ends.merge(walk.file(), walk.end(), Math::max);
        if (stored == null) {
          tell("journal-tile-missing", "no tile holds the hash of record " + seq);
        } else if (!Arrays.equals(
            tree.leaf(), Arrays.copyOfRange(stored, at * HASH, (at + 1) * HASH))) {
          tell("journal-record-changed", "record " + seq + " at " + walk.place());
        }
      }
      if (!stopping && walk.count() < size) {
        tell("journal-record-missing", "record " + walk.count() + " of " + size);
      }
    } catch (JournalWalk.Broken e) {
      tell("journal-record-changed", "record " + e.seq + " at " + e.place + ": " + e.getMessage());
    }
  }

  private long paced(long bytes, long start) {
    long due = start + TimeUnit.SECONDS.toNanos(1) / 1000 * bytes / sealing.scrubBytesPerMilli();
    long ahead = due - System.nanoTime();
    if (ahead > 0) {
      rest(TimeUnit.NANOSECONDS.toMillis(ahead) + 1);
    } else {
      look();
    }
    return bytes;
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
