package io.sallyport.proxy.kms;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * A key that a policy names, by what it does. Made of a secret text by HMAC-SHA-256, extracted and
 * expanded (NIST SP 800-56C, two steps): one key for each use, so that what one use shows tells
 * nothing of another.
 *
 * <p>Safe for use from several threads: each has its own ciphers, which it keeps.
 */
public final class NamedKey {
  /** What a secret needs at least: 32 characters, as 32 random bytes in hex or Base64 have. */
  public static final int SECRET_CHARS_MIN = 32;

  private static final byte[] SALT = bytes("sallyport named key");
  private static final String MAC = "HmacSHA256";

  private final ThreadLocal<AesSiv> siv;
  private final ThreadLocal<Mac> mac;

  private NamedKey(byte[] secret) {
    byte[] root = hmac(SALT).doFinal(secret);
    byte[] first = derived(root, "aes-siv", 1);
    byte[] both = Arrays.copyOf(first, 64);
    System.arraycopy(derived(root, "aes-siv", 2), 0, both, 32, 32);
    byte[] tagging = derived(root, "mac", 1);
    siv = ThreadLocal.withInitial(() -> new AesSiv(both));
    mac = ThreadLocal.withInitial(() -> hmac(tagging));
    Arrays.fill(root, (byte) 0);
  }

  /**
   * The key of a secret.
   *
   * @throws KmsException when the secret is too short to be one
   */
  public static NamedKey of(char[] secret) {
    if (secret.length < SECRET_CHARS_MIN) {
      throw new KmsException(
          "a key needs a secret of at least 32 random characters: openssl rand -hex 32", null);
    }
    ByteBuffer encoded = StandardCharsets.UTF_8.encode(CharBuffer.wrap(secret));
    byte[] bytes = new byte[encoded.remaining()];
    encoded.get(bytes);
    try {
      return new NamedKey(bytes);
    } finally {
      Arrays.fill(bytes, (byte) 0);
      Arrays.fill(encoded.array(), (byte) 0);
    }
  }

  /** A key that nobody has and that is gone with the process. */
  public static NamedKey random() {
    byte[] bytes = new byte[32];
    new SecureRandom().nextBytes(bytes);
    return new NamedKey(bytes);
  }

  /** Encrypts deterministically: 16 bytes more than {@code plain}. */
  public byte[] seal(byte[] plain, byte[] context) {
    return siv.get().seal(plain, context);
  }

  /** What {@link #seal} made of; null when this key did not, or not for this context. */
  public byte[] open(byte[] sealed, byte[] context) {
    return siv.get().open(sealed, context);
  }

  /** HMAC-SHA-256, 32 bytes. */
  public byte[] mac(byte[] text) {
    return mac.get().doFinal(text);
  }

  /** One block of the expansion in counter mode (NIST SP 800-108). */
  private static byte[] derived(byte[] root, String use, int number) {
    return hmac(root).doFinal(bytes(use + "\n" + number));
  }

  private static Mac hmac(byte[] key) {
    try {
      Mac mac = Mac.getInstance(MAC);
      mac.init(new SecretKeySpec(key, MAC));
      return mac;
    } catch (GeneralSecurityException missing) {
      throw new IllegalStateException("every JDK has HMAC-SHA-256", missing);
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  @Override
  public String toString() {
    return "[key]";
  }
}
