package io.sallyport.proxy.journal;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The journal's one lock. Who answers callers does not wait for a disk behind it; the journal's own
 * affairs do, and are recorded on a slow disk, too.
 */
final class Gate {
  private final ReentrantLock lock = new ReentrantLock();
  private final Pace pace;

  Gate(Pace pace) {
    this.pace = pace;
  }

  /** Takes it, however long that takes. */
  void lock() {
    lock.lock();
  }

  /** Takes it if it is free. */
  boolean tryLock() {
    return lock.tryLock();
  }

  void unlock() {
    lock.unlock();
  }

  /**
   * Takes it to append.
   *
   * @param own whether it is the journal's own affair
   * @return false when the disk is slow
   */
  boolean enter(boolean own) {
    if (own) {
      lock.lock();
      return true;
    }
    if (pace.slow()) {
      return false;
    }
    if (lock.tryLock()) {
      return true;
    }
    try {
      if (lock.tryLock(pace.limitNanos(), TimeUnit.NANOSECONDS)) {
        return true;
      }
      pace.blocked();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return false;
  }
}
