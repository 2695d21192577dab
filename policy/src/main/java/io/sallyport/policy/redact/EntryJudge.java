package io.sallyport.policy.redact;

import io.sallyport.policy.Reason;
import io.sallyport.policy.Refusal;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;

/** Judges the entries of a searchset one by one and writes those that may be released. */
final class EntryJudge {
  private static final byte[] FIRST = ascii(",\"entry\":[{");
  private static final byte[] NEXT = ascii(",{");
  private static final byte[] RESOURCE = ascii("\"resource\":");
  private static final byte[] MATCH = ascii(",\"search\":{\"mode\":\"match\"}}");
  private static final byte[] MODE = TypeSkim.key("mode");
  private static final byte[] END = ascii("]");
  private static final Refusal OUTCOME = new Refusal(Reason.NO_RULE_PERMITS, "an outcome");
  private static final Refusal OTHER_TYPE = new Refusal(Reason.NO_RULE_PERMITS, "another type");
  private static final Refusal TOO_LARGE = new Refusal(Reason.UPSTREAM_TOO_LARGE, "too large");

  private static final byte[] MATCHED = ascii("{\"mode\":\"match\"}");

  /** The members of an entry that we know; the rest is validated. */
  private enum Member {
    FULL_URL("fullUrl"),
    RESOURCE("resource"),
    SEARCH("search"),
    OTHER("");

    static final Member[] KNOWN = {FULL_URL, RESOURCE, SEARCH};
    final byte[] key;

    Member(String key) {
      this.key = ascii(key);
    }
  }

  private final Redactor redactor;
  private final View view;
  private final Envelope envelope;
  private final Limits limits;
  private final PageFill fill;
  private final WindowWriter out;
  private final byte[] fullUrl;
  private final boolean showsId;
  private final Set<String> keys = new HashSet<>();
  private int seen;
  private int released;

  // The entry's resource.
  private int from;
  private int to;

  /** Why it may not be released, whatever the rest of the entry says; null when it may. */
  private Refusal refused;

  EntryJudge(
      Redactor redactor,
      View view,
      Envelope envelope,
      Limits limits,
      PageFill fill,
      WindowWriter out) {
    this.redactor = redactor;
    this.view = view;
    this.envelope = envelope;
    this.limits = limits;
    this.fill = fill;
    this.out = out;
    this.showsId = view.visibility(envelope.type() + ".id") == View.Visibility.FULL;
    String base = envelope.rebase() == null ? "" : envelope.rebase().external() + "/";
    this.fullUrl =
        ("\"fullUrl\":\"" + base + envelope.type() + "/").getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  int released() {
    return released;
  }

  /**
   * Judges the entry whose "{" is at {@code p} and writes it if it is released. Nothing is written
   * or counted before its last byte was proven valid.
   *
   * @return the index behind it
   */
  int entry(byte[] s, int p) {
    from = -1;
    String mode = "match";
    seen = 0;
    if (!keys.isEmpty()) {
      keys.clear();
    }
    p = Text.space(s, p + 1);
    while (s[p] != '}') {
      if (s[p] != '"') {
        throw Text.malformed(p, "a key must be a string");
      }
      int keyEnd = Text.string(s, p + 1);
      Member key = member(s, p, keyEnd);
      p = Text.space(s, keyEnd + 1);
      if (s[p] != ':') {
        throw Text.malformed(p, "expected ':'");
      }
      p = Text.space(s, p + 1);
      if (key == Member.RESOURCE && s[p] == '{') {
        p = resource(s, p);
      } else if (key == Member.SEARCH && Text.startsWith(s, p, s.length, MATCHED)) {
        p += MATCHED.length;
      } else {
        int value = p;
        p = redactor.skip(s, p);
        if (key == Member.SEARCH && s[value] == '{') {
          String given = TypeSkim.member(s, value, MODE);
          mode = given == null ? mode : given;
        }
      }
      p = Text.space(s, p);
      if (s[p] == ',') {
        p = Text.space(s, p + 1);
        if (s[p] == '}') {
          throw Text.malformed(p, "expected a key");
        }
      } else if (s[p] != '}') {
        throw Text.malformed(p, "expected ',' or '}'");
      }
    }
    if (from < 0) {
      throw Text.malformed(p, "an entry without a resource");
    }
    release(s, mode);
    return p + 1;
  }

  /** The member of a key between the quotes at {@code p} and {@code end}; none comes twice. */
  private Member member(byte[] s, int p, int end) {
    limits.key(p, end);
    boolean plain = !Text.escaped(s, p + 1, end);
    byte[] key = plain ? s : Text.decode(s, p + 1, end).getBytes(StandardCharsets.UTF_8);
    int at = plain ? p + 1 : 0;
    int last = plain ? end : key.length;
    for (Member member : Member.KNOWN) {
      if (Arrays.equals(key, at, last, member.key, 0, member.key.length)) {
        duplicate((seen & 1 << member.ordinal()) != 0, p);
        seen |= 1 << member.ordinal();
        return member;
      }
    }
    duplicate(!keys.add(new String(key, at, last - at, StandardCharsets.UTF_8)), p);
    return Member.OTHER;
  }

  private static void duplicate(boolean twice, int p) {
    if (twice) {
      throw Text.malformed(p, "duplicate key");
    }
  }

  /** Walks the resource, whose edits stay with the redactor until the entry's end. */
  private int resource(byte[] s, int p) {
    from = p;
    String type = TypeSkim.resourceType(s, p);
    refused = null;
    if (envelope.type().equals(type)) {
      try {
        to = redactor.walk(view, Redactor.Layer.EXCHANGE, s, p, type, envelope.rebase());
      } catch (Refusal refusal) {
        if (refusal.reason() == Reason.UPSTREAM_INVALID) {
          throw refusal;
        }
        refused = refusal;
      }
    } else {
      // Includes nobody asked for, the upstream's own outcomes: validated, and not passed on.
      refused = "OperationOutcome".equals(type) ? OUTCOME : OTHER_TYPE;
    }
    if (refused != null) {
      to = redactor.skip(s, p);
    }
    if (to - from > limits.resourceBytesMax()) {
      refused = TOO_LARGE;
    }
    return to;
  }

  /** An entry that is larger than anything we judge. */
  void tooLarge() {
    if (fill.reaches()) {
      out.withhold();
    }
  }

  private void release(byte[] s, String mode) {
    if (!fill.reaches()) {
      return; // on the page before, or the one behind
    }
    if (refused != null || !mode.equals("match") || envelope.total().only()) {
      if (refused != OUTCOME) {
        out.withhold();
      }
      return;
    }
    Fact fact = redactor.fact(envelope.type());
    if (!envelope.release().holds(fact)) {
      out.withhold();
      return;
    }
    if (!fill.takes(released)) {
      return;
    }
    out.bytes(released++ == 0 ? FIRST : NEXT);
    if (showsId && plain(fact.id())) {
      out.bytes(fullUrl);
      out.text(fact.id());
      out.text("\",");
    }
    out.bytes(RESOURCE);
    redactor.copy(s, from, to, out);
    out.bytes(MATCH);
    out.account(fact, redactor.hits());
  }

  /** Whether it is an id as FHIR writes them: {@code [A-Za-z0-9\-.]{1,64}}. */
  private static boolean plain(String id) {
    for (int i = 0; i < id.length(); i++) {
      char c = id.charAt(i);
      boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
      if (!letter && c != '-' && c != '.') {
        return false;
      }
    }
    return !id.isEmpty() && id.length() <= 64;
  }

  /** Ends the list of entries; FHIR's arrays are never empty, so perhaps there is none. */
  void close() {
    if (released > 0) {
      out.bytes(END);
    }
  }
}
