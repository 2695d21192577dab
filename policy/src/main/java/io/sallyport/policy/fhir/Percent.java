package io.sallyport.policy.fhir;

import io.sallyport.policy.Reason;
import io.sallyport.policy.Refusal;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * Percent-encoding of queries (RFC 3986 section 2.1; {@code +} is a space as in HTML forms).
 * Decodes once and strictly, encodes to one canonical form: two readers of what we send cannot
 * disagree.
 */
public final class Percent {
  private static final String HEX = "0123456789ABCDEF";

  /**
   * Left as they are: RFC 3986 unreserved, and what FHIR uses as syntax inside values and names.
   */
  private static final String PLAIN = "-._~,:|/$@";

  private Percent() {}

  /** Refuses MALFORMED_REQUEST: bad escapes, invalid UTF-8, control characters, raw separators. */
  public static String decode(String text) {
    byte[] bytes = new byte[text.length()];
    int length = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '%') {
        boolean whole = i + 2 < text.length();
        int high = whole ? hex(text.charAt(i + 1)) : -1;
        int low = whole ? hex(text.charAt(i + 2)) : -1;
        if (high < 0 || low < 0) {
          throw new Refusal(Reason.MALFORMED_REQUEST, "query has a wrong escape");
        }
        bytes[length++] = (byte) (high << 4 | low);
        i += 2;
      } else if (c <= ' ' || c >= 0x7f || c == ';' || c == '#' || c == '\\' || c == '"') {
        throw new Refusal(Reason.MALFORMED_REQUEST, "query has a character that needs an escape");
      } else {
        bytes[length++] = (byte) (c == '+' ? ' ' : c);
      }
    }
    String decoded = utf8(bytes, length);
    for (int i = 0; i < decoded.length(); i++) {
      if (Character.isISOControl(decoded.charAt(i))) {
        throw new Refusal(Reason.MALFORMED_REQUEST, "query has a control character");
      }
    }
    return decoded;
  }

  /** ASCII digits only: the JDK's would take those of every script. */
  private static int hex(char c) {
    return c < 0x80 ? Character.digit(c, 16) : -1;
  }

  private static String utf8(byte[] bytes, int length) {
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPORT)
          .decode(ByteBuffer.wrap(bytes, 0, length))
          .toString();
    } catch (CharacterCodingException invalid) {
      throw new Refusal(Reason.MALFORMED_REQUEST, "query is not UTF-8", invalid);
    }
  }

  static void encode(String text, StringBuilder out) {
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      char c = (char) (b & 0xff);
      if ((c >= 'a' && c <= 'z')
          || (c >= 'A' && c <= 'Z')
          || (c >= '0' && c <= '9')
          || (c < 0x80 && PLAIN.indexOf(c) >= 0)) {
        out.append(c);
      } else {
        out.append('%').append(HEX.charAt(c >> 4)).append(HEX.charAt(c & 15));
      }
    }
  }
}
