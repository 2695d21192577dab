package io.sallyport.proxy.journal;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * Whether a month and class may be disposed of, and what stands against it.
 *
 * @param policy how long what is kept
 * @param now the time
 * @param exported the first record that some receiver lacks
 */
record Eligibility(RetentionPolicy policy, Instant now, long exported) {
  /** All is well. */
  static final String ELIGIBLE = "eligible";

  /** One line of where a month stands: {@link #ELIGIBLE}, or why it is not. */
  String of(MonthRecords month, RetentionScan scan) {
    var found = scan.disposals().of(month.key);
    if (found != null && found.disposal().state() != Disposal.State.ABANDONED) {
      return said(found);
    }
    return rules(month, scan);
  }

  private static String said(Disposals.Found found) {
    return switch (found.disposal().state()) {
      case BEGUN -> "disposal begun by record " + found.seq();
      case SCHEDULED -> "disposed by record " + found.seq() + ", the key service keeps it a while";
      default -> "disposed by record " + found.seq();
    };
  }

  /** The same, of one whose disposal has begun. */
  String rules(MonthRecords month, RetentionScan scan) {
    if (scan.inUse(month.key)) {
      return "in use";
    }
    // Holds come first: who waits for a date should know what comes after it.
    for (var hold : scan.holds().entrySet()) {
      boolean itself =
          month.retention() == RetentionClass.ADMINISTRATION && month.spans(hold.getKey());
      boolean overlaps =
          month.frames() > 0 && hold.getValue().overlaps(month.oldest(), month.newest());
      if (itself || overlaps) {
        return "on hold by record " + hold.getKey();
      }
    }
    var due = policy.due(month.retention(), month.month(), month.newest());
    if (now.isBefore(due)) {
      return "kept until " + due.truncatedTo(ChronoUnit.SECONDS);
    }
    if (month.last() >= exported) {
      return "a receiver of siem: has not got record " + exported + " yet";
    }
    return ELIGIBLE;
  }
}
