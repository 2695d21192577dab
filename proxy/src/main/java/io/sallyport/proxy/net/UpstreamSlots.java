package io.sallyport.proxy.net;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * How many connections a target has over all loops: an old EHR may allow twenty. The only thing
 * loops share about an upstream; lock-free.
 */
final class UpstreamSlots {
  private static final int WAITERS_MAX = 1024;

  private final int max;
  private final AtomicInteger used = new AtomicInteger();
  private final AtomicInteger waiting = new AtomicInteger();
  private final Queue<Runnable> waiters = new ConcurrentLinkedQueue<>();

  UpstreamSlots(int max) {
    this.max = max;
  }

  boolean acquire() {
    while (true) {
      int now = used.get();
      if (now >= max) {
        return false;
      }
      if (used.compareAndSet(now, now + 1)) {
        return true;
      }
    }
  }

  /** A connection is gone: somebody who waits may dial. */
  void release() {
    used.decrementAndGet();
    wake();
  }

  /**
   * Waits for a release; {@code wake} runs on any thread and tries again. False when too many wait.
   * Who waits must try once more after this: a release may have come in between.
   */
  boolean await(Runnable wake) {
    if (waiting.incrementAndGet() > WAITERS_MAX) {
      waiting.decrementAndGet();
      return false;
    }
    waiters.add(wake);
    return true;
  }

  /** Whether another loop would like a connection that idles here. */
  boolean wanted() {
    return !waiters.isEmpty();
  }

  void wake() {
    Runnable next = waiters.poll();
    if (next != null) {
      waiting.decrementAndGet();
      next.run();
    }
  }
}
