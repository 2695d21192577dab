package io.sallyport.proxy.exchange;

import io.sallyport.proxy.journal.Durability;
import io.sallyport.proxy.journal.Journal;
import io.sallyport.proxy.journal.JournalEntry;
import io.sallyport.proxy.journal.Recorded;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** The spine's hand on the journal: what is appended completes on the exchange's loop. */
final class Recorder {
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
      appended = journal.append(value, entry, durability(x, value));
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

  // A failed log-in leaves no other trace anywhere: it is on the disk before the caller hears of
  // it. So is all of an emergency.
  private static Durability durability(Exchange x, Object value) {
    boolean login =
        value instanceof Answer.Refused refused && refused.why().reason().status() == 401;
    return login || x.emergency() ? Durability.DISK : Durability.PROCESS;
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
