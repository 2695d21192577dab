package io.sallyport.proxy.journal;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees to it that no disposal stays half done: the thread {@code retention} looks at the start, and
 * every hour.
 */
public final class RetentionKeeper implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RetentionKeeper.class);
  private static final long PAUSE_NANOS = Duration.ofHours(1).toNanos();

  private final Retention retention;
  private final Thread thread;
  private volatile boolean closing;

  private RetentionKeeper(Retention retention) {
    this.retention = retention;
    thread = new Thread(this::run, "retention");
    thread.setDaemon(true);
  }

  /** Begins to look. */
  public static RetentionKeeper start(Retention retention) {
    var keeper = new RetentionKeeper(retention);
    keeper.thread.start();
    return keeper;
  }

  private void run() {
    while (!closing) {
      try {
        retention.check();
      } catch (RuntimeException e) { // a key service that is away, or a journal that cannot write
        LOG.error("journal: a disposal that has begun is not at its end", e);
      }
      LockSupport.parkNanos(this, PAUSE_NANOS);
    }
  }

  /** Ends; waits for what is being done. */
  @Override
  public void close() {
    closing = true;
    LockSupport.unpark(thread);
    Threads.join(thread);
  }
}
