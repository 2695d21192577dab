package io.sallyport.policy.redact;

import io.sallyport.policy.fhir.Definitions;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;

/**
 * The names of the resource types, found by their bytes: a searchset says one with every entry, and
 * none of them needs a string of its own.
 */
final class TypeNames {
  /** A power of two, well above the number of types. */
  private static final int SIZE = 1024;

  private static final TypeNames R4 = new TypeNames(Definitions.r4().resources());

  private final byte[][] bytes = new byte[SIZE][];
  private final String[] names = new String[SIZE];

  private TypeNames(Collection<String> types) {
    for (String type : types) {
      byte[] name = type.getBytes(StandardCharsets.US_ASCII);
      int at = place(name, 0, name.length);
      while (names[at] != null) {
        at = at + 1 & SIZE - 1;
      }
      names[at] = type;
      bytes[at] = name;
    }
  }

  /** The string between two quotes; the same object each time when it is a type's name. */
  static String of(byte[] s, int from, int to) {
    for (int at = place(s, from, to); R4.names[at] != null; at = at + 1 & SIZE - 1) {
      if (Arrays.equals(s, from, to, R4.bytes[at], 0, R4.bytes[at].length)) {
        return R4.names[at];
      }
    }
    return Text.decode(s, from, to);
  }

  private static int place(byte[] s, int from, int to) {
    if (to - from < 4) {
      return 0; // no type is so short
    }
    int mixed =
        s[from] + 31 * (s[to - 1] + 31 * (s[to - 3] + 31 * (s[from + 3] + 31 * (to - from))));
    return mixed & SIZE - 1;
  }
}
