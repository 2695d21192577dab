package io.sallyport.proxy.journal;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Forces what was appended to the disk, many records at a time, and completes who waits for it: the
 * thread {@code committer}. Records of the process class are forced at the next beat, those of the
 * disk class at once. A force that fails is never tried again: the kernel may have dropped the
 * pages and call the next one a success.
 */
final class Committer {
  /** Someone waits until {@code seq} is durable; {@code done} hears null or the failure. */
  private record Waiting(long seq, Consumer<JournalUnavailable> done) {}

  private record Fresh(long firstSeq, Path path, long endOfLast) {}

  /** There is no file before this one. */
  static final long NO_FILE = -1;

  private static final int PAGE = 4096;

  private final Settings settings;
  private final Pace pace;
  private final Probe probe;
  private final LongSupplier appended;
  private final Consumer<Throwable> fence;
  private final Runnable beat;
  private final Thread thread;
  // Both filled by appenders under the journal's lock, in order of seq, before they publish it.
  private final Queue<Waiting> waiting = new ConcurrentLinkedQueue<>();
  private final Queue<Fresh> fresh = new ConcurrentLinkedQueue<>();
  // Of the committer alone.
  private final Deque<FileChannel> open = new ArrayDeque<>();
  private final Deque<Long> ends = new ArrayDeque<>();

  /** Written by the committer, read by all: records up to it are on disk. */
  private volatile long durable;

  private volatile boolean stopping;

  /**
   * @param appended the newest record appended, -1 for none
   * @param durable the newest record that was durable before
   * @param beat done now and then beside forcing, never on a caller's thread
   */
  Committer(
      Settings settings,
      Pace pace,
      Probe probe,
      LongSupplier appended,
      long durable,
      Consumer<Throwable> fence,
      Runnable beat) {
    this.settings = settings;
    this.pace = pace;
    this.probe = probe;
    this.appended = appended;
    this.durable = durable;
    this.fence = fence;
    this.beat = beat;
    thread = new Thread(this::run, "committer");
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  /** The newest record that is on disk. */
  long durable() {
    return durable;
  }

  /**
   * A roll file that begins with {@code firstSeq}.
   *
   * @param endOfLast bytes in use of the file before, or {@link #NO_FILE}
   */
  void file(long firstSeq, Path path, long endOfLast) {
    fresh.add(new Fresh(firstSeq, path, endOfLast));
  }

  /** Completes a future when {@code seq} is durable, on this thread. */
  <T> void await(long seq, CompletableFuture<T> future, T proof) {
    waiting.add(
        new Waiting(
            seq,
            failure -> {
              if (failure == null) {
                future.complete(proof);
              } else {
                future.completeExceptionally(failure);
              }
            }));
  }

  /** Forces now instead of at the next beat; a call when a beat is near costs nothing much. */
  void hurry() {
    LockSupport.unpark(thread);
  }

  /** Fails everybody who waits; the fence keeps new ones away. */
  void abandon(JournalUnavailable why) {
    for (var next = waiting.poll(); next != null; next = waiting.poll()) {
      next.done().accept(why);
    }
  }

  /** Forces what there is and ends. */
  void stop() {
    stopping = true;
    hurry();
    Threads.join(thread);
  }

  private void run() {
    try {
      while (true) {
        boolean last = stopping;
        long upTo = appended.getAsLong();
        if (upTo > durable) {
          forceAll(upTo);
          durable = upTo;
          release(upTo);
        }
        if (pace.slow() && !stopping) {
          pace.force(probe::run);
        }
        if (last) {
          return;
        }
        beat.run();
        if (waiting.isEmpty() && !stopping) {
          LockSupport.parkNanos(this, TimeUnit.MILLISECONDS.toNanos(settings.forceMillis()));
        }
      }
    } catch (Throwable e) { // whatever it was, nothing after it is known to be durable
      fence.accept(e);
    } finally {
      open.forEach(Committer::close);
      close(probe);
    }
  }

  private void forceAll(long upTo) throws IOException {
    for (var next = fresh.peek(); next != null && next.firstSeq() <= upTo; next = fresh.peek()) {
      open.add(FileChannel.open(next.path(), StandardOpenOption.WRITE));
      // The file's name must survive, too: a new entry in a new directory.
      force(next.path().getParent());
      force(next.path().getParent().getParent());
      fresh.remove();
      if (next.endOfLast() != NO_FILE) {
        ends.add(next.endOfLast());
      }
    }
    for (var channel : open) {
      pace.force(() -> settings.force().force(channel));
    }
    while (open.size() > 1) {
      // The rest of it was never used, and is given back: before a record of the next file is
      // durable, this one is as it will be for ever.
      long end = (ends.remove() + PAGE - 1) / PAGE * PAGE;
      try (var last = open.remove()) {
        last.truncate(end);
      }
    }
  }

  private static void force(Path directory) throws IOException {
    try (var channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  private void release(long upTo) {
    for (var next = waiting.peek(); next != null && next.seq() <= upTo; next = waiting.peek()) {
      waiting.remove();
      next.done().accept(null);
    }
  }

  private static void close(AutoCloseable channel) {
    try {
      channel.close();
    } catch (Exception e) {
      // Everything in it was forced before, or the journal is fenced: nothing hangs on this close.
      assert e != null;
    }
  }
}
