package io.sallyport.proxy.config;

import io.sallyport.policy.AudienceKey;
import io.sallyport.proxy.exchange.IdTable;
import io.sallyport.proxy.kms.NamedKey;

/** The keys that a policy names, as it uses them. */
public final class PolicyKeys {
  private PolicyKeys() {}

  private record Held(NamedKey key, String name, IdTable table) implements AudienceKey {
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
    public boolean keep(String tag, String id) {
      return table != null && table.keep(name, tag, id);
    }

    @Override
    public String kept(String tag) {
      return table == null ? null : table.id(name, tag);
    }

    @Override
    public String toString() {
      return "[key]";
    }
  }

  /** A key of the key service, for a policy: without a table, as offline tools have it. */
  public static AudienceKey of(NamedKey key) {
    return new Held(key, "", null);
  }

  /**
   * The same with a table of the ids that are too long to be sealed.
   *
   * @param name the key's, in the configuration
   */
  static AudienceKey of(NamedKey key, String name, IdTable table) {
    return new Held(key, name, table);
  }
}
