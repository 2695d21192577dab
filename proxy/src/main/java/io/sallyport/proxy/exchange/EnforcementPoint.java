package io.sallyport.proxy.exchange;

import io.sallyport.policy.Refusal;
import io.sallyport.proxy.journal.Journal;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** The spine: the life of an exchange is one method. */
public final class EnforcementPoint {
  public EnforcementPoint(Journal journal, Upstream upstream) {}

  /** Serves one exchange. Completes, never exceptionally, when the answer has been handed over. */
  public CompletionStage<Void> serve(Exchange x) {
    return CompletableFuture.completedFuture(null);
  }

  /**
   * Refuses a request that {@code net} could not accept (malformed, too large, timed out): recorded
   * and answered like any other refusal.
   */
  public CompletionStage<Void> refuse(Exchange x, Refusal refusal) {
    return CompletableFuture.completedFuture(null);
  }
}
