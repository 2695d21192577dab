package io.sallyport.proxy.journal;

import java.util.Locale;

/** The journal cannot take a record: nothing may happen that it would have recorded. */
public final class JournalUnavailable extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** What keeps it. */
  public enum Why {
    /** Until a restart. */
    FENCED,
    CLOSED,
    /** Until there is room on the disk. */
    FULL,
    /** Until a force is quick again. */
    SLOW,
    /** The record is longer than a file. */
    TOO_LONG;

    /** As metrics say it. */
    public String word() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  private final Why why;

  public JournalUnavailable(String message, Throwable cause) {
    this(Why.FENCED, message, cause);
  }

  JournalUnavailable(Why why, String message, Throwable cause) {
    super(message, cause);
    this.why = why;
  }

  public Why why() {
    return why;
  }
}
