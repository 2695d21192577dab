package io.sallyport.policy.redact;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Keeps the first three digits of a US ZIP code, and 000 where few people live: 45 CFR
 * 164.514(b)(2)(i)(B).
 */
final class Zip3 implements RedactionMethod {
  private static final Pattern ZIP = Pattern.compile("[0-9]{5}(-?[0-9]{4})?");

  /** The areas of 20,000 people or fewer; the file says where they are from. */
  private final Set<String> restricted = restricted();

  private static Set<String> restricted() {
    try (var in = Zip3.class.getResourceAsStream("zip3-restricted.txt")) {
      if (in == null) {
        throw new IllegalStateException("the restricted ZIP areas are missing from the build");
      }
      return new String(in.readAllBytes(), StandardCharsets.US_ASCII)
          .lines()
          .filter(line -> !line.isBlank() && !line.startsWith("#"))
          .map(line -> line.substring(0, 3))
          .collect(Collectors.toUnmodifiableSet());
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  @Override
  public Set<String> reads() {
    return Set.of("string");
  }

  @Override
  public Optional<String> redact(String value, Beside beside) {
    if (!ZIP.matcher(value).matches()) {
      return Optional.empty();
    }
    String area = value.substring(0, 3);
    return Optional.of(restricted.contains(area) ? "000" : area);
  }
}
