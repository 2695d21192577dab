package io.sallyport.proxy.kms;

/**
 * The key service: it hands out operations, never key bytes. One class for each provider; the
 * scheme of the key URI chooses it.
 */
public interface Kms {
  /**
   * Wraps a data key under the key-encryption key.
   *
   * @param aad bound to the result: unwrapping needs the same
   */
  byte[] wrap(byte[] dataKey, byte[] aad);

  /** Opens what {@link #wrap} made. */
  byte[] unwrap(byte[] wrapped, byte[] aad);

  /** Signs with the appliance's identity key: Ed25519, 64 bytes. */
  byte[] sign(byte[] message);

  /** The identity's public key: Ed25519, 32 bytes. */
  byte[] publicKey();

  /** Names the key-encryption key in records; not secret. */
  String keyId();
}
