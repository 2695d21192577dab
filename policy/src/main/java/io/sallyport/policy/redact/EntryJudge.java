package io.sallyport.policy.redact;

import io.sallyport.policy.Reason;
import io.sallyport.policy.Refusal;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;

/** Judges the entries of a searchset one by one and writes those that may be released. */
final class EntryJudge {
  private final Redactor redactor;
  private final View view;
  private final BundleStream.Envelope envelope;
  private final WindowWriter out;
  private final Set<String> keys = new HashSet<>();
  private final Skip skip = new Skip();
  private int released;

  EntryJudge(Redactor redactor, View view, BundleStream.Envelope envelope, WindowWriter out) {
    this.redactor = redactor;
    this.view = view;
    this.envelope = envelope;
    this.out = out;
  }

  int released() {
    return released;
  }

  /** Judges the entry in {@code s[0..to)}, padded behind. */
  void entry(byte[] s, int to) {
    try {
      judge(s, to);
    } catch (IndexOutOfBoundsException end) {
      throw Text.malformed(to, "entry ends too early");
    }
  }

  private void judge(byte[] s, int to) {
    int resource = -1;
    int resourceEnd = -1;
    String mode = "match";
    keys.clear();
    int p = Text.space(s, 1);
    while (s[p] != '}') {
      if (s[p] != '"') {
        throw Text.malformed(p, "a key must be a string");
      }
      int keyEnd = Text.string(s, p + 1);
      String key = Text.decode(s, p + 1, keyEnd);
      if (!keys.add(key)) {
        throw Text.malformed(p, "duplicate key");
      }
      p = Text.space(s, keyEnd + 1);
      if (s[p] != ':') {
        throw Text.malformed(p, "expected ':'");
      }
      p = Text.space(s, p + 1);
      skip.reset();
      int end = skip.end(s, p, to);
      if (end < 0) {
        throw Text.malformed(to, "entry ends too early");
      }
      if (key.equals("resource") && s[p] == '{') {
        resource = p;
        resourceEnd = end;
      } else {
        redactor.validate(s, p, end);
        if (key.equals("search") && s[p] == '{') {
          String given = TypeSkim.member(s, p, "mode");
          mode = given == null ? mode : given;
        }
      }
      p = Text.space(s, end);
      if (s[p] == ',') {
        p = Text.space(s, p + 1);
        if (s[p] == '}') {
          throw Text.malformed(p, "expected a key");
        }
      } else if (s[p] != '}') {
        throw Text.malformed(p, "expected ',' or '}'");
      }
    }
    if (resource < 0) {
      throw Text.malformed(0, "an entry without a resource");
    }
    release(s, resource, resourceEnd, mode);
  }

  private void release(byte[] s, int from, int to, String mode) {
    String type = TypeSkim.resourceType(s, from);
    if (!envelope.type().equals(type) || !mode.equals("match")) {
      // Includes nobody asked for, the upstream's own outcomes: validated, and not passed on.
      redactor.validate(s, from, to);
      if (!"OperationOutcome".equals(type)) {
        out.withhold();
      }
      return;
    }
    byte[] padded = Arrays.copyOf(Arrays.copyOfRange(s, from, to), to - from + Redactor.PADDING);
    Redacted redacted;
    try {
      redacted =
          redactor.redact(
              view, Redactor.Layer.EXCHANGE, padded, 0, to - from, type, envelope.rebase());
    } catch (Refusal refused) {
      if (refused.reason() == Reason.UPSTREAM_INVALID) {
        throw refused;
      }
      out.withhold();
      return;
    }
    Fact fact = redacted.facts().get(0);
    if (envelope.onlyId() != null && !envelope.onlyId().equals(fact.id())) {
      out.withhold();
      return;
    }
    out.text(released++ == 0 ? ",\"entry\":[{" : ",{");
    if (fact.id().matches("[A-Za-z0-9\\-.]{1,64}")) {
      String url = envelope.rebase() == null ? "" : envelope.rebase().external() + "/";
      out.text("\"fullUrl\":\"" + url + type + "/" + fact.id() + "\",");
    }
    out.text("\"resource\":");
    redacted.writeTo(out);
    out.text(",\"search\":{\"mode\":\"match\"}}");
    out.account(redacted);
  }

  /** Ends the list of entries; FHIR's arrays are never empty, so perhaps there is none. */
  void close() {
    if (released > 0) {
      byte[] end = "]".getBytes(StandardCharsets.US_ASCII);
      out.write(end, 0, end.length);
    }
  }
}
