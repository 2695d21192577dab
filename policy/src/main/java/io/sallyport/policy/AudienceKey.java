package io.sallyport.policy;

/**
 * A key of one audience, known by what it does: its bytes stay where keys are kept. The same key
 * makes the same of the same, today and after a restart, so that whoever is given pseudonyms may
 * keep them. Safe for use from several threads.
 */
public interface AudienceKey {
  /**
   * Encrypts deterministically, so that nobody without the key can make or read the result: AES-SIV
   * (RFC 5297).
   *
   * @param context bound to the result: {@link #open} needs the same
   * @return the 16 bytes of the synthetic IV, then as many as {@code plain} has
   */
  byte[] seal(byte[] plain, byte[] context);

  /** Opens what {@link #seal} made; null when it did not make it for this context. */
  byte[] open(byte[] sealed, byte[] context);

  /** A pseudo-random function of a text: HMAC-SHA-256, 32 bytes. */
  byte[] mac(byte[] text);

  /**
   * Keeps an id under a tag that {@link #mac} made, for as long as the audience exists: for an id
   * too long to be sealed. Where there is no table of them, none is kept.
   *
   * @return whether {@link #kept} finds it from now on; false where it cannot be kept
   */
  default boolean keep(String tag, String id) {
    return false;
  }

  /** The id that was kept under a tag; null when none was. */
  default String kept(String tag) {
    return null;
  }
}
