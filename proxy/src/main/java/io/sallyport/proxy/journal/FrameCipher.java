package io.sallyport.proxy.journal;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;

/**
 * AES-256-GCM over a frame's body in place of its header as additional data. One Cipher, used again
 * for every frame: a new one each time costs four to six times as much. One thread.
 */
final class FrameCipher {
  private static final int NONCE = 12;

  private final Cipher cipher;
  private final ByteBuffer nonce = ByteBuffer.allocate(NONCE);

  FrameCipher() {
    try {
      cipher = Cipher.getInstance("AES/GCM/NoPadding");
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has AES/GCM", e);
    }
  }

  /** Encrypts {@code plain[from, from+length)} behind the header that {@code frame} begins with. */
  void seal(DataKey key, long seq, byte[] plain, int from, int length, byte[] frame)
      throws GeneralSecurityException {
    cipher.init(Cipher.ENCRYPT_MODE, key.key(), nonce(key, seq));
    cipher.updateAAD(frame, 0, Frame.HEADER);
    cipher.doFinal(plain, from, length, frame, Frame.HEADER);
  }

  /** The body of the frame {@code frame[from, to)}; a malformed frame when the tag is not its. */
  byte[] open(DataKey key, long seq, byte[] frame, int from, int to)
      throws GeneralSecurityException, Frame.Malformed {
    cipher.init(Cipher.DECRYPT_MODE, key.key(), nonce(key, seq));
    cipher.updateAAD(frame, from, Frame.HEADER);
    try {
      int body = from + Frame.HEADER;
      return cipher.doFinal(frame, body, to - body);
    } catch (AEADBadTagException e) {
      throw new Frame.Malformed("changed since it was written");
    }
  }

  private GCMParameterSpec nonce(DataKey key, long seq) {
    nonce.clear().put(key.salt()).putLong(seq);
    return new GCMParameterSpec(Frame.TAG * 8, nonce.array());
  }
}
