package io.sallyport.policy.redact;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Finds a resource's type before it is walked: "parsers cannot assume that the resourceType
 * property will come first" (FHIR R4 JSON). It only looks; the walk behind it validates, and a
 * second resourceType is a duplicate key there.
 */
final class TypeSkim {
  private static final byte[] FIRST = key("{\"resourceType\":\"");
  private static final byte[] RESOURCE_TYPE = key("resourceType");
  private static final byte[] ID = key("id");
  private static final byte[] TYPE = key("type");

  private TypeSkim() {}

  /** A key as {@link #member} takes it. */
  static byte[] key(String key) {
    return key.getBytes(StandardCharsets.US_ASCII);
  }

  /** The type of the object whose "{" is at {@code p}; null when it names none. */
  static String resourceType(byte[] s, int p) {
    if (Text.startsWith(s, p, s.length, FIRST)) {
      int from = p + FIRST.length;
      return TypeNames.of(s, from, Text.string(s, from));
    }
    return member(s, p, RESOURCE_TYPE);
  }

  static String id(byte[] s, int p) {
    return member(s, p, ID);
  }

  /** A string member of the object itself, not of one inside it. */
  static String member(byte[] s, int p, byte[] wanted) {
    int depth = 0;
    boolean key = true;
    for (; p < s.length; p++) {
      switch (s[p]) {
        case '{', '[' -> {
          depth++;
          key = true;
        }
        case '}', ']' -> {
          if (--depth == 0) {
            return null;
          }
        }
        case ',' -> key = true;
        case ':' -> key = false;
        case 0 -> {
          return null;
        }
        case '"' -> {
          int end = Text.string(s, p + 1);
          if (depth == 1 && key && names(s, p + 1, end, wanted)) {
            int value = Text.space(s, end + 1);
            value = s[value] == ':' ? Text.space(s, value + 1) : value;
            return s[value] == '"' ? Text.decode(s, value + 1, Text.string(s, value + 1)) : null;
          }
          p = end;
        }
        default -> {}
      }
    }
    return null;
  }

  private static boolean names(byte[] s, int from, int to, byte[] wanted) {
    if (to - from == wanted.length) {
      return Arrays.equals(s, from, to, wanted, 0, wanted.length);
    }
    return to - from > wanted.length
        && Text.escaped(s, from, to)
        && Text.decode(s, from, to).equals(new String(wanted, StandardCharsets.US_ASCII));
  }

  /** Whether {@link #withheld} may be true of a type. */
  static boolean mayBeWithheld(String type) {
    return type.equals("Bundle") || type.equals("OperationOutcome") || type.equals("Binary");
  }

  /**
   * Whether a resource is not released in an answer, whatever the view: a Bundle that is only right
   * as a whole or is an answer itself (a redacted document is another document), an outcome, which
   * speaks for the upstream, and a Binary.
   */
  static boolean withheld(byte[] s, int p, String type) {
    return switch (type) {
      case "Bundle" -> !"collection".equals(member(s, p, TYPE));
      case "OperationOutcome", "Binary" -> true;
      default -> false;
    };
  }
}
