package io.sallyport.proxy.exchange;

import io.sallyport.policy.Decision;
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
  private CompletionStage<Boolean> ahead;
  private boolean asked;

  Standing(Exchange x, Recorded<Decision.Permit> permit, Lookups lookups) {
    this.x = x;
    this.permit = permit;
    this.related = permit.value().release().related();
    this.lookups = lookups;
  }

  /** Begins with the patient whom the request names, while the record system looks for the rest. */
  void ahead() {
    if (related != null && !related.named().isEmpty()) {
      ahead = ask(related.named()); // nobody waits here
    }
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

  /** Asks at least once: before an answer that needed no lookup ends. */
  CompletionStage<Void> once() {
    if (related == null || asked) {
      return CompletableFuture.completedFuture(null);
    }
    String id = permit.value().interaction().id();
    String patient = related.named().isEmpty() ? id : related.named();
    return learn(List.of(patient.isEmpty() ? NOBODY : patient));
  }

  private CompletionStage<Void> one(String patient) {
    CompletionStage<Boolean> all =
        ahead != null && patient.equals(related.named()) ? ahead : ask(patient);
    return all.thenAccept(so -> related.learn(patient, so));
  }

  private CompletionStage<Boolean> ask(String patient) {
    // Glass that nobody has recorded as broken is whole.
    CompletionStage<Boolean> all = CompletableFuture.completedFuture(related.broken() == null);
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
