package io.sallyport.proxy.exchange;

import io.sallyport.policy.Decision;
import io.sallyport.policy.Reason;
import io.sallyport.policy.Refusal;
import io.sallyport.policy.Related;
import io.sallyport.policy.Relation;
import io.sallyport.proxy.journal.Recorded;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * How the caller of one exchange stands to the patients of its answer: finds out what the release
 * rule asks for, and lets it learn. For an exchange without relations there is nothing to find out.
 *
 * <p>A lookup that fails fails the exchange, for whichever patient it was. So every exchange makes
 * one, even when nothing came that is about anybody: else the record system's health would tell
 * whether there was something to ask about.
 */
final class Standing {
  /** How many lookups of one exchange are under way at a time. */
  private static final int PARALLEL = 8;

  /** An id that nobody has, to ask about where no patient is known. */
  private static final String NOBODY = "-";

  private final Exchange x;
  private final Recorded<Decision.Permit> permit;
  private final Related related;
  private final Lookups lookups;
  private final Grants grants;
  private CompletionStage<Boolean> ahead;
  private boolean asked;

  /**
   * @param related what must hold; null for nothing
   */
  Standing(
      Exchange x,
      Recorded<Decision.Permit> permit,
      Related related,
      Lookups lookups,
      Grants grants) {
    this.grants = grants;
    this.x = x;
    this.permit = permit;
    this.related = related;
    this.lookups = lookups;
  }

  /**
   * Begins with the patient whom the request names: glass is recorded as broken before the record
   * system is asked for anything, and a lookup is under way while it looks for the rest.
   */
  CompletionStage<Void> begin() {
    if (related == null || related.named().isEmpty()) {
      return CompletableFuture.completedFuture(null);
    }
    return opened(related.named())
        .thenAccept(
            open -> {
              if (open) {
                ahead = relations(related.named()); // nobody waits here
              }
            });
  }

  /** Learns of these patients. */
  CompletionStage<Void> learn(Collection<String> patients) {
    asked |= !patients.isEmpty();
    Iterator<String> left = List.copyOf(patients).iterator();
    boolean[] failed = new boolean[1];
    CompletableFuture<?>[] lanes = new CompletableFuture<?>[Math.min(PARALLEL, patients.size())];
    for (int i = 0; i < lanes.length; i++) {
      lanes[i] =
          Repeat.until(
                  () ->
                      failed[0] || !left.hasNext()
                          ? CompletableFuture.completedFuture(true)
                          : one(left.next()).thenApply(learned -> false))
              .whenComplete((done, failure) -> failed[0] |= failure != null)
              .toCompletableFuture();
    }
    return x.waitFor(CompletableFuture.allOf(lanes));
  }

  /**
   * Asks at least once: before an answer that needed no lookup ends. Nothing is learned by it, and
   * no glass breaks.
   */
  CompletionStage<Void> once() {
    if (related == null || asked || related.relations().isEmpty()) {
      return CompletableFuture.completedFuture(null);
    }
    asked = true;
    String id = permit.value().interaction().id();
    String patient = related.named().isEmpty() ? id : related.named();
    return x.waitFor(all(patient.isEmpty() ? NOBODY : patient).thenAccept(so -> {}));
  }

  /** Refuses what cannot be judged; that there is nothing takes as long to say as that there is. */
  CompletionStage<Void> admit(Upstream.Response response) {
    try {
      Judgement.admit(response);
      return CompletableFuture.completedFuture(null);
    } catch (Refusal refused) {
      if (refused.reason() != Reason.NOT_FOUND) {
        throw refused;
      }
      return once().thenCompose(asked -> CompletableFuture.failedFuture(refused));
    }
  }

  private CompletionStage<Void> one(String patient) {
    return opened(patient)
        .thenCompose(open -> open ? all(patient) : CompletableFuture.completedFuture(false))
        .thenAccept(so -> related.learn(patient, so));
  }

  /** Whether the glass of a patient is broken, if the request breaks any. */
  private CompletionStage<Boolean> opened(String patient) {
    return related.broken() == null
        ? CompletableFuture.completedFuture(true)
        : grants.breaks(x, permit, related.broken(), patient);
  }

  private CompletionStage<Boolean> all(String patient) {
    return ahead != null && patient.equals(related.named()) ? ahead : relations(patient);
  }

  /** Whether all relations hold. */
  private CompletionStage<Boolean> relations(String patient) {
    CompletionStage<Boolean> all = CompletableFuture.completedFuture(true);
    for (Relation relation : related.relations()) {
      all =
          all.thenCompose(
              so ->
                  so
                      ? lookups.holds(x, permit, relation, related.user(), patient)
                      : CompletableFuture.completedFuture(false));
    }
    return all;
  }
}
