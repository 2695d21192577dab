package io.sallyport.policy.redact;

import java.nio.charset.StandardCharsets;

/**
 * A {@link Rebase} as bytes: finds the upstream's base at the start of a URL and puts ours there.
 */
final class Bases {
  static final Bases NONE = new Bases(null);

  private static final byte[] PATIENT = "Patient/".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] ESCAPED_PATIENT = "Patient\\/".getBytes(StandardCharsets.US_ASCII);

  final Rebase rebase;
  private final byte[] upstream;
  private final byte[] escaped;
  private final byte[] external;

  Bases(Rebase rebase) {
    this.rebase = rebase;
    upstream = rebase == null ? null : bytes(rebase.upstream());
    escaped = rebase == null ? null : bytes(rebase.upstream().replace("/", "\\/"));
    external = rebase == null ? null : bytes(rebase.external());
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** The length of the upstream's base at {@code from}; 0 when it is not there. */
  private int base(byte[] s, int from, int to) {
    if (upstream == null || to - from < upstream.length) {
      return 0;
    }
    int length =
        Text.startsWith(s, from, to, upstream)
            ? upstream.length
            : Text.startsWith(s, from, to, escaped) ? escaped.length : 0;
    if (length == 0 || from + length == to) {
      return length;
    }
    // http://ehr/fhir is not the base of http://ehr/fhirx.
    return switch (s[from + length]) {
      case '/', '?', '#', '\\' -> length;
      default -> 0;
    };
  }

  void rewrite(byte[] s, int from, int to, Edits edits) {
    int length = base(s, from, to);
    if (length > 0) {
      edits.replace(from, from + length, external);
    }
  }

  /** The id in a literal reference to a patient; null for any other. */
  String patient(byte[] s, int from, int to) {
    int base = base(s, from, to);
    int at = from + base;
    if (base > 0) {
      at += s[at] == '\\' ? 2 : 1;
    }
    if (Text.startsWith(s, at, to, PATIENT)) {
      at += PATIENT.length;
    } else if (Text.startsWith(s, at, to, ESCAPED_PATIENT)) {
      at += ESCAPED_PATIENT.length;
    } else {
      return null;
    }
    int end = at;
    while (end < to && s[end] != '/' && s[end] != '\\' && s[end] != '?' && s[end] != '#') {
      end++;
    }
    return end > at && end - at <= 64 ? Text.decode(s, at, end) : null;
  }
}
