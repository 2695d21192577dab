package io.sallyport.policy.redact;

import io.sallyport.policy.Reason;
import io.sallyport.policy.Refusal;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/** Judges the entries of a searchset one by one and writes those that may be released. */
final class EntryJudge {
  /** Of an entry whose release waits for what must be known of a patient. */
  static final int WAITS = -2;

  /** How many patients are waited for at once. */
  static final int WANTED_MAX = 256;

  private static final byte[] MODE = TypeSkim.key("mode");
  private static final Refusal OUTCOME = new Refusal(Reason.NO_RULE_PERMITS, "an outcome");
  private static final Refusal OTHER_TYPE = new Refusal(Reason.NO_RULE_PERMITS, "another type");
  private static final Refusal TOO_LARGE = new Refusal(Reason.UPSTREAM_TOO_LARGE, "too large");

  private static final byte[] MATCHED = ascii("{\"mode\":\"match\"}");

  /** The members of an entry that we know; the rest is validated. */
  private enum Member {
    FULL_URL("fullUrl"),
    RESOURCE("resource"),
    SEARCH("search"),
    REQUEST("request"),
    OTHER("");

    static final Member[] KNOWN = {FULL_URL, RESOURCE, SEARCH, REQUEST};
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
  private final EntryWriter entries;

  /** Null where the search asked for matches only. */
  private final Orphans orphans;

  /** What would have been hidden, in observe mode; else null. */
  private Shadow shadow;

  private final BundleForm form;
  private final EntryRequest request = new EntryRequest();
  private final Set<String> keys = new HashSet<>();
  private int seen;
  private int matches;

  private final Set<String> wanted = new LinkedHashSet<>();

  // The entry: what it says it is, and its resource.
  private String mode;
  private String type;
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
    this.form = envelope.form();
    this.limits = limits;
    this.fill = fill;
    this.out = out;
    this.entries = new EntryWriter(redactor, view, envelope, out);
    this.orphans = envelope.includes().isEmpty() ? null : new Orphans(envelope.includes());
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  void shadow(Shadow judging) {
    shadow = judging;
  }

  EntryWriter entries() {
    return entries;
  }

  /** How many matches were released. */
  int matches() {
    return matches;
  }

  /**
   * Judges the entry whose "{" is at {@code p} and writes it if it is released. Nothing is written
   * or counted before its last byte was proven valid.
   *
   * @return the index behind it; {@link #WAITS} when something must be known of a patient first
   */
  int entry(byte[] s, int p) {
    int end = walk(s, p);
    if (asks()) {
      return WAITS;
    }
    if (from < 0) {
      release(request.deleted());
    } else {
      release(s);
    }
    return end;
  }

  /** Walks one entry; what it is stays here until the next. Returns the index behind it. */
  private int walk(byte[] s, int p) {
    from = -1;
    mode = null;
    seen = 0;
    request.clear();
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
        mode = "match";
      } else {
        int value = p;
        p = redactor.skip(s, p);
        if (key == Member.SEARCH && s[value] == '{') {
          mode = TypeSkim.member(s, value, MODE);
        } else if (key == Member.REQUEST && s[value] == '{' && form.history()) {
          request.read(s, value);
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
    if (from < 0 && request.deleted() == null) {
      throw Text.malformed(p, "an entry without a resource");
    }
    return p + 1;
  }

  /** Whether it depends on a patient of whom is not known what must be: it is walked again then. */
  private boolean asks() {
    if (from < 0
        || envelope.release().related() == null
        || refused != null
        || envelope.total().only()) {
      return false;
    }
    boolean include = isInclude();
    String patient =
        include || (isMatch() && fill.awaits())
            ? envelope.release().asks(redactor.fact(type))
            : null;
    if (patient != null) {
      wanted.add(patient);
    }
    return patient != null;
  }

  /**
   * The patients that the entry at {@code p} and those behind it wait for, as far as they are
   * there.
   */
  Set<String> wanted(byte[] s, int p) {
    wanted.clear();
    try {
      do {
        p = Text.space(s, walk(s, p));
        asks();
        p = s[p] == ',' ? Text.space(s, p + 1) : p;
      } while (s[p] == '{' && wanted.size() < WANTED_MAX);
    } catch (Refusal | IndexOutOfBoundsException cut) {
      // What cannot be walked yet is not waited for yet.
      assert !wanted.isEmpty();
    }
    return wanted;
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
    type = TypeSkim.resourceType(s, p);
    refused = null;
    if (listed(type) || brings(type)) {
      try {
        to =
            redactor.walk(
                by(type), Redactor.Layer.EXCHANGE, s, p, type, envelope.rebase(), orphans != null);
      } catch (Refusal refusal) {
        if (refusal.reason() == Reason.UPSTREAM_INVALID) {
          throw refusal;
        }
        refused = refusal;
      }
    } else {
      // Includes not asked for, the upstream's own outcomes: validated, and not passed on.
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

  /** What a resource is seen by: elements that were asked for are the searched type's. */
  private View by(String of) {
    boolean another = !of.equals(envelope.type()) && view.projection() != null;
    return another && view.projection().ofOneType() ? view.unprojected() : view;
  }

  /** Whether resources of a type may come besides matches. */
  private boolean brings(String of) {
    return orphans != null && of != null && orphans.bring(of);
  }

  /** Whether entries of a type come by themselves. */
  private boolean listed(String of) {
    return of != null && form.types().contains(of);
  }

  private void release(byte[] s) {
    boolean include = isInclude();
    boolean match = !include && isMatch();
    if (!fill.reaches() && !include) {
      return; // on the page before, or the one behind; an include may be a match's of this one
    }
    if (refused != null || !(include || match) || envelope.total().only()) {
      if (refused != OUTCOME) {
        out.withhold();
      }
      return;
    }
    Fact fact = redactor.fact(type);
    if (!envelope.release().holds(fact) || (match && !form.holds(fact))) {
      out.withhold();
      return;
    }
    fact = fact.judged();
    if (match && !fill.takes(matches)) {
      return;
    }
    List<Links.Link> links = orphans == null ? List.of() : redactor.links();
    if (include) {
      hold(s, fact, links);
      return;
    }
    entries.next();
    entries.write(s, from, to, fact, true, request, out);
    out.account(fact, redactor.hits());
    shadow(s);
    matches++;
    if (orphans != null) {
      orphans.released(fact, links);
    }
  }

  private void shadow(byte[] s) {
    if (shadow != null) {
      shadow.judge(s, from, type);
    }
  }

  /** What does not say what it is counts as one where it can be one: that is judged by more. */
  private boolean isInclude() {
    return brings(type) && (form.modes() ? mode == null || mode.equals("include") : !listed(type));
  }

  /** Of what is no include. */
  private boolean isMatch() {
    return (!form.modes() || mode == null || mode.equals("match")) && listed(type);
  }

  /**
   * What says that a resource was deleted: nothing of it tells whether the caller was ever given
   * it.
   */
  private void release(Fact deleted) {
    if (!fill.reaches()) {
      return;
    }
    boolean shown = form.deletions() && listed(deleted.type()) && form.holds(deleted);
    if (shown && entries.deletion(deleted, request)) {
      matches++;
    } else {
      out.withhold();
    }
  }

  /** Whether an include is released, and where, is known when the page ends. */
  private void hold(byte[] s, Fact fact, List<Links.Link> links) {
    ByteArrayOutputStream json = new ByteArrayOutputStream(to - from + 128);
    entries.write(s, from, to, fact, false, request, json::write);
    String place = Objects.requireNonNullElse(entries.shown(fact), "");
    int[] removed = redactor.hits().copy();
    if (!orphans.hold(new Orphans.Held(json.toByteArray(), fact, place, removed, links))) {
      out.withhold();
    } else {
      shadow(s);
    }
  }

  /** Ends the list of entries; FHIR's arrays are never empty, so perhaps there is none. */
  void close() {
    if (orphans != null) {
      for (Orphans.Held include : orphans.chosen()) {
        entries.next();
        out.bytes(include.json);
        out.account(include.fact, include.removed);
      }
      out.withhold(orphans.orphaned());
    }
    entries.end();
  }
}
