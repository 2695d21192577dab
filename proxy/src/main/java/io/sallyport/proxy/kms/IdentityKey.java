package io.sallyport.proxy.kms;

/**
 * The public half of what signs for an appliance.
 *
 * @param algorithm how it signs
 * @param key the public key, encoded as the algorithm says
 */
public record IdentityKey(Algorithm algorithm, byte[] key) {
  /** How an identity signs. */
  public enum Algorithm {
    /** RFC 8032: key of 32 bytes, signature of 64. */
    ED25519,
    /**
     * ECDSA on P-256 with SHA-256: key as DER SubjectPublicKeyInfo, signature as DER (RFC 3279).
     * What PKCS#11 tokens offer through the JDK, which knows no Ed25519 there.
     */
    ECDSA_P256
  }

  public IdentityKey {
    key = key.clone();
  }

  @Override
  public byte[] key() {
    return key.clone();
  }
}
