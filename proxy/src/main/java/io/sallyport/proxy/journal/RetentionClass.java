package io.sallyport.proxy.journal;

import io.sallyport.proxy.journal.JournalEntry.Outcome;
import io.sallyport.proxy.journal.JournalEntry.Refused;
import java.util.Locale;

/**
 * What is kept for the same time and disposed of together: every roll file has a data key for each
 * class, wrapped under the class's key of the month.
 */
public enum RetentionClass {
  /** All that is about a patient's data, or done by somebody whom we know. */
  ACCESS,
  /** Callers nobody knows: refusals, failed log-ins, counts of both. */
  SECURITY,
  /** The appliance itself: start, stop, configuration, keys, alerts, holds, disposals. */
  ADMINISTRATION;

  private static final int STATUS_UNAUTHORIZED = 401;
  private static final RetentionClass[] ALL = values();

  /** What a frame of this entry belongs to; null for a type that is stored in clear. */
  static RetentionClass of(FrameType type, JournalEntry entry) {
    if (entry instanceof Refused refused && refused.intent() < 0) {
      boolean stranger = refused.subject().isEmpty() || refused.status() == STATUS_UNAUTHORIZED;
      return stranger ? SECURITY : ACCESS;
    }
    boolean aboutNobody = entry instanceof Outcome outcome && outcome.intent() < 0;
    return aboutNobody ? SECURITY : type.retention;
  }

  /** The class of a frame's flags; null for none. */
  static RetentionClass ofCode(int code) {
    return code == 0 ? null : ALL[code - 1];
  }

  /** What a frame's flags say: 1 to 3. */
  int code() {
    return ordinal() + 1;
  }

  /** The word of configuration, key names and certificates: {@code access}. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
