package io.sallyport.proxy.kms;

import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.Provider;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;

/**
 * Wraps data keys with AES-GCM: a random nonce of 12 bytes, the ciphertext, the tag. The key may
 * live in a token. PKCS#11's own key wraps are not used: through the JDK {@code AES/KW} and {@code
 * AES/KWP} do not exist, and CBC cannot bind additional data.
 */
final class Gcm {
  private static final int NONCE = 12;
  private static final int TAG_BITS = 128;

  private final Provider provider;
  private final SecureRandom random = new SecureRandom();

  /**
   * @param provider where the keys live, null for any
   */
  Gcm(Provider provider) {
    this.provider = provider;
  }

  byte[] wrap(Key kek, byte[] dataKey, byte[] aad) {
    try {
      var nonce = new byte[NONCE];
      random.nextBytes(nonce);
      var cipher = cipher(Cipher.ENCRYPT_MODE, kek, nonce);
      cipher.updateAAD(aad);
      var sealed = cipher.doFinal(dataKey);
      var wrapped = Arrays.copyOf(nonce, NONCE + sealed.length);
      System.arraycopy(sealed, 0, wrapped, NONCE, sealed.length);
      return wrapped;
    } catch (GeneralSecurityException | RuntimeException e) { // ProviderException of a token
      throw new KmsException("cannot wrap a data key", e);
    }
  }

  byte[] unwrap(Key kek, byte[] wrapped, byte[] aad, String name) {
    if (wrapped.length < NONCE) {
      throw new KmsException("a wrapped data key is too short", null);
    }
    try {
      var cipher = cipher(Cipher.DECRYPT_MODE, kek, Arrays.copyOf(wrapped, NONCE));
      cipher.updateAAD(aad);
      return cipher.doFinal(wrapped, NONCE, wrapped.length - NONCE);
    } catch (GeneralSecurityException | RuntimeException e) {
      throw new KmsException("cannot unwrap a data key: not wrapped by " + name + " for this", e);
    }
  }

  private Cipher cipher(int mode, Key kek, byte[] nonce) throws GeneralSecurityException {
    var cipher =
        provider == null
            ? Cipher.getInstance("AES/GCM/NoPadding")
            : Cipher.getInstance("AES/GCM/NoPadding", provider);
    cipher.init(mode, kek, new GCMParameterSpec(TAG_BITS, nonce));
    return cipher;
  }
}
