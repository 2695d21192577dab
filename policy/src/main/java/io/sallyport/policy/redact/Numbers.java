package io.sallyport.policy.redact;

import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Numbers as methods read them: exactly, and none so large that its digits fill the memory. */
final class Numbers {
  static final Set<String> TYPES = Set.of("integer", "unsignedInt", "positiveInt", "decimal");

  /** What has a value with a unit. */
  private static final Set<String> QUANTITIES =
      Set.of("Quantity", "Age", "Count", "Distance", "Duration");

  private static final Pattern PLAIN =
      Pattern.compile("-?[0-9]{1,40}(\\.[0-9]{1,40})?([eE][+-]?[0-9]{1,2})?");
  private static final int DIGITS_MAX = 18;

  private Numbers() {}

  /** A number as written; empty when it is none, or has more than 18 digits before its point. */
  static Optional<BigDecimal> read(String token) {
    if (!PLAIN.matcher(token).matches()) {
      return Optional.empty();
    }
    BigDecimal number = new BigDecimal(token);
    return Optional.of(number).filter(n -> n.precision() - n.scale() <= DIGITS_MAX);
  }

  static boolean quantity(String type) {
    return QUANTITIES.contains(type);
  }

  /** The element of a quantity that is its number. */
  static List<String> value(String type) {
    return quantity(type) ? List.of("value") : List.of();
  }
}
