package io.sallyport.policy;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * A key that does what the real one does by other means, for tests of what is made of it: the
 * synthetic IV is an HMAC here.
 */
public final class TestKey implements AudienceKey {
  private static final int IV = 16;

  private final byte[] secret;

  private TestKey(byte[] secret) {
    this.secret = secret;
  }

  /** The key of a name: the same each time. */
  public static TestKey of(String name) {
    return new TestKey(("a test's key " + name).getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public byte[] seal(byte[] plain, byte[] context) {
    byte[] sealed = Arrays.copyOf(iv(plain, context), IV + plain.length);
    System.arraycopy(crypt(sealed, plain), 0, sealed, IV, plain.length);
    return sealed;
  }

  @Override
  public byte[] open(byte[] sealed, byte[] context) {
    if (sealed.length < IV) {
      return null;
    }
    byte[] plain = crypt(sealed, Arrays.copyOfRange(sealed, IV, sealed.length));
    byte[] iv = Arrays.copyOf(sealed, IV);
    return MessageDigest.isEqual(iv, iv(plain, context)) ? plain : null;
  }

  private byte[] iv(byte[] plain, byte[] context) {
    byte[] text = Arrays.copyOf(context, context.length + 1 + plain.length);
    System.arraycopy(plain, 0, text, context.length + 1, plain.length);
    return Arrays.copyOf(mac(text), IV);
  }

  private byte[] crypt(byte[] iv, byte[] text) {
    try {
      byte[] key = MessageDigest.getInstance("SHA-256").digest(secret);
      Cipher cipher = Cipher.getInstance("AES/CTR/NoPadding");
      cipher.init(
          Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "AES"), new IvParameterSpec(iv, 0, IV));
      return cipher.doFinal(text);
    } catch (GeneralSecurityException missing) {
      throw new IllegalStateException(missing);
    }
  }

  @Override
  public byte[] mac(byte[] text) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(secret, "HmacSHA256"));
      return mac.doFinal(text);
    } catch (GeneralSecurityException missing) {
      throw new IllegalStateException(missing);
    }
  }
}
