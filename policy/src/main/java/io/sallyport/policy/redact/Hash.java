package io.sallyport.policy.redact;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;

/**
 * Shows the SHA-256 of a text, 64 hex digits: equal texts stay equal. It hides no guessable one.
 */
final class Hash implements RedactionMethod {
  @Override
  public Set<String> reads() {
    return Replace.TEXTS;
  }

  @Override
  public Optional<String> redact(String value, String unit) {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      return Optional.of(
          HexFormat.of().formatHex(sha.digest(value.getBytes(StandardCharsets.UTF_8))));
    } catch (NoSuchAlgorithmException missing) {
      throw new IllegalStateException(missing); // every Java has it
    }
  }
}
