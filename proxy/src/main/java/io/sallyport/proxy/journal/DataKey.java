package io.sallyport.proxy.journal;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.sallyport.proxy.kms.Kms;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

/**
 * The AES-256 key of one roll file of one process start, and its {@link FrameType#KEY_OPEN} body:
 *
 * <pre>
 *  0   1  version 2
 *  1   4  salt: the first bytes of every nonce
 *  5  32  commitment: HMAC-SHA256(key, names)
 * 37  32  public key (Ed25519) that signs the checkpoints of the epoch this frame opens
 * 69   2  length, then the name of the key-encryption key (UTF-8)
 *  …   2  length, then the wrapped key; additional data of the wrap: names
 * </pre>
 *
 * <p>GCM does not commit to its key: without the commitment in the log, someone could later present
 * another key under which old frames say something else.
 */
final class DataKey {
  private static final int VERSION = 2;
  private static final int BYTES = 32;
  static final int SALT = 4;
  private static final int COMMITMENT = 32;
  private static final int EPOCH_KEY = 32;

  final int number;
  private final byte[] salt;
  private final SecretKey key;
  private final byte[] opening;

  private DataKey(int number, byte[] salt, SecretKey key, byte[] opening) {
    this.number = number;
    this.salt = salt;
    this.key = key;
    this.opening = opening;
  }

  /**
   * A new key, wrapped.
   *
   * @param kek the name of the key-encryption key it is wrapped under
   * @param epochKey the public key that its opening announces
   */
  static DataKey fresh(
      Kms kms,
      SecureRandom random,
      String origin,
      int run,
      int number,
      String kek,
      byte[] epochKey) {
    var raw = new byte[BYTES];
    var salt = new byte[SALT];
    random.nextBytes(raw);
    random.nextBytes(salt);
    var kekName = kek.getBytes(UTF_8);
    var names = names(origin, run, number, salt, epochKey, kekName);
    var wrapped = kms.wrap(kek, raw, names);
    var opening =
        ByteBuffer.allocate(
                1 + SALT + COMMITMENT + EPOCH_KEY + 2 + kekName.length + 2 + wrapped.length)
            .put((byte) VERSION)
            .put(salt)
            .put(commitment(raw, names))
            .put(epochKey)
            .putShort((short) kekName.length)
            .put(kekName)
            .putShort((short) wrapped.length)
            .put(wrapped);
    var key = new DataKey(number, salt, new SecretKeySpec(raw, "AES"), opening.array());
    Arrays.fill(raw, (byte) 0);
    return key;
  }

  /**
   * Opens the key of a {@link FrameType#KEY_OPEN} frame.
   *
   * @throws io.sallyport.proxy.kms.KmsException when the key service cannot unwrap it
   * @throws Frame.Malformed when the body is not one, or the key is not the one committed to
   */
  static DataKey open(Kms kms, String origin, int run, int number, byte[] body)
      throws Frame.Malformed {
    var in = ByteBuffer.wrap(body);
    try {
      if (in.get() != VERSION) {
        throw new Frame.Malformed("key version " + body[0]);
      }
      var salt = take(in, SALT);
      var commitment = take(in, COMMITMENT);
      var epochKey = take(in, EPOCH_KEY);
      var kekName = take(in, in.getShort());
      var wrapped = take(in, in.getShort());
      var names = names(origin, run, number, salt, epochKey, kekName);
      var raw = kms.unwrap(new String(kekName, UTF_8), wrapped, names);
      if (in.hasRemaining() || !MessageDigest.isEqual(commitment, commitment(raw, names))) {
        throw new Frame.Malformed("not the data key that was committed to");
      }
      var key = new DataKey(number, salt, new SecretKeySpec(raw, "AES"), body);
      Arrays.fill(raw, (byte) 0);
      return key;
    } catch (BufferUnderflowException | NegativeArraySizeException e) {
      throw new Frame.Malformed("a key record that ends early");
    }
  }

  /** The name of the key-encryption key in a {@link FrameType#KEY_OPEN} body. */
  static String wrappedBy(byte[] body) throws Frame.Malformed {
    var in = ByteBuffer.wrap(body);
    try {
      in.position(1 + SALT + COMMITMENT + EPOCH_KEY);
      return new String(take(in, in.getShort()), UTF_8);
    } catch (BufferUnderflowException | IllegalArgumentException | NegativeArraySizeException e) {
      throw new Frame.Malformed("a key record that ends early");
    }
  }

  /** The epoch's public key in a {@link FrameType#KEY_OPEN} body of the log of this name. */
  static LogKey epochKey(String origin, byte[] body) throws Frame.Malformed {
    int at = 1 + SALT + COMMITMENT;
    if (body.length < at + EPOCH_KEY || body[0] != VERSION) {
      throw new Frame.Malformed("a key record of another version, or that ends early");
    }
    try {
      return new LogKey(origin, Arrays.copyOfRange(body, at, at + EPOCH_KEY));
    } catch (IllegalArgumentException e) {
      throw new Frame.Malformed("a key record without an epoch's key: " + e.getMessage());
    }
  }

  private static byte[] take(ByteBuffer in, int count) {
    var bytes = new byte[count];
    in.get(bytes);
    return bytes;
  }

  private static byte[] names(
      String origin, int run, int number, byte[] salt, byte[] epochKey, byte[] kekName) {
    var text = ("sallyport journal key\n" + origin + "\n" + run + "\n" + number + "\n");
    var names = text.getBytes(UTF_8);
    return ByteBuffer.allocate(names.length + salt.length + epochKey.length + kekName.length)
        .put(names)
        .put(salt)
        .put(epochKey)
        .put(kekName)
        .array();
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

  /** The body of the frame that opens this key. */
  byte[] opening() {
    return opening;
  }

  @Override
  public String toString() {
    return "[key]";
  }
}
