package io.sallyport.proxy.exchange;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * An asynchronous loop. Steps that complete at once run in a plain loop and cost no stack: a Bundle
 * of ten thousand windows whose bytes are all there must not recurse ten thousand times.
 */
final class Repeat {
  private Repeat() {}

  /** Runs {@code step} until it yields true or fails. */
  static CompletionStage<Void> until(Supplier<CompletionStage<Boolean>> step) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    run(step, done);
    return done;
  }

  private static void run(Supplier<CompletionStage<Boolean>> step, CompletableFuture<Void> done) {
    while (true) {
      CompletableFuture<Boolean> future;
      try {
        future = step.get().toCompletableFuture();
      } catch (RuntimeException failure) {
        done.completeExceptionally(failure);
        return;
      }
      if (!future.isDone()) {
        future.whenComplete(
            (stop, failure) -> {
              if (failure != null) {
                done.completeExceptionally(failure);
              } else if (stop) {
                done.complete(null);
              } else {
                run(step, done);
              }
            });
        return;
      }
      if (future.isCompletedExceptionally()) {
        future.whenComplete((stop, failure) -> done.completeExceptionally(failure));
        return;
      }
      if (future.join()) {
        done.complete(null);
        return;
      }
    }
  }
}
