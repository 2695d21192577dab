package io.sallyport.policy.redact;

import java.nio.charset.StandardCharsets;

/**
 * A {@link Rebase} as bytes: finds the upstream's base at the start of a URL and puts ours there.
 */
final class Bases {
  private static final long CASE = 0x2020202020202020L;

  static final Bases NONE = new Bases(null);

  final Rebase rebase;
  private final byte[] upstream;
  private final byte[] escaped;
  private final byte[] external;

  /** The last eight bytes of the upstream's base, letters in lower case. */
  private final long tail;

  Bases(Rebase rebase) {
    this.rebase = rebase;
    upstream = rebase == null ? null : bytes(rebase.upstream());
    escaped = rebase == null ? null : bytes(rebase.upstream().replace("/", "\\/"));
    external = rebase == null ? null : bytes(rebase.external());
    tail =
        upstream == null || upstream.length < 8
            ? 0
            : Words.at(upstream, upstream.length - 8) | CASE;
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

  /** Puts our base in the place of the upstream's, if a URL starts with it. */
  void rewrite(byte[] s, int from, int to, Edits edits) {
    if (upstream == null || (!Text.escaped(s, from, to) && !likely(s, from, to))) {
      return;
    }
    int length = base(s, from, to);
    if (length > 0) {
      edits.replace(from, from + length, external);
    } else if (Text.escaped(s, from, to) || odd(s, from, to)) {
      String decoded = Text.decode(s, from, to);
      if (decoded.regionMatches(true, 0, rebase.upstream(), 0, rebase.upstream().length())) {
        String ours = rebase.external() + decoded.substring(rebase.upstream().length());
        edits.replace(from, to, bytes(Json.escaped(ours)));
      }
    }
  }

  /** Whether the end of the base could stand where it should, letters of either case. */
  private boolean likely(byte[] s, int from, int to) {
    return to - from >= upstream.length
        && (upstream.length < 8 || (Words.at(s, from + upstream.length - 8) | CASE) == tail);
  }

  /** Whether scheme or host are written in other letters than we know them: URLs do not care. */
  private boolean odd(byte[] s, int from, int to) {
    if (to - from < upstream.length) {
      return false;
    }
    boolean differs = false;
    for (int i = 0; i < upstream.length; i++) {
      int a = s[from + i];
      if (a != upstream[i]) {
        if (Character.toLowerCase(a) != Character.toLowerCase(upstream[i])) {
          return false;
        }
        differs = true;
      }
    }
    return differs;
  }

  /** The id in a literal reference to a patient; null for any other. */
  String patient(byte[] s, int from, int to) {
    String reference = Text.decode(s, from, to);
    if (rebase != null) {
      String base = rebase.upstream() + "/";
      if (reference.regionMatches(true, 0, base, 0, base.length())) {
        reference = reference.substring(base.length());
      }
    }
    if (!reference.startsWith("Patient/")) {
      return null;
    }
    String id = reference.substring("Patient/".length()).split("[/?#|]", 2)[0];
    return id.isEmpty() || id.length() > 64 ? null : id;
  }
}
