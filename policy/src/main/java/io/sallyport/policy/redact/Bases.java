package io.sallyport.policy.redact;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A {@link Rebase} as bytes: finds the upstream's base at the start of a URL and puts ours there.
 */
final class Bases {
  static final Bases NONE = new Bases(null);

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

  /** Does what a string's slot asks for: notes the patient it names, puts our base in its place. */
  void act(byte[] s, int from, int to, Slot slot, Edits edits, List<String> patients) {
    if (slot.patient) {
      String patient = patient(s, from, to);
      if (patient != null && !patients.contains(patient)) {
        patients.add(patient);
      }
    }
    if (slot.url) {
      rewrite(s, from, to, edits);
    }
  }

  private void rewrite(byte[] s, int from, int to, Edits edits) {
    int length = base(s, from, to);
    if (length > 0) {
      edits.replace(from, from + length, external);
    } else if (upstream != null
        && to > from
        && (TypeSkim.contains(s, from, to) || odd(s, from, to))) {
      String decoded = Text.decode(s, from, to);
      if (decoded.regionMatches(true, 0, rebase.upstream(), 0, rebase.upstream().length())) {
        String ours = rebase.external() + decoded.substring(rebase.upstream().length());
        edits.replace(from, to, bytes(Json.escaped(ours)));
      }
    }
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
  private String patient(byte[] s, int from, int to) {
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
