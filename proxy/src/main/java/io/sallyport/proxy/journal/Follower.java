package io.sallyport.proxy.journal;

import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * A thread that is told of every checkpoint and acts on the newest one it has not seen: what is
 * slow, may hang, and needs no older one.
 */
final class Follower {
  private final AtomicReference<Checkpoint> newest = new AtomicReference<>();
  private final Thread thread;
  private volatile boolean stopping;

  Follower(String name, Consumer<Checkpoint> act) {
    thread =
        new Thread(
            () -> {
              while (true) {
                var checkpoint = newest.getAndSet(null);
                if (checkpoint != null) {
                  act.accept(checkpoint);
                } else if (stopping) {
                  return;
                } else {
                  LockSupport.park(this);
                }
              }
            },
            name);
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  void tell(Checkpoint checkpoint) {
    newest.set(checkpoint);
    LockSupport.unpark(thread);
  }

  /** Ends it after what it was told last; waits no longer than this. */
  void stop(long millis) {
    stopping = true;
    LockSupport.unpark(thread);
    try {
      thread.join(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
