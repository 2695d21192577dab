package io.sallyport.proxy.journal;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.sallyport.proxy.kms.Kms;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

/**
 * The AES-256 key of one retention class in one roll file of one process start. {@link KeyOpening}
 * holds it wrapped.
 *
 * <p>GCM does not commit to its key: without the commitment in the log, someone could later present
 * another key under which old frames say something else.
 */
final class DataKey {
  private static final int BYTES = 32;

  private final byte[] salt;
  private final SecretKey key;

  private DataKey(byte[] salt, byte[] raw) {
    this.salt = salt;
    key = new SecretKeySpec(raw, "AES");
  }

  /**
   * Where a key belongs: what is bound to its wrapped form, so that it opens nowhere else.
   *
   * @param run process start
   * @param number of the roll file in it, from 0
   * @param epochKey the public key that its opening announces
   */
  record Place(
      String origin, int run, int number, RetentionClass retention, byte[] epochKey, String kek) {
    private byte[] names(byte[] salt) {
      var lines =
          String.join(
              "\n",
              "sallyport journal key",
              origin,
              Integer.toString(run),
              Integer.toString(number),
              retention.word(),
              kek,
              "");
      var text = lines.getBytes(UTF_8);
      return ByteBuffer.allocate(text.length + salt.length + epochKey.length)
          .put(text)
          .put(salt)
          .put(epochKey)
          .array();
    }
  }

  /** A key, and as the key service wrapped it. */
  record Fresh(DataKey key, KeyOpening.Wrapped wrapped) {}

  /**
   * A new key, wrapped.
   *
   * @throws io.sallyport.proxy.kms.KmsException when the key service cannot
   */
  static Fresh fresh(Kms kms, SecureRandom random, Place place) {
    var raw = new byte[BYTES];
    var salt = new byte[KeyOpening.SALT];
    random.nextBytes(raw);
    random.nextBytes(salt);
    var names = place.names(salt);
    var wrapped =
        new KeyOpening.Wrapped(
            salt, commitment(raw, names), place.kek(), kms.wrap(place.kek(), raw, names));
    var key = new DataKey(salt, raw);
    Arrays.fill(raw, (byte) 0);
    return new Fresh(key, wrapped);
  }

  /**
   * Opens a wrapped key.
   *
   * @throws io.sallyport.proxy.kms.KmsException when the key service cannot unwrap it
   * @throws Frame.Malformed when the key is not the one committed to
   */
  static DataKey open(Kms kms, Place place, KeyOpening.Wrapped wrapped) throws Frame.Malformed {
    var names = place.names(wrapped.salt());
    var raw = kms.unwrap(place.kek(), wrapped.wrapped(), names);
    if (!MessageDigest.isEqual(wrapped.commitment(), commitment(raw, names))) {
      throw new Frame.Malformed("not the data key that was committed to");
    }
    var key = new DataKey(wrapped.salt(), raw);
    Arrays.fill(raw, (byte) 0);
    return key;
  }

  private static byte[] commitment(byte[] raw, byte[] names) {
    try {
      var mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(raw, "HmacSHA256"));
      return mac.doFinal(names);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has HmacSHA256", e);
    }
  }

  SecretKey key() {
    return key;
  }

  byte[] salt() {
    return salt;
  }

  @Override
  public String toString() {
    return "[key]";
  }
}
