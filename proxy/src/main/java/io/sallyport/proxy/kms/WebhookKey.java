package io.sallyport.proxy.kms;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The symmetric key of a webhook, by what it does: {@code whsec_} and the Base64 of 24 to 64 bytes.
 * Any thread.
 *
 * @see <a href="https://www.standardwebhooks.com">Standard Webhooks</a>
 */
public final class WebhookKey {
  private static final String PREFIX = "whsec_";
  private static final String MAC = "HmacSHA256";

  private final SecretKeySpec key;

  private WebhookKey(byte[] bytes) {
    key = new SecretKeySpec(bytes, MAC);
  }

  /**
   * The key of a secret.
   *
   * @throws KmsException when it is written otherwise, or too short to be one
   */
  public static WebhookKey of(char[] secret) {
    ByteBuffer text = StandardCharsets.UTF_8.encode(CharBuffer.wrap(secret));
    byte[] ascii = new byte[text.remaining()];
    text.get(ascii);
    byte[] bytes = {};
    try {
      boolean prefixed =
          ascii.length > PREFIX.length()
              && Arrays.equals(
                  ascii,
                  0,
                  PREFIX.length(),
                  PREFIX.getBytes(StandardCharsets.US_ASCII),
                  0,
                  PREFIX.length());
      if (prefixed) {
        bytes =
            Base64.getDecoder().decode(Arrays.copyOfRange(ascii, PREFIX.length(), ascii.length));
      }
      if (bytes.length < 24 || bytes.length > 64) {
        throw new KmsException(
            "a webhook's key is whsec_ and the Base64 of 24 to 64 random bytes: openssl rand"
                + " -base64 32",
            null);
      }
      return new WebhookKey(bytes);
    } catch (IllegalArgumentException none) {
      throw new KmsException("a webhook's key is whsec_ and Base64", null);
    } finally {
      Arrays.fill(ascii, (byte) 0);
      Arrays.fill(bytes, (byte) 0);
      Arrays.fill(text.array(), (byte) 0);
    }
  }

  /** HMAC-SHA-256 of bytes. */
  public byte[] sign(byte[] bytes) {
    try {
      Mac mac = Mac.getInstance(MAC);
      mac.init(key);
      return mac.doFinal(bytes);
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException("every JDK has " + MAC, impossible);
    }
  }

  @Override
  public String toString() {
    return "[key]";
  }
}
