package io.sallyport.policy.redact;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A {@link Rebase} as bytes: finds the upstream's base at the start of a URL and puts ours there.
 */
final class Bases {
  private static final long CASE = 0x2020202020202020L;

  private static final int PADDING = 8;
  private static final byte[] PATIENT = bytes("Patient/");
  private static final Pattern LITERAL =
      Pattern.compile(
          "([A-Z][A-Za-z]{1,63})/([A-Za-z0-9\\-.]{1,64})(?:/_history/([A-Za-z0-9\\-.]{1,64}))?");

  /**
   * A reference to a resource of the upstream by its id.
   *
   * @param absolute whether it is written with the upstream's base
   * @param version the version it names; "" for none
   */
  record Literal(boolean absolute, String type, String id, String version) {}

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
    return text.getBytes(UTF_8);
  }

  /** Puts our base in the place of the upstream's, if a URL starts with it. */
  void rewrite(byte[] s, int from, int to, Edits edits) {
    if (upstream == null) {
      return;
    }
    if (!Text.escaped(s, from, to)) {
      if (likely(s, from, to) && base(s, from, to)) {
        edits.replace(from, from + upstream.length, external);
      }
    } else if (Text.startsWith(s, from, to, escaped) && ends(s, from + escaped.length, to)) {
      edits.replace(from, from + escaped.length, external);
    } else {
      byte[] plain = padded(Text.decode(s, from, to));
      if (base(plain, 0, plain.length - PADDING)) {
        String rest =
            new String(plain, upstream.length, plain.length - PADDING - upstream.length, UTF_8);
        edits.replace(from, to, bytes(Json.escaped(rebase.external() + rest)));
      }
    }
  }

  /** Whether the end of the base could stand where it should, letters of either case. */
  private boolean likely(byte[] s, int from, int to) {
    return to - from >= upstream.length
        && (upstream.length < 8 || (Words.at(s, from + upstream.length - 8) | CASE) == tail);
  }

  /** Whether the upstream's base is at {@code from}: scheme and host do not mind their case. */
  private boolean base(byte[] s, int from, int to) {
    if (upstream == null || to - from < upstream.length) {
      return false;
    }
    for (int i = 0; i < upstream.length; i++) {
      int a = s[from + i];
      if (a != upstream[i] && Character.toLowerCase(a) != Character.toLowerCase(upstream[i])) {
        return false;
      }
    }
    return ends(s, from + upstream.length, to);
  }

  /** Whether a base ends here: http://ehr/fhir is not the base of http://ehr/fhirx. */
  private static boolean ends(byte[] s, int at, int to) {
    return at == to || s[at] == '/' || s[at] == '?' || s[at] == '#' || s[at] == '\\';
  }

  /** The id in a literal reference to a patient; null for any other. */
  String patient(byte[] s, int from, int to) {
    if (!Text.escaped(s, from, to)) {
      return patientOf(s, from, to);
    }
    byte[] plain = padded(Text.decode(s, from, to));
    return patientOf(plain, 0, plain.length - PADDING);
  }

  private String patientOf(byte[] s, int from, int to) {
    if (!base(s, from, to)) {
      return id(s, from, to);
    }
    int path = from + upstream.length;
    return path < to && s[path] == '/' ? id(s, path + 1, to) : null;
  }

  /**
   * {@code Type/id} of a literal reference to a resource of the upstream; null for any other. A
   * version that it names is of the same resource.
   */
  String reference(byte[] s, int from, int to) {
    Literal literal = literal(Text.decode(s, from, to));
    return literal == null ? null : literal.type() + "/" + literal.id();
  }

  /** A literal reference to a resource of the upstream; null for any other text. */
  Literal literal(String text) {
    byte[] plain = padded(text);
    int end = plain.length - PADDING;
    boolean absolute = base(plain, 0, end);
    if (absolute && plain[upstream.length] != '/') {
      return null;
    }
    int start = absolute ? upstream.length + 1 : 0;
    Matcher literal = LITERAL.matcher(new String(plain, start, end - start, UTF_8));
    if (!literal.matches()) {
      return null;
    }
    String version = literal.group(3) == null ? "" : literal.group(3);
    return new Literal(absolute, literal.group(1), literal.group(2), version);
  }

  /** Whether a URL is below the upstream's base. */
  boolean ours(String text) {
    byte[] plain = padded(text);
    return base(plain, 0, plain.length - PADDING);
  }

  private static byte[] padded(String text) {
    byte[] bytes = bytes(text);
    return Arrays.copyOf(bytes, bytes.length + PADDING);
  }

  private static String id(byte[] s, int from, int to) {
    if (!Text.startsWith(s, from, to, PATIENT)) {
      return null;
    }
    int start = from + PATIENT.length;
    int end = start;
    while (end < to && s[end] != '/' && s[end] != '?' && s[end] != '#' && s[end] != '|') {
      end++;
    }
    return end == start || end - start > 64 ? null : new String(s, start, end - start, UTF_8);
  }
}
