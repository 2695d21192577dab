package io.sallyport.proxy.kms;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.spec.SecretKeySpec;

/**
 * AES-SIV: deterministic authenticated encryption. The JDK has none, and the libraries that have
 * one bring a framework along; it is AES, used twice.
 *
 * <p>Not thread-safe.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc5297">RFC 5297</a>
 * @see <a href="https://www.rfc-editor.org/rfc/rfc4493">RFC 4493, AES-CMAC</a>
 */
final class AesSiv {
  static final int BLOCK = 16;

  private final Cipher authentication;
  private final Cipher encryption;

  /** The subkeys of CMAC for a last block that is full, and for one that is not. */
  private final byte[] full;

  private final byte[] cut;

  /**
   * @param key two AES keys, one behind the other: 32, 48 or 64 bytes
   */
  AesSiv(byte[] key) {
    int half = key.length / 2;
    authentication = aes(Arrays.copyOf(key, half));
    encryption = aes(Arrays.copyOfRange(key, half, key.length));
    full = doubled(block(authentication, new byte[BLOCK]));
    cut = doubled(full);
  }

  private static Cipher aes(byte[] key) {
    try {
      Cipher cipher = Cipher.getInstance("AES/ECB/NoPadding"); // block by block: the mode is ours
      cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "AES"));
      return cipher;
    } catch (GeneralSecurityException wrong) {
      throw new IllegalStateException("every JDK has AES", wrong);
    }
  }

  /** The synthetic IV, then the ciphertext. */
  byte[] seal(byte[] plain, byte[]... associated) {
    byte[] sealed = Arrays.copyOf(iv(plain, associated), BLOCK + plain.length);
    counter(sealed, plain, 0, sealed, BLOCK, plain.length);
    return sealed;
  }

  /** What was sealed; null when this key did not seal it with the same associated data. */
  byte[] open(byte[] sealed, byte[]... associated) {
    if (sealed.length < BLOCK) {
      return null;
    }
    byte[] plain = new byte[sealed.length - BLOCK];
    counter(sealed, sealed, BLOCK, plain, 0, plain.length);
    boolean ours = MessageDigest.isEqual(Arrays.copyOf(sealed, BLOCK), iv(plain, associated));
    return ours ? plain : null;
  }

  /** S2V, section 2.4: one MAC of several texts. */
  private byte[] iv(byte[] plain, byte[][] associated) {
    byte[] d = cmac(new byte[BLOCK]);
    for (byte[] text : associated) {
      d = doubled(d);
      xor(cmac(text), d, 0);
    }
    byte[] last;
    if (plain.length >= BLOCK) {
      last = plain.clone();
      xor(d, last, plain.length - BLOCK);
    } else {
      last = Arrays.copyOf(plain, BLOCK);
      last[plain.length] = (byte) 0x80;
      xor(doubled(d), last, 0);
    }
    return cmac(last);
  }

  private byte[] cmac(byte[] text) {
    byte[] state = new byte[BLOCK];
    int at = 0;
    while (text.length - at > BLOCK) {
      for (int i = 0; i < BLOCK; i++) {
        state[i] ^= text[at + i];
      }
      state = block(authentication, state);
      at += BLOCK;
    }
    int rest = text.length - at;
    for (int i = 0; i < rest; i++) {
      state[i] ^= text[at + i];
    }
    if (rest < BLOCK) {
      state[rest] ^= (byte) 0x80;
    }
    xor(rest == BLOCK ? full : cut, state, 0);
    return block(authentication, state);
  }

  /** Counter mode from the IV, two bits of which are cleared so that 32 bits count: section 2.5. */
  private void counter(byte[] iv, byte[] from, int at, byte[] to, int into, int length) {
    byte[] counter = Arrays.copyOf(iv, BLOCK);
    counter[8] &= 0x7f;
    counter[12] &= 0x7f;
    for (int done = 0; done < length; done += BLOCK) {
      byte[] stream = block(encryption, counter);
      for (int i = 0; i < BLOCK && done + i < length; i++) {
        to[into + done + i] = (byte) (from[at + done + i] ^ stream[i]);
      }
      for (int i = BLOCK - 1; ++counter[i] == 0; i--) {}
    }
  }

  private static byte[] block(Cipher aes, byte[] in) {
    try {
      byte[] out = new byte[BLOCK];
      aes.update(in, 0, BLOCK, out, 0);
      return out;
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException("a block is a block", impossible);
    }
  }

  /** Multiplication by x in the field of CMAC. */
  private static byte[] doubled(byte[] block) {
    byte[] twice = new byte[BLOCK];
    for (int i = 0; i < BLOCK; i++) {
      int next = i + 1 < BLOCK ? (block[i + 1] & 0xff) >>> 7 : 0;
      twice[i] = (byte) (block[i] << 1 | next);
    }
    twice[BLOCK - 1] ^= (byte) (-(block[0] >>> 7 & 1) & 0x87);
    return twice;
  }

  private static void xor(byte[] what, byte[] into, int at) {
    for (int i = 0; i < BLOCK; i++) {
      into[at + i] ^= what[i];
    }
  }
}
