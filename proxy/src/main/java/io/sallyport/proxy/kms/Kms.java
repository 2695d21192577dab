package io.sallyport.proxy.kms;

import java.nio.file.Path;

/**
 * The key service: it hands out operations, never key bytes. One class for each provider; the
 * scheme of the key URI chooses it. Safe for use from several threads.
 */
public interface Kms {
  /**
   * Wraps a data key under the key-encryption key.
   *
   * @param aad bound to the result: unwrapping needs the same
   * @throws KmsException when the service cannot
   */
  byte[] wrap(byte[] dataKey, byte[] aad);

  /**
   * Opens what {@link #wrap} made.
   *
   * @throws KmsException when the key, the additional data or the bytes are not those of the wrap
   */
  byte[] unwrap(byte[] wrapped, byte[] aad);

  /** Signs with the appliance's identity key: Ed25519, 64 bytes. */
  byte[] sign(byte[] message);

  /** The identity's public key: Ed25519, 32 bytes. */
  byte[] publicKey();

  /** Names the key-encryption key in records; not secret. */
  String keyId();

  /**
   * Opens the key service a URI names.
   *
   * @param uri {@code pkcs12:<file>}; a relative file is under {@code baseDir}
   * @param secret what opens it; the caller may clear it afterwards
   * @throws KmsException for an unknown scheme, a missing or unreadable store, a wrong secret
   */
  static Kms open(String uri, Path baseDir, char[] secret) {
    int colon = uri.indexOf(':');
    var scheme = colon < 0 ? "" : uri.substring(0, colon);
    return switch (scheme) {
      case "pkcs12" -> Pkcs12Kms.open(baseDir.resolve(uri.substring(colon + 1)), secret);
      default ->
          throw new KmsException(
              "unknown key service '" + uri + "': write pkcs12:FILE (others are not built)", null);
    };
  }
}
