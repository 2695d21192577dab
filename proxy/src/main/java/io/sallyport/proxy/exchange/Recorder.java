package io.sallyport.proxy.exchange;

import io.sallyport.policy.Decision;
import io.sallyport.policy.fhir.Interaction;
import io.sallyport.proxy.journal.EventClass;
import io.sallyport.proxy.journal.Journal;
import io.sallyport.proxy.journal.JournalEntry;
import io.sallyport.proxy.journal.Recorded;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** The spine's hand on the journal: what is appended completes on the exchange's loop. */
final class Recorder {
  /** What may be read by anybody was. */
  private static final String PUBLISHED = "PUBLISHED";

  private final Journal journal;
  private final ExchangeMetrics metrics;

  Recorder(Journal journal, ExchangeMetrics metrics) {
    this.journal = journal;
    this.metrics = metrics;
  }

  boolean writable() {
    return journal.writable();
  }

  /** Appends, and gives back the buffer of an answer that could not be recorded. */
  <T> CompletionStage<Recorded<T>> append(Exchange x, T value, JournalEntry entry) {
    CompletionStage<Recorded<T>> appended;
    try {
      appended =
          x.identity() == null
              ? journal.anonymous(value, entry, x.remote(), reason(value), event(x, value))
              : journal.append(value, entry, event(x, value));
    } catch (RuntimeException failure) {
      appended = CompletableFuture.failedFuture(failure);
    }
    return x.backOnLoop(appended)
        .whenComplete(
            (recorded, failure) -> {
              if (failure != null && value instanceof Answer answer) {
                answer.release();
              }
            });
  }

  /** Of an answer to somebody unknown. */
  private static String reason(Object value) {
    return value instanceof Answer.Refused refused ? refused.why().reason().name() : PUBLISHED;
  }

  private static EventClass event(Exchange x, Object value) {
    if (x.emergency()) {
      return EventClass.BREAK_GLASS;
    }
    if (value instanceof Answer.Refused refused && refused.why().reason().status() == 401) {
      return EventClass.FAILED_LOGIN;
    }
    return event(x);
  }

  /** What an exchange is by what the policy said of it. */
  static EventClass event(Exchange x) {
    if (x.emergency()) {
      return EventClass.BREAK_GLASS;
    }
    return x.decision() instanceof Decision.Permit permit
        ? event(permit.interaction().kind())
        : EventClass.DENIED;
  }

  // Without a default: who adds a kind says here what its records are.
  private static EventClass event(Interaction.Kind kind) {
    return switch (kind) {
      case READ, VREAD, SEARCH, HISTORY, EVERYTHING, LASTN, CAPABILITIES -> EventClass.READ;
    };
  }

  /** Records what observe mode found; done at once where there is nothing. */
  CompletionStage<?> told(Exchange x, JournalEntry.Observed found) {
    if (found == null) {
      return CompletableFuture.completedFuture(null);
    }
    metrics.observed(found);
    return append(x, x, found);
  }
}
