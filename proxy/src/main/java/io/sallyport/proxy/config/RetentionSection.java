package io.sallyport.proxy.config;

import io.sallyport.proxy.journal.RetentionClass;
import io.sallyport.proxy.journal.RetentionPolicy;
import java.time.DateTimeException;
import java.time.Period;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The section {@code journal.retention:}. */
final class RetentionSection {
  private static final Pattern YEARS = Pattern.compile("(\\d{1,3})y");
  private static final int YEARS_MAX = 200;

  private RetentionSection() {}

  static RetentionPolicy read(Section s) {
    Map<RetentionClass, Period> keep = new EnumMap<>(RetentionClass.class);
    for (RetentionClass retention : RetentionClass.values()) {
      keep.put(retention, period(s, retention.word()));
    }
    List<String> approvers = s.strings("approvers", List.of());
    s.finish();
    try {
      if (approvers.size() == 1) {
        s.warning(
            "approvers",
            "names one person: what cannot be taken back needs the signatures of two",
            "W-APPROVERS");
      }
      return new RetentionPolicy(keep, approvers);
    } catch (IllegalArgumentException e) {
      s.error(
          "approvers",
          "must be verifier keys NAME+ID+KEY of different persons, as 'sallyport key approver'"
              + " prints them: "
              + e.getMessage(),
          "E-APPROVER");
      return RetentionPolicy.DEFAULT;
    }
  }

  private static Period period(Section s, String key) {
    String text = s.string(key, false);
    try {
      Period period = text.isEmpty() ? RetentionPolicy.LEAST : parse(text);
      boolean exact = period.getDays() == 0 && !period.isNegative();
      long months = period.toTotalMonths();
      if (exact && months >= RetentionPolicy.LEAST.toTotalMonths() && months <= YEARS_MAX * 12L) {
        return period;
      }
    } catch (DateTimeException e) {
      s.error(key, "must be a period as 6y or P6Y6M, not '" + text + "'", "E-RETENTION");
      return RetentionPolicy.LEAST;
    }
    s.error(
        key,
        "must be at least 6y, in years and months: 45 CFR 164.316(b)(2)(i) has six years from"
            + " creation, or from when it was last in effect",
        "E-RETENTION");
    return RetentionPolicy.LEAST;
  }

  private static Period parse(String text) {
    Matcher years = YEARS.matcher(text);
    return years.matches() ? Period.ofYears(Integer.parseInt(years.group(1))) : Period.parse(text);
  }
}
