package io.sallyport.proxy.exchange;

import io.sallyport.policy.Reason;
import io.sallyport.policy.Refusal;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * The header {@code Break-Glass-Reason}: ASCII as it is, all else as UTF-8 in percent escapes (as
 * RFC 8187 does; "%" itself is {@code %25}). Recorded in the journal, never forwarded.
 */
final class EmergencyReason {
  private EmergencyReason() {}

  /** The text of a header's value; "" for none. Refuses MALFORMED_REQUEST what cannot be read. */
  static String of(String header) {
    if (header.indexOf('%') < 0) {
      return checked(header);
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(header.length());
    for (int i = 0; i < header.length(); i++) {
      char c = header.charAt(i);
      if (c != '%') {
        bytes.write(c);
        continue;
      }
      int high = i + 2 < header.length() ? hex(header.charAt(i + 1)) : -1;
      int low = high < 0 ? -1 : hex(header.charAt(i + 2));
      if (low < 0) {
        throw malformed("has a wrong escape", null);
      }
      bytes.write(high << 4 | low);
      i += 2;
    }
    try {
      return checked(
          StandardCharsets.UTF_8
              .newDecoder()
              .decode(ByteBuffer.wrap(bytes.toByteArray()))
              .toString());
    } catch (CharacterCodingException invalid) {
      throw malformed("is not UTF-8", invalid);
    }
  }

  /** ASCII digits only: the JDK's would take those of every script. */
  private static int hex(char c) {
    return c < 0x80 ? Character.digit(c, 16) : -1;
  }

  private static String checked(String reason) {
    if (reason.chars().anyMatch(Character::isISOControl)) {
      throw malformed("has a control character", null);
    }
    return reason;
  }

  private static Refusal malformed(String why, Throwable cause) {
    return new Refusal(Reason.MALFORMED_REQUEST, "Break-Glass-Reason " + why, cause);
  }
}
