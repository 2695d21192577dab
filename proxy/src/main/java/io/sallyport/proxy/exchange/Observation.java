package io.sallyport.proxy.exchange;

import io.sallyport.policy.Decision;
import io.sallyport.policy.Observed;
import io.sallyport.policy.Related;
import io.sallyport.policy.redact.Shadow;
import io.sallyport.proxy.journal.JournalEntry;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * An exchange in observe mode: what its policy would have done is found, recorded, and not done.
 */
final class Observation {
  private final Decision would;
  private final Shadow shadow;
  private Standing standing;

  private Observation(Decision would, Shadow shadow) {
    this.would = would;
    this.shadow = shadow;
  }

  static Observation of(Exchange x, Observed observed) {
    boolean shows = observed.would() instanceof Decision.Permit;
    Decision.Permit permit = shows ? (Decision.Permit) observed.would() : null;
    return new Observation(
        observed.would(),
        permit == null
            ? null
            : new Shadow(
                x.snapshot().limits(), permit.view(), permit.release(), x.route().rebase()));
  }

  /** Judges what is released besides; null where the whole request would have been denied. */
  Shadow shadow() {
    return shadow;
  }

  /** Judges a resource that is about to be released, at the beginning of an array. */
  void judge(byte[] padded, String type) {
    if (shadow != null) {
      shadow.judge(padded, 0, type);
    }
  }

  /** The rule that would have decided. */
  String rule() {
    return would.rule();
  }

  /** What to record right behind the intent: that all of it would have been denied; else null. */
  JournalEntry.Observed denied(Exchange x) {
    return would instanceof Decision.Deny deny
        ? new JournalEntry.Observed(
            x.id(), x.intent(), deny.reason().name(), deny.rule(), Map.of(), 0)
        : null;
  }

  /** How the caller stands to the patients, by the rule that is not enforced. */
  void standing(Standing value) {
    standing = value;
  }

  /** What the rule's relations are; null for none. */
  Related related() {
    return would instanceof Decision.Permit permit ? permit.release().related() : null;
  }

  /**
   * What to record before what was judged since the last time is released; null for nothing. What
   * cannot be looked up is told as withheld: nobody is denied for it here.
   */
  CompletionStage<JournalEntry.Observed> hidden(Exchange x) {
    if (shadow == null) {
      return CompletableFuture.completedFuture(null);
    }
    Set<String> patients = shadow.asks();
    CompletionStage<Void> learned =
        patients.isEmpty() || standing == null
            ? CompletableFuture.completedFuture(null)
            : standing.learn(patients);
    return learned
        .handle((done, failure) -> shadow.take())
        .thenApply(account -> account.empty() ? null : told(x, account));
  }

  private JournalEntry.Observed told(Exchange x, Shadow.Account account) {
    return new JournalEntry.Observed(
        x.id(), x.intent(), "", would.rule(), account.removed(), account.withheld());
  }
}
