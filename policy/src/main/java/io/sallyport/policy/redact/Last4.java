package io.sallyport.policy.redact;

import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Keeps the last four letters or digits of eight characters and more. */
final class Last4 implements RedactionMethod {
  // Of a shorter value four would be most of it.
  private static final Pattern LONG = Pattern.compile("(?s).{4,}[0-9A-Za-z]{4}");

  @Override
  public Set<String> reads() {
    return Replace.TEXTS;
  }

  @Override
  public Optional<String> redact(String value, Beside beside) {
    return LONG.matcher(value).matches()
        ? Optional.of(value.substring(value.length() - 4))
        : Optional.empty();
  }
}
