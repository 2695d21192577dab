package io.sallyport.proxy.journal;

import java.nio.ByteBuffer;
import java.util.Set;

/**
 * One record as stored: a clear header and a body. One Chronicle excerpt is one frame; all numbers
 * are big-endian.
 *
 * <pre>
 * offset size  field
 *      0    1  version     1
 *      1    1  type        {@link FrameType} code
 *      2    2  flags       bit 0: the entry goes on in the next frame; bit 1: this frame goes on;
 *                          bits 2 and 3: {@link RetentionClass}, 1 to 3; 0 in clear frames
 *      4    4  run         process start this frame was written by, from 1
 *      8    8  seq         global, without gaps: the frame's leaf index in the Merkle log
 *     16    8  time        microseconds since 1970-01-01T00:00Z, the appliance's wall clock
 *     24    8  ref         seq of the intent this frame belongs to: an intent's own, -1 for none
 *     32    4  key         number of the roll file's data keys in this run, from 0
 *     36    4  length      bytes of body
 *     40    n  body        AES-256-GCM ciphertext and its 16 bytes of tag; clear where {@link
 *                          FrameType} says so
 * </pre>
 *
 * <p>The additional data of the encryption is the header, bytes 0 to 39; the nonce is the key's
 * salt (4 bytes) and seq (8 bytes); the key is the one of the frame's class. A key never outlives a
 * process start, so that a seq that is issued again after a torn tail is never a nonce used twice
 * (SP 800-38D section 8.2.1). A frame is at most 65,535 bytes, the limit of C2SP tlog-tiles entry
 * bundles; longer entries go on in the frames that follow directly. {@code ref} is clear so that
 * unfinished exchanges can be named without a decryption key.
 */
final class Frame {
  static final int VERSION = 1;
  static final int HEADER = 40;
  static final int TAG = 16;
  static final int MAX = 65_535;
  static final int BODY_MAX = MAX - HEADER;
  static final int PLAIN_MAX = BODY_MAX - TAG;

  static final int MORE = 1;
  static final int CONTINUED = 2;
  private static final int CLASS_AT = 2;
  private static final int FLAGS = 15;
  static final long NO_REF = -1;

  static final int SEQ_AT = 8;
  static final int LENGTH_AT = 36;

  private Frame() {}

  /** The flags of a frame of this class; null for none. */
  static int flags(RetentionClass retention, boolean more, boolean continued) {
    int code = retention == null ? 0 : retention.code();
    return code << CLASS_AT | (more ? MORE : 0) | (continued ? CONTINUED : 0);
  }

  static void putHeader(
      ByteBuffer to,
      FrameType type,
      int flags,
      int run,
      long seq,
      long micros,
      long ref,
      int key,
      int length) {
    to.put((byte) VERSION)
        .put((byte) type.code)
        .putShort((short) flags)
        .putInt(run)
        .putLong(seq)
        .putLong(micros)
        .putLong(ref)
        .putInt(key)
        .putInt(length);
  }

  /** A frame's header, read and checked for form. */
  record Header(
      FrameType type, int flags, int run, long seq, long micros, long ref, int key, int length) {
    boolean more() {
      return (flags & MORE) != 0;
    }

    boolean continued() {
      return (flags & CONTINUED) != 0;
    }

    /** What it is kept with; null for a clear frame. */
    RetentionClass retention() {
      return RetentionClass.ofCode(flags >> CLASS_AT);
    }

    /** Keeps the set of intents that nothing ended yet. */
    void follow(Set<Long> unfinished) {
      if (opensExchange()) {
        unfinished.add(seq);
      } else if (type.ends() && ref != NO_REF) {
        unfinished.remove(ref);
      }
    }

    boolean opensExchange() {
      return type == FrameType.INTENT && !continued();
    }
  }

  /** A frame that is not well formed; the message says how. */
  static final class Malformed extends Exception {
    private static final long serialVersionUID = 1L;

    Malformed(String message) {
      super(message);
    }
  }

  /**
   * Reads the header of the frame in {@code bytes[from, to)}.
   *
   * @throws Malformed for any value this version cannot have written
   */
  static Header header(byte[] bytes, int from, int to) throws Malformed {
    int size = to - from;
    if (size < HEADER || size > MAX) {
      throw new Malformed("a frame of " + size + " bytes");
    }
    var in = ByteBuffer.wrap(bytes, from, size);
    int version = in.get();
    if (version != VERSION) {
      throw new Malformed("frame version " + version);
    }
    int code = in.get();
    var type = FrameType.of(code);
    if (type == null) {
      throw new Malformed("frame type " + code);
    }
    int flags = in.getShort();
    if ((flags & ~FLAGS) != 0 || flags >> CLASS_AT != 0 != type.encrypted) {
      throw new Malformed("frame flags " + flags);
    }
    var header =
        new Header(
            type,
            flags,
            in.getInt(),
            in.getLong(),
            in.getLong(),
            in.getLong(),
            in.getInt(),
            in.getInt());
    if (header.length() != size - HEADER) {
      throw new Malformed("body of " + (size - HEADER) + " bytes, header says " + header.length());
    }
    if (type.encrypted && header.length() < TAG) {
      throw new Malformed("no room for a tag");
    }
    if (header.run() < 1 || header.key() < 0 || header.ref() < NO_REF) {
      throw new Malformed("run " + header.run() + ", key " + header.key());
    }
    if (header.opensExchange() ? header.ref() != header.seq() : header.ref() >= header.seq()) {
      throw new Malformed("refers to record " + header.ref());
    }
    return header;
  }
}
