package io.sallyport.policy.redact;

import java.util.Optional;
import java.util.Set;

/** Shows the same text for every value. */
final class Replace implements RedactionMethod {
  /** What may be any text. A code may not: it would be none of its system. */
  static final Set<String> TEXTS = Set.of("string", "markdown");

  private static final int LENGTH_MAX = 100;

  private final Optional<String> text;

  private Replace(String text) {
    this.text = Optional.of(text);
  }

  /** Empty when the text is blank, very long, or no text. */
  static Optional<RedactionMethod> with(String text) {
    boolean plain = text.codePoints().noneMatch(c -> Character.isISOControl(c));
    return plain && !text.isBlank() && text.length() <= LENGTH_MAX
        ? Optional.of(new Replace(text))
        : Optional.empty();
  }

  @Override
  public Set<String> reads() {
    return TEXTS;
  }

  @Override
  public Optional<String> redact(String value, Beside beside) {
    return text;
  }
}
