package io.sallyport.proxy.state;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.sallyport.proxy.kms.Kms;
import io.sallyport.proxy.kms.KmsException;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * The form of a snapshot: a head in clear, then everything else encrypted by AES-256-GCM, with the
 * head as additional data.
 *
 * <pre>
 * sallyport state 1
 * auditlog.local/6f1c…
 * 4711               the last record that is in it
 * base64(data key, wrapped under the key "state")
 * base64(nonce)
 * </pre>
 *
 * <p>A data key lives as long as the process, and is wrapped once: a key service that is away keeps
 * nothing from being written. Its nonces are random, one a snapshot (SP 800-38D section 8.2.2). One
 * thread.
 */
final class SnapshotFile {
  private static final String TITLE = "sallyport state 1";
  private static final String KEK = "state";
  private static final int NONCE = 12;
  private static final int TAG_BITS = 128;
  private static final int HEAD_MAX = 4096;

  private final Kms kms;
  private final String origin;
  private final SecureRandom random = new SecureRandom();
  private final byte[] wrapped;
  private final SecretKeySpec key;

  /** What a file holds: everything up to a record. */
  record Opened(long seq, byte[] plain) {
    @Override
    public String toString() {
      return "[phi]";
    }
  }

  /**
   * @param origin the journal's name: a snapshot of another is not opened
   * @throws KmsException when the key service cannot make or wrap a key
   */
  SnapshotFile(Kms kms, String origin) {
    this.kms = kms;
    this.origin = origin;
    var raw = new byte[32];
    random.nextBytes(raw);
    kms.ensure(KEK);
    wrapped = kms.wrap(KEK, raw, aad());
    key = new SecretKeySpec(raw, "AES");
    Arrays.fill(raw, (byte) 0);
  }

  private byte[] aad() {
    return ("sallyport state key\n" + origin).getBytes(US_ASCII);
  }

  byte[] seal(long seq, byte[] plain) {
    var nonce = new byte[NONCE];
    random.nextBytes(nonce);
    var base64 = Base64.getEncoder();
    var head =
        String.join(
                "\n",
                TITLE,
                origin,
                Long.toString(seq),
                base64.encodeToString(wrapped),
                base64.encodeToString(nonce),
                "")
            .getBytes(US_ASCII);
    try {
      var sealed = cipher(Cipher.ENCRYPT_MODE, key, nonce, head).doFinal(plain);
      var file = Arrays.copyOf(head, head.length + sealed.length);
      System.arraycopy(sealed, 0, file, head.length, sealed.length);
      return file;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has AES/GCM", e);
    }
  }

  /**
   * Opens the bytes of a file.
   *
   * @throws IOException when they are not a whole snapshot of this journal: the reason says how
   */
  Opened open(byte[] file) throws IOException {
    int end = 0;
    for (int line = 0; line < 5; end++) {
      if (end == file.length || end == HEAD_MAX) {
        throw new IOException("it has no head");
      }
      line += file[end] == '\n' ? 1 : 0;
    }
    var head = Arrays.copyOf(file, end);
    var lines = new String(head, US_ASCII).split("\n", -1);
    if (!lines[0].equals(TITLE)) {
      throw new IOException("it is of another version");
    }
    if (!lines[1].equals(origin)) {
      throw new IOException("it is of another journal");
    }
    try {
      long seq = Long.parseLong(lines[2]);
      var raw = kms.unwrap(KEK, Base64.getDecoder().decode(lines[3]), aad());
      var nonce = Base64.getDecoder().decode(lines[4]);
      var cipher = cipher(Cipher.DECRYPT_MODE, new SecretKeySpec(raw, "AES"), nonce, head);
      Arrays.fill(raw, (byte) 0);
      return new Opened(seq, cipher.doFinal(file, end, file.length - end));
    } catch (IllegalArgumentException | GeneralSecurityException | KmsException e) {
      throw new IOException("it was changed, or its key is gone", e);
    }
  }

  private static Cipher cipher(int mode, SecretKeySpec key, byte[] nonce, byte[] head)
      throws GeneralSecurityException {
    var cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
    cipher.updateAAD(head);
    return cipher;
  }
}
