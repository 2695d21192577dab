package io.sallyport.proxy;

import io.sallyport.proxy.exchange.Snapshot;
import io.sallyport.proxy.journal.Recorded;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

/**
 * The snapshot in force. Only a recorded one can come into force: a configuration decides who sees
 * what, so there is none that the journal does not know.
 */
final class Live implements Supplier<Snapshot> {
  private final AtomicReference<Snapshot> current = new AtomicReference<>();

  void swap(Recorded<Snapshot> recorded) {
    current.set(recorded.value());
  }

  @Override
  public Snapshot get() {
    return current.get();
  }
}
