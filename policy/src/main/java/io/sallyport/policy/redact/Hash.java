package io.sallyport.policy.redact;

import io.sallyport.policy.AudienceKey;
import io.sallyport.policy.RoleRules.Change;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;

/**
 * Shows the HMAC-SHA-256 of a text, 64 hex digits: equal texts stay equal, and who does not have
 * the key cannot try out what they were.
 */
final class Hash implements RedactionMethod {
  private final AudienceKey key;

  private Hash(AudienceKey key) {
    this.key = key;
  }

  /** Empty when it does not say with which key. */
  static Optional<RedactionMethod> with(Change change) {
    return change.named().keySet().equals(Set.of("key"))
        ? Optional.of(new Hash(change.key()))
        : Optional.empty();
  }

  @Override
  public Set<String> reads() {
    return Replace.TEXTS;
  }

  @Override
  public boolean pseudonymous() {
    return true;
  }

  @Override
  public Optional<String> redact(String value, Beside beside) {
    byte[] text = ("hash\n" + value).getBytes(StandardCharsets.UTF_8);
    return Optional.of(HexFormat.of().formatHex(key.mac(text)));
  }
}
