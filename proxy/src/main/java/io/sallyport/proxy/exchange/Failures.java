package io.sallyport.proxy.exchange;

import io.sallyport.policy.Reason;
import io.sallyport.policy.Refusal;
import io.sallyport.proxy.journal.JournalUnavailable;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What went wrong, as a refusal: what nobody foresaw is INTERNAL, and loud in the log. */
final class Failures {
  private static final Logger LOG = LoggerFactory.getLogger(Failures.class);

  private Failures() {}

  static Refusal reason(Exchange x, Throwable failure) {
    Throwable cause = failure;
    while (cause instanceof CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    if (cause instanceof Refusal refusal) {
      return refusal;
    }
    if (cause instanceof JournalUnavailable) {
      return new Refusal(Reason.JOURNAL_UNAVAILABLE, "journal cannot write", cause);
    }
    LOG.error("request {} failed on a programming error", x.id(), cause);
    return new Refusal(Reason.INTERNAL, cause.getClass().getSimpleName(), cause);
  }
}
