package io.sallyport.policy.redact;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Keeps the year of a date: 1974-12-25 becomes 1974. */
final class Year implements RedactionMethod {
  // Safe Harbor, 45 CFR 164.514(b)(2)(i)(C), allows the year, but not where it tells an age over
  // 89.
  private static final Pattern DATE =
      Pattern.compile(
          "[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01])"
              + "(T([01][0-9]|2[0-3]):[0-5][0-9](:([0-5][0-9]|60)(\\.[0-9]+)?)?"
              + "(Z|[+-][01][0-9]:[0-5][0-9])?)?)?)?");

  static boolean isDate(String value) {
    return DATE.matcher(value).matches();
  }

  @Override
  public Set<String> reads() {
    return Set.of("date", "dateTime");
  }

  @Override
  public List<String> inside(String type) {
    return type.equals("Period") ? List.of("start", "end") : List.of();
  }

  @Override
  public boolean passes(String type) {
    return type.equals("boolean"); // that somebody died is no date
  }

  @Override
  public Optional<String> redact(String value, Beside beside) {
    return isDate(value) ? Optional.of(value.substring(0, 4)) : Optional.empty();
  }
}
