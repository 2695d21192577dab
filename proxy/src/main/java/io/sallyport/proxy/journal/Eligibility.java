package io.sallyport.proxy.journal;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;

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

  /**
   * One line of where a month stands: {@link #ELIGIBLE}, or why it is not.
   *
   * @param vaulted holds on somebody, whose records are put into vaults first: these block nothing
   */
  String of(MonthRecords month, RetentionScan scan, List<Long> vaulted) {
    var found = scan.disposals().of(month.key);
    if (found != null && found.disposal().state() != Disposal.State.ABANDONED) {
      return said(found);
    }
    return rules(month, scan, vaulted);
  }

  private static boolean overlaps(MonthRecords month, HoldRequest hold) {
    return month.frames() > 0 && hold.overlaps(month.oldest(), month.newest());
  }

  /** The holds on somebody that a month can be disposed of under, with vaults. */
  static List<Long> apart(MonthRecords month, RetentionScan scan) {
    return scan.holds().entrySet().stream()
        .filter(hold -> hold.getValue().narrow() && overlaps(month, hold.getValue()))
        .map(Map.Entry::getKey)
        .toList();
  }

  private static String said(Disposals.Found found) {
    return switch (found.disposal().state()) {
      case BEGUN -> "disposal begun by record " + found.seq();
      case SCHEDULED -> "disposed by record " + found.seq() + ", the key service keeps it a while";
      default -> "disposed by record " + found.seq();
    };
  }

  /** The same, of one whose disposal has begun. */
  String rules(MonthRecords month, RetentionScan scan, List<Long> vaulted) {
    if (scan.inUse(month.key)) {
      return "in use";
    }
    // Holds come first: who waits for a date should know what comes after it.
    for (var hold : scan.holds().entrySet()) {
      boolean itself =
          month.retention() == RetentionClass.ADMINISTRATION && month.spans(hold.getKey());
      boolean apart = hold.getValue().narrow() && vaulted.contains(hold.getKey());
      if (itself || overlaps(month, hold.getValue()) && !apart) {
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
