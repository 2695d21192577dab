package io.sallyport.policy.redact;

import java.math.BigDecimal;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Shows ages over 89 as 90, and of a date of birth the year, unless it tells an age over 89: 45 CFR
 * 164.514(b)(2)(i)(C). A number without a unit is of years.
 */
final class AgeCap implements RedactionMethod {
  static final int OLDEST = 89;

  /** How many of a UCUM unit make a year, rather too few: then it is capped a little earlier. */
  private static final Map<String, Integer> IN_A_YEAR =
      Map.of("", 1, "a", 1, "mo", 12, "wk", 52, "d", 365, "h", 365 * 24, "min", 365 * 24 * 60);

  private final RedactionMethod birthYear = new BirthYear();

  @Override
  public Set<String> reads() {
    Set<String> types = new HashSet<>(Numbers.TYPES);
    types.addAll(birthYear.reads());
    return types;
  }

  @Override
  public RedactionMethod of(String type) {
    return Numbers.TYPES.contains(type) ? this : birthYear;
  }

  @Override
  public List<String> inside(String type) {
    return Numbers.value(type);
  }

  @Override
  public Optional<String> redact(String value, Beside beside) {
    Integer year = IN_A_YEAR.get(beside.unit());
    if (year == null) {
      return Optional.empty();
    }
    BigDecimal oldest = BigDecimal.valueOf((long) OLDEST * year);
    return Numbers.read(value)
        .filter(age -> age.signum() >= 0)
        .map(
            age -> age.compareTo(oldest) <= 0 ? value : String.valueOf((OLDEST + 1) * (long) year));
  }
}
