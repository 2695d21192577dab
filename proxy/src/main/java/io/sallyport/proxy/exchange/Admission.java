package io.sallyport.proxy.exchange;

import io.sallyport.proxy.authn.Identity;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** What must be before a caller is served whose token is good. */
public interface Admission {
  /** Nothing: for who records no log-ins. */
  Admission FREE = (x, who) -> CompletableFuture.completedFuture(who);

  /**
   * Completes with the caller, on the exchange's loop; at once for a token that was seen before.
   *
   * @return fails with {@link io.sallyport.proxy.journal.JournalUnavailable} when the log-in cannot
   *     be recorded
   */
  CompletionStage<Identity> admit(Exchange x, Identity who);
}
