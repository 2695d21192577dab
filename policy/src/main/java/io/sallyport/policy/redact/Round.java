package io.sallyport.policy.redact;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Shows a number as the nearest multiple of another: by 5, 72.4 becomes 70. */
final class Round implements RedactionMethod {
  private final BigDecimal step;

  private Round(BigDecimal step) {
    this.step = step;
  }

  /** Empty when the step is no positive number. */
  static Optional<RedactionMethod> to(String step) {
    return Numbers.read(step)
        .filter(number -> number.signum() > 0 && number.scale() <= 9)
        .map(number -> new Round(whole(number) ? number.setScale(0) : number));
  }

  private static boolean whole(BigDecimal number) {
    return number.stripTrailingZeros().scale() <= 0;
  }

  /** A positiveInt may not become 0, and a whole number stays one. */
  @Override
  public Set<String> reads() {
    return whole(step) ? Set.of("decimal", "integer", "unsignedInt") : Set.of("decimal");
  }

  @Override
  public List<String> inside(String type) {
    return Numbers.value(type);
  }

  @Override
  public Optional<String> redact(String value, Beside beside) {
    return Numbers.read(value)
        .map(number -> number.divide(step, 0, RoundingMode.HALF_EVEN).multiply(step))
        .map(BigDecimal::toPlainString);
  }
}
