package io.sallyport.proxy.journal;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The body of a {@link FrameType#KEY_OPEN} frame, in clear:
 *
 * <pre>
 *  0   1  version 3
 *  1  32  public key (Ed25519) that signs the checkpoints of the epoch this frame opens
 *  then for each {@link RetentionClass}, in their order:
 *      4  salt: the first bytes of every nonce
 *     32  commitment: HMAC-SHA256(key, names)
 *      2  length, then the name of the key-encryption key (UTF-8)
 *      2  length, then the wrapped key; additional data of the wrap: names
 * </pre>
 *
 * @param epochKey public key of the epoch
 * @param keys one for each class
 */
record KeyOpening(byte[] epochKey, List<Wrapped> keys) {
  static final int VERSION = 3;
  static final int EPOCH_KEY = 32;
  static final int SALT = 4;
  static final int COMMITMENT = 32;

  /**
   * One data key as the key service wrapped it.
   *
   * @param kek the name of the key-encryption key
   */
  record Wrapped(byte[] salt, byte[] commitment, String kek, byte[] wrapped) {
    private int bytes() {
      return SALT + COMMITMENT + 2 + kek.getBytes(UTF_8).length + 2 + wrapped.length;
    }

    private void put(ByteBuffer to) {
      var name = kek.getBytes(UTF_8);
      to.put(salt).put(commitment).putShort((short) name.length).put(name);
      to.putShort((short) wrapped.length).put(wrapped);
    }

    private static Wrapped take(ByteBuffer in) {
      return new Wrapped(
          KeyOpening.take(in, SALT),
          KeyOpening.take(in, COMMITMENT),
          new String(KeyOpening.take(in, in.getShort()), UTF_8),
          KeyOpening.take(in, in.getShort()));
    }
  }

  /** The bytes of the frame's body. */
  byte[] body() {
    int bytes = keys.stream().mapToInt(Wrapped::bytes).sum();
    var to = ByteBuffer.allocate(1 + EPOCH_KEY + bytes).put((byte) VERSION).put(epochKey);
    keys.forEach(key -> key.put(to));
    return to.array();
  }

  /**
   * Takes a body apart.
   *
   * @throws Frame.Malformed when it is none
   */
  static KeyOpening parse(byte[] body) throws Frame.Malformed {
    var in = ByteBuffer.wrap(body);
    try {
      if (in.get() != VERSION) {
        throw new Frame.Malformed("key version " + body[0]);
      }
      var epochKey = take(in, EPOCH_KEY);
      var keys = new ArrayList<Wrapped>();
      for (int i = 0; i < RetentionClass.values().length; i++) {
        keys.add(Wrapped.take(in));
      }
      if (in.hasRemaining()) {
        throw new Frame.Malformed("a key record with more behind it");
      }
      return new KeyOpening(epochKey, List.copyOf(keys));
    } catch (BufferUnderflowException | NegativeArraySizeException e) {
      throw new Frame.Malformed("a key record that ends early");
    }
  }

  /** The key of a class. */
  Wrapped of(RetentionClass retention) {
    return keys.get(retention.ordinal());
  }

  /** The names of the key-encryption keys, for people. */
  String named() {
    return keys.stream().map(Wrapped::kek).collect(Collectors.joining(" "));
  }

  /** The epoch's public key, in the log of this name. */
  LogKey epochKey(String origin) throws Frame.Malformed {
    try {
      return new LogKey(origin, epochKey);
    } catch (IllegalArgumentException e) {
      throw new Frame.Malformed("a key record without an epoch's key: " + e.getMessage());
    }
  }

  private static byte[] take(ByteBuffer in, int count) {
    var bytes = new byte[count];
    in.get(bytes);
    return bytes;
  }
}
