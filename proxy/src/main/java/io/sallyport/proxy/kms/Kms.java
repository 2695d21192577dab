package io.sallyport.proxy.kms;

import java.nio.file.Path;
import java.util.List;

/**
 * The key service: it hands out operations, never key bytes. One class for each provider; the
 * scheme of the key URI chooses it. Safe for use from several threads. Everything but {@link
 * #identity} may wait for a network or a token: never on an event loop.
 *
 * <p>It holds one <em>identity</em>, which signs, and any number of <em>key-encryption keys</em>,
 * each under a name ({@code [a-z0-9-]{1,64}}): what was wrapped under one of them is gone for ever
 * when that one is destroyed (cryptographic erase, NIST SP 800-88).
 */
public interface Kms extends AutoCloseable {
  /** Where a key-encryption key stands. */
  enum Standing {
    /** It wraps and unwraps. */
    USABLE,
    /**
     * Nobody can use it any more, but the service will keep it for a while and may give it back.
     */
    SCHEDULED,
    /** There is no such key: never made, or destroyed. */
    ABSENT
  }

  /**
   * Makes a key-encryption key (AES-256) unless it is there.
   *
   * @throws KmsException when the service cannot
   */
  void ensure(String key);

  /**
   * Wraps a data key under a key-encryption key.
   *
   * @param aad bound to the result: unwrapping needs the same
   * @throws KmsException when there is no such key, or the service cannot
   */
  byte[] wrap(String key, byte[] dataKey, byte[] aad);

  /**
   * Opens what {@link #wrap} made.
   *
   * @throws KmsException when the key, the additional data or the bytes are not those of the wrap
   */
  byte[] unwrap(String key, byte[] wrapped, byte[] aad);

  /** Where a key-encryption key stands now, asked anew. */
  Standing standing(String key);

  /** The key-encryption keys there are, sorted. */
  List<String> keys();

  /**
   * Destroys a key-encryption key, or begins to.
   *
   * @return what the service says of it afterwards: it may keep the key for days
   * @throws KmsException when there is no such key, or the service refuses
   */
  Standing destroy(String key);

  /** Signs with the identity, as {@link IdentityKey.Algorithm} says. */
  byte[] sign(byte[] message);

  /** Whose signatures these are; known since the service was opened. */
  IdentityKey identity();

  /** Names the service in records and errors; not secret. */
  String name();

  /** Forgets what opens the service. */
  @Override
  default void close() {}

  /**
   * Opens the key service a URI names.
   *
   * @param uri {@code pkcs12:FILE}, {@code pkcs11:FILE} with a configuration of the JDK's SunPKCS11
   *     provider, or {@code vault:https://HOST:PORT/v1/MOUNT/NAME[?ca=FILE]} of a Transit engine
   *     (Vault, OpenBao), whose keys begin with NAME; or what a {@link KmsProvider} that is
   *     installed beside us knows. A relative file is under {@code baseDir}
   * @param secret what opens it: the store's password, the token's PIN, the Vault token; the caller
   *     may clear it afterwards
   * @throws KmsException for an unknown scheme, a service that is not there, a wrong secret
   */
  static Kms open(String uri, Path baseDir, char[] secret) {
    int colon = uri.indexOf(':');
    var scheme = colon < 0 ? "" : uri.substring(0, colon);
    var rest = uri.substring(colon + 1);
    return switch (scheme) {
      case "pkcs12" -> Pkcs12Kms.open(baseDir.resolve(rest), secret);
      case "pkcs11" -> Pkcs11Kms.open(baseDir.resolve(rest), secret);
      case "vault" -> TransitKms.open(rest, baseDir, secret);
      default -> KmsProvider.of(uri, scheme).open(rest, baseDir, secret);
    };
  }

  /**
   * Makes what {@link #open} wants to find: the store, or the identity in a service that is there.
   * Never overwrites: losing the keys loses the journal.
   *
   * @throws KmsException when there is one already, or it cannot be made
   */
  static void create(String uri, Path baseDir, char[] secret) {
    int colon = uri.indexOf(':');
    var rest = uri.substring(colon + 1);
    var scheme = colon < 0 ? "" : uri.substring(0, colon);
    switch (scheme) {
      case "pkcs12" -> KeyStores.create(baseDir.resolve(rest), secret);
      case "pkcs11" -> Pkcs11Kms.create(baseDir.resolve(rest), secret);
      case "vault" -> TransitKms.create(rest, baseDir, secret);
      default -> KmsProvider.of(uri, scheme).create(rest, baseDir, secret);
    }
  }
}
