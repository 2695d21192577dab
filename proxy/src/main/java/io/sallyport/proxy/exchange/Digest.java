package io.sallyport.proxy.exchange;

import io.netty.buffer.ByteBuf;
import io.sallyport.policy.redact.Redacted;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256 of what is released, computed while it is copied out. One for each exchange. */
final class Digest {
  private final MessageDigest part = sha256();
  private MessageDigest all;

  /** Writes the redacted bytes to {@code out}; returns their digest in hex. */
  String write(Redacted redacted, ByteBuf out) {
    redacted.writeTo(out::writeBytes);
    return of(out);
  }

  /** The digest of all that a buffer holds. */
  String of(ByteBuf released) {
    part.update(released.nioBuffer());
    return finish();
  }

  /** The digest of bytes we wrote ourselves. */
  String of(byte[] bytes) {
    part.update(bytes);
    return finish();
  }

  private String finish() {
    byte[] digest = part.digest();
    if (all == null) {
      all = sha256();
    }
    all.update(digest);
    return HexFormat.of().formatHex(digest);
  }

  /** SHA-256 over the digests so far, in order. The parts' digests stay as they are. */
  String total() {
    return HexFormat.of()
        .formatHex(all == null ? sha256().digest("".getBytes(StandardCharsets.US_ASCII)) : copy());
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
