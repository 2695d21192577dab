package io.sallyport.proxy.exchange;

import java.util.concurrent.CompletionStage;

/**
 * An answer as the parts in which it is recorded and released: one for a resource, many for a long
 * Bundle. Pulled, so that nothing is redacted before the caller could take what came before.
 */
interface Windows {
  /** The next part; not called again after the last. Completes on the exchange's loop. */
  CompletionStage<Answer.Disclosure> next();

  /** Gives up: the upstream's body is not wanted any more. Idempotent. */
  void cancel();

  /** What a closing record says of all parts so far. */
  Totals totals();

  /**
   * Sums over the parts taken so far.
   *
   * @param digest SHA-256 over the parts' digests in order, hex
   */
  record Totals(int status, int windows, int resources, long bytes, String digest) {}
}
