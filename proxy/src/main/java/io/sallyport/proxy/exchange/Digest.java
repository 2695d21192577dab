package io.sallyport.proxy.exchange;

import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.FastThreadLocal;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256 of what is released. One for each exchange. */
final class Digest {
  /** A part is hashed without a pause, so a loop's exchanges take turns with one. */
  private static final FastThreadLocal<MessageDigest> PART =
      new FastThreadLocal<>() {
        @Override
        protected MessageDigest initialValue() {
          return sha256();
        }
      };

  private static final HexFormat HEX = HexFormat.of();

  private byte[] first;
  private MessageDigest all;

  /** The digest of all that a buffer holds. */
  String of(ByteBuf released) {
    MessageDigest part = PART.get();
    part.update(released.nioBuffer());
    return finish(part);
  }

  /** The digest of bytes we wrote ourselves. */
  String of(byte[] bytes) {
    MessageDigest part = PART.get();
    part.update(bytes);
    return finish(part);
  }

  private String finish(MessageDigest part) {
    byte[] digest = part.digest();
    if (first == null) {
      first = digest; // mostly there is no second
    } else {
      if (all == null) {
        all = sha256();
        all.update(first);
      }
      all.update(digest);
    }
    return HEX.formatHex(digest);
  }

  /** SHA-256 over the digests so far, in order. The parts' digests stay as they are. */
  String total() {
    if (all != null) {
      return HEX.formatHex(copy());
    }
    return HEX.formatHex(sha256().digest(first == null ? new byte[0] : first));
  }

  private byte[] copy() {
    try {
      return ((MessageDigest) all.clone()).digest();
    } catch (CloneNotSupportedException impossible) {
      throw new IllegalStateException("the JDK's SHA-256 clones", impossible);
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every JDK has SHA-256", impossible);
    }
  }
}
