package io.sallyport.proxy.net;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * How many connections a target has over all loops: an old EHR may allow twenty. The only thing
 * loops share about an upstream; lock-free.
 *
 * <p>A loop stands in line at most once, for all who wait in it, so the line is as short as there
 * are loops.
 */
final class UpstreamSlots {
  // Set by the loop that meets a newer snapshot first; who reads the older one dials one more or
  // less.
  private volatile int max;
  private final AtomicInteger used = new AtomicInteger();
  private final List<Runnable> pools = new CopyOnWriteArrayList<>();
  private final Queue<Runnable> line = new ConcurrentLinkedQueue<>();

  UpstreamSlots() {}

  UpstreamSlots(int max) {
    this.max = max;
  }

  /** The bound, as the newest snapshot has it. */
  void max(int connections) {
    max = connections;
  }

  /**
   * Makes a loop's pool known.
   *
   * @param spare asks it to close a connection that idles there; runs on any thread
   */
  void join(Runnable spare) {
    pools.add(spare);
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

  /** A connection is closed: the first in line may dial. */
  void release() {
    used.decrementAndGet();
    wake();
  }

  /**
   * Stands in line; {@code wake} runs once, on any thread. Who stands in line must try once more
   * after this: a release may have come in between. Connections that idle on other loops are asked
   * for, because nothing else would ever give their slots back in time.
   */
  void await(Runnable wake) {
    line.add(wake);
    pools.forEach(Runnable::run);
  }

  /** Whether a loop other than the one of {@code mine} stands in line. */
  boolean wantedByOthers(Runnable mine) {
    for (Runnable other : line) {
      if (other != mine) {
        return true;
      }
    }
    return false;
  }

  /** Gives the turn to the first in line. */
  void wake() {
    Runnable next = line.poll();
    if (next != null) {
      next.run();
    }
  }
}
