package io.sallyport.policy.redact;

import io.sallyport.policy.Reason;
import io.sallyport.policy.Refusal;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * JSON's tokens, strictly (RFC 8259): strings with their escapes and UTF-8, numbers, white space.
 * Works on a padded array whose zero bytes end every scan.
 */
final class Text {
  private static final long SPACES = 0x2020202020202020L;

  private Text() {}

  static Refusal malformed(int at, String why) {
    return new Refusal(Reason.UPSTREAM_INVALID, "byte " + at + ": " + why);
  }

  /** The same refusal, its position counted from where the source begins to be part of a stream. */
  static Refusal shifted(Refusal refusal, long by) {
    String message = refusal.getMessage();
    int from = message.indexOf("byte ");
    int to = message.indexOf(':', from);
    if (refusal.reason() != Reason.UPSTREAM_INVALID || from < 0 || to < 0) {
      return refusal;
    }
    long at = Long.parseLong(message.substring(from + "byte ".length(), to)) + by;
    return new Refusal(refusal.reason(), "byte " + at + message.substring(to));
  }

  static int space(byte[] s, int p) {
    while (true) {
      int c = s[p];
      if (c > ' ' || (c != ' ' && c != '\n' && c != '\r' && c != '\t')) {
        return p;
      }
      p++;
      // Pretty-printed: the indentation, eight blanks at a time.
      while (p + 8 <= s.length && Words.at(s, p) == SPACES) {
        p += 8;
      }
    }
  }

  /**
   * Scans a string's content from just behind its opening quote.
   *
   * @return the index of its closing quote
   */
  static int string(byte[] s, int p) {
    while (true) {
      // Eight bytes at a time: stop at a quote, a backslash, a control character or non-ASCII.
      long x = Words.at(s, p);
      long quote = x ^ 0x2222222222222222L;
      long slash = x ^ 0x5c5c5c5c5c5c5c5cL;
      long stop =
          ((quote - Words.ONES) | (slash - Words.ONES) | (x - 0x2020202020202020L) | x)
              & Words.HIGHS;
      if (stop == 0) {
        p += 8;
        continue;
      }
      p += Long.numberOfTrailingZeros(stop) >>> 3;
      int c = s[p];
      if (c == '"') {
        return p;
      } else if (c == '\\') {
        p = escape(s, p);
      } else if (c < 0) {
        p = utf8(s, p);
      } else if (c < 0x20) {
        throw malformed(p, "control character or end of input in a string");
      } else {
        // A borrow from the byte before made this one look special: it is not.
        p++;
      }
    }
  }

  private static int escape(byte[] s, int p) {
    switch (s[p + 1]) {
      case '"', '\\', '/', 'b', 'f', 'n', 'r', 't' -> {
        return p + 2;
      }
      case 'u' -> {
        int unit = unit(s, p + 2);
        if (unit >= 0xdc00 && unit <= 0xdfff) {
          throw malformed(p, "lone low surrogate");
        }
        if (unit < 0xd800 || unit > 0xdbff) {
          return p + 6;
        }
        if (s[p + 6] != '\\' || s[p + 7] != 'u') {
          throw malformed(p, "lone high surrogate");
        }
        int low = unit(s, p + 8);
        if (low < 0xdc00 || low > 0xdfff) {
          throw malformed(p, "lone high surrogate");
        }
        return p + 12;
      }
      default -> throw malformed(p, "unknown escape");
    }
  }

  private static int unit(byte[] s, int p) {
    int unit = 0;
    for (int i = 0; i < 4; i++) {
      int digit = s[p + i] < 0 ? -1 : Character.digit(s[p + i], 16);
      if (digit < 0) {
        throw malformed(p + i, "wrong \\u escape");
      }
      unit = unit << 4 | digit;
    }
    return unit;
  }

  /** One non-ASCII character: no overlong form, no surrogate, nothing above U+10FFFF (RFC 3629). */
  private static int utf8(byte[] s, int p) {
    int a = s[p] & 0xff;
    int b = s[p + 1] & 0xff;
    if (a >= 0xc2 && a <= 0xdf && tail(b)) {
      return p + 2;
    }
    int c = s[p + 2] & 0xff;
    if (a >= 0xe0 && a <= 0xef && tail(b) && tail(c)) {
      boolean good = (a != 0xe0 || b >= 0xa0) && (a != 0xed || b <= 0x9f);
      if (good) {
        return p + 3;
      }
    }
    if (a >= 0xf0 && a <= 0xf4 && tail(b) && tail(c) && tail(s[p + 3] & 0xff)) {
      boolean good = (a != 0xf0 || b >= 0x90) && (a != 0xf4 || b <= 0x8f);
      if (good) {
        return p + 4;
      }
    }
    throw malformed(p, "invalid UTF-8");
  }

  private static boolean tail(int b) {
    return (b & 0xc0) == 0x80;
  }

  /** Scans a number; returns the index behind it. */
  static int number(byte[] s, int p) {
    int from = p;
    if (s[p] == '-') {
      p++;
    }
    if (s[p] == '0') {
      p++;
    } else {
      p = digits(s, p);
    }
    if (s[p] == '.') {
      p = digits(s, p + 1);
    }
    if (s[p] == 'e' || s[p] == 'E') {
      p++;
      if (s[p] == '+' || s[p] == '-') {
        p++;
      }
      p = digits(s, p);
    }
    if (p == from) {
      throw malformed(p, "not a value");
    }
    return p;
  }

  private static int digits(byte[] s, int p) {
    if (s[p] < '0' || s[p] > '9') {
      throw malformed(p, "not a value");
    }
    while (s[p] >= '0' && s[p] <= '9') {
      p++;
    }
    return p;
  }

  /** Scans true, false or null; returns the index behind it. */
  static int word(byte[] s, int p, String word) {
    for (int i = 0; i < word.length(); i++) {
      if (s[p + i] != word.charAt(i)) {
        throw malformed(p, "not a value");
      }
    }
    return p + word.length();
  }

  /** A validated string's content, decoded. */
  static String decode(byte[] s, int from, int to) {
    String raw = new String(s, from, to - from, StandardCharsets.UTF_8);
    if (raw.indexOf('\\') < 0) {
      return raw;
    }
    StringBuilder decoded = new StringBuilder(raw.length());
    for (int i = 0; i < raw.length(); i++) {
      char c = raw.charAt(i);
      if (c != '\\') {
        decoded.append(c);
        continue;
      }
      c = raw.charAt(++i);
      switch (c) {
        case 'b' -> decoded.append('\b');
        case 'f' -> decoded.append('\f');
        case 'n' -> decoded.append('\n');
        case 'r' -> decoded.append('\r');
        case 't' -> decoded.append('\t');
        case 'u' -> {
          decoded.append((char) Integer.parseInt(raw.substring(i + 1, i + 5), 16));
          i += 4;
        }
        default -> decoded.append(c);
      }
    }
    return decoded.toString();
  }

  static boolean startsWith(byte[] s, int from, int to, byte[] prefix) {
    return startsWith(s, from, to, prefix, 0);
  }

  /** Whether {@code prefix} from {@code skipped} on stands at {@code from}. */
  static boolean startsWith(byte[] s, int from, int to, byte[] prefix, int skipped) {
    int length = prefix.length - skipped;
    return to - from >= length
        && Arrays.equals(s, from, from + length, prefix, skipped, prefix.length);
  }

  /** Whether a string's content has an escape. */
  static boolean escaped(byte[] s, int from, int to) {
    int p = from;
    for (; p + 8 <= to; p += 8) {
      if (Words.equal(Words.at(s, p), 0x5c5c5c5c5c5c5c5cL) != 0) {
        return true;
      }
    }
    for (; p < to; p++) {
      if (s[p] == '\\') {
        return true;
      }
    }
    return false;
  }

  /** For a large entry, of which much is here already: the same array, doubled when it is full. */
  static byte[] grown(byte[] array, int bytes) {
    int needed = bytes + Redactor.PADDING;
    return needed <= array.length ? array : new byte[Math.max(array.length * 2, needed)];
  }
}
