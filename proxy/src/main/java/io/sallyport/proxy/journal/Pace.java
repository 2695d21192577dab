package io.sallyport.proxy.journal;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether the disk keeps up. When an append or a force takes too long, appends are refused until a
 * force is quick again: whoever waits in an append is an event loop, and with it stand all of its
 * connections. Appenders read, the committer measures.
 */
final class Pace {
  /** What is measured. */
  interface Work {
    void run() throws IOException;
  }

  private static final Logger LOG = LoggerFactory.getLogger(Pace.class);
  private static final long IDLE = Long.MIN_VALUE;

  private final LongSupplier nanos;
  private final long limitNanos;

  /** Written by the committer, read by appenders. */
  private volatile long forcingSince = IDLE;

  /** Set by appenders and the committer, cleared by the committer after a good force. */
  private volatile boolean slow;

  private volatile long slowSince;

  Pace(LongSupplier nanos, long limitMillis) {
    this.nanos = nanos;
    this.limitNanos = TimeUnit.MILLISECONDS.toNanos(limitMillis);
  }

  long limitNanos() {
    return limitNanos;
  }

  /** Whether nothing is to be appended now. */
  boolean slow() {
    if (slow) {
      return true;
    }
    long since = forcingSince;
    if (since != IDLE && nanos.getAsLong() - since > limitNanos) {
      tooLong("a force", nanos.getAsLong() - since);
      return true;
    }
    return false;
  }

  /** An append began then and is done. */
  void appended(long startNanos) {
    long took = nanos.getAsLong() - startNanos;
    if (took > limitNanos) {
      tooLong("an append", took);
    }
  }

  /** Somebody waited for as long as anybody may and did not get to append. */
  void blocked() {
    tooLong("another's append", limitNanos);
  }

  /** Measures a force. Only one that is quick and does not fail makes a slow disk a good one. */
  void force(Work work) throws IOException {
    long start = nanos.getAsLong();
    forcingSince = start;
    try {
      work.run();
    } finally {
      forcingSince = IDLE;
    }
    long end = nanos.getAsLong();
    if (end - start > limitNanos) {
      tooLong("a force", end - start);
    } else if (slow) {
      slow = false;
      LOG.warn(
          "journal: the disk is quick again; requests were refused for {} ms",
          TimeUnit.NANOSECONDS.toMillis(end - slowSince));
    }
  }

  private void tooLong(String what, long tookNanos) {
    if (!slow) {
      slowSince = nanos.getAsLong() - tookNanos;
      slow = true;
      LOG.error(
          "journal: {} took more than {} ms; requests are refused until a force is quick again",
          what,
          TimeUnit.NANOSECONDS.toMillis(limitNanos));
    }
  }
}
