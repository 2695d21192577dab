package io.sallyport.proxy.config;

import io.sallyport.policy.AudienceKey;
import io.sallyport.proxy.kms.NamedKey;

/** The keys that a policy names, as it uses them. */
public final class PolicyKeys {
  private PolicyKeys() {}

  private record Held(NamedKey key) implements AudienceKey {
    @Override
    public byte[] seal(byte[] plain, byte[] context) {
      return key.seal(plain, context);
    }

    @Override
    public byte[] open(byte[] sealed, byte[] context) {
      return key.open(sealed, context);
    }

    @Override
    public byte[] mac(byte[] text) {
      return key.mac(text);
    }

    @Override
    public String toString() {
      return "[key]";
    }
  }

  /** A key of the key service, for a policy. */
  public static AudienceKey of(NamedKey key) {
    return new Held(key);
  }
}
