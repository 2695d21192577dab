package io.sallyport.policy.redact;

import io.sallyport.policy.Reason;
import io.sallyport.policy.Refusal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Rewrites FHIR JSON to what a {@link View} lets through: one strict pass that validates the whole
 * resource and yields facts and removed ranges, then a copy of the gaps. Bytes in, bytes out; no
 * object model. What is retained is retained byte for byte.
 *
 * <p>Not thread-safe: one for each event loop.
 */
public final class Redactor {
  /** Bytes that must lie behind the input, zero, so that every scan ends. */
  public static final int PADDING = 64;

  private static final String SYSTEM = "http://terminology.hl7.org/CodeSystem/v3-ObservationValue";

  /** Which rules apply besides the view. DESIGN: element layer and exchange layer. */
  public enum Layer {
    /** Only what the view hides: exact otherwise. */
    ELEMENT,
    /** Inside an answer: also tags, versions, URLs, envelope rules. */
    EXCHANGE
  }

  private final Limits limits;
  private final Walker walker;
  private Bases bases = Bases.NONE;

  public Redactor(Limits limits) {
    this.limits = limits;
    this.walker = new Walker(limits);
  }

  /**
   * Redacts one resource.
   *
   * @param source holds the resource at {@code [from, to)} and {@link #PADDING} zero bytes behind
   *     it
   * @param type the type that must come, or null for any the view shows
   * @param rebase URL rewriting, or null for none
   * @return what may be released; it reads {@code source} when it is written
   * @throws io.sallyport.policy.Refusal UPSTREAM_INVALID with the byte position when the input is
   *     not strict FHIR JSON; UPSTREAM_TOO_LARGE over a limit; NO_RULE_PERMITS when the view does
   *     not show the type
   */
  public Redacted redact(
      View view, Layer layer, byte[] source, int from, int to, String type, Rebase rebase) {
    if (to - from > limits.resourceBytesMax()) {
      throw new Refusal(Reason.UPSTREAM_TOO_LARGE, "resource is over its limit");
    }
    if (rebase != bases.rebase) {
      bases = rebase == null ? Bases.NONE : new Bases(rebase);
    }
    try {
      return walk(view, layer, source, from, to, type);
    } catch (IndexOutOfBoundsException end) {
      throw Text.malformed(to, "input ends too early");
    }
  }

  /** Validates one JSON value that is not released; {@code source} is padded behind {@code to}. */
  void validate(byte[] source, int from, int to) {
    try {
      walker.start(source, View.NONE, true, Bases.NONE);
      if (walker.validate(from) != to) {
        throw Text.malformed(to, "not one value");
      }
    } catch (IndexOutOfBoundsException end) {
      throw Text.malformed(to, "input ends too early");
    }
  }

  private Redacted walk(View view, Layer layer, byte[] source, int from, int to, String type) {
    int open = Text.space(source, from);
    if (source[open] != '{') {
      throw Text.malformed(open, "not a JSON object");
    }
    String found = TypeSkim.resourceType(source, open);
    if (found == null || (type != null && !type.equals(found))) {
      throw Text.malformed(open, type == null ? "no resourceType" : "not a " + type);
    }
    Node root = view.root(found);
    if (root == null) {
      throw new Refusal(Reason.NO_RULE_PERMITS, "the role is not shown this type");
    }
    boolean exchange = layer == Layer.EXCHANGE;
    if (exchange && TypeSkim.withheld(source, open, found)) {
      throw new Refusal(
          Reason.NO_RULE_PERMITS,
          "Binaries, outcomes and Bundles other than collections are not released");
    }
    walker.fresh();
    // In an answer the view alone decides, not what was in the resource: that would tell of it.
    walker.dropDerived = exchange && view.partial() && !view.keepsDerived();
    walker.start(source, view, exchange, bases);
    int end = walker.resource(open, root);
    if (again(view)) {
      walker.start(source, view, exchange, bases);
      end = walker.resource(open, root);
    }
    if (!walker.found.holes.isEmpty()) {
      Pairs.close(source, walker.found.holes, walker.edits, walker.doomed);
      walker.start(source, view, exchange, bases);
      end = walker.resource(open, root);
    }
    int rest = Text.space(source, end);
    if (rest < to || end > to) {
      throw Text.malformed(Math.min(rest, to), "bytes behind the resource, or input cut");
    }
    Set<String> tags =
        !exchange ? Set.of() : walker.found.nestedPartial ? view.tags() : view.tags(found);
    if (!tags.isEmpty()) {
      tag(tags);
    }
    Fact fact = new Fact(found, walker.found.id, patients(found));
    int start = open;
    int stop = layer == Layer.ELEMENT ? to : end;
    int begin = layer == Layer.ELEMENT ? from : start;
    // A copy: between this call and the write, the loop may redact another exchange's resource.
    Edits edits = walker.edits.snapshot();
    return new Redacted(
        edits.length(begin, stop),
        sink -> edits.copy(source, begin, stop, sink),
        List.of(fact),
        walker.found.removed,
        0);
  }

  /**
   * Whether another walk must use what the first one learned: a reference may stand before the
   * contained resource that went, and a narrative before the nested one it repeats.
   */
  private boolean again(View view) {
    boolean repeats =
        (walker.found.nestedPartial || walker.found.nestedDenied)
            && !walker.dropDerived
            && !view.keepsDerived();
    walker.dropDerived |= repeats;
    return repeats || !walker.found.deniedContained.isEmpty();
  }

  private List<String> patients(String type) {
    if (!type.equals("Patient") || walker.found.id.isEmpty()) {
      return walker.found.patients;
    }
    List<String> self = new ArrayList<>(walker.found.patients);
    self.add(walker.found.id);
    return self;
  }

  /**
   * Adds the tags of a partial view. They depend on the view, never on whether something was there
   * to hide: otherwise the tag would tell.
   */
  private void tag(Set<String> tags) {
    String security = tags.contains("REDACTED") ? coding("REDACTED") : null;
    String tag = tags.contains("SUBSETTED") ? coding("SUBSETTED") : null;
    if (walker.found.tags.meta < 0) {
      String inside =
          (security == null ? "" : "\"security\":[" + security + "]")
              + (security != null && tag != null ? "," : "")
              + (tag == null ? "" : "\"tag\":[" + tag + "]");
      walker.edits.insert(walker.found.typeEnd, bytes(",\"meta\":{" + inside + "}"));
      return;
    }
    StringBuilder front = new StringBuilder();
    if (security != null && walker.found.tags.security < 0) {
      front.append("\"security\":[").append(security).append("],");
    } else if (security != null) {
      walker.edits.insert(walker.found.tags.security, bytes(security + ","));
    }
    if (tag != null && walker.found.tags.tag < 0) {
      front.append("\"tag\":[").append(tag).append("],");
    } else if (tag != null) {
      walker.edits.insert(walker.found.tags.tag, bytes(tag + ","));
    }
    if (front.length() > 0) {
      walker.edits.insert(walker.found.tags.meta, bytes(front.toString()));
    }
  }

  private static String coding(String code) {
    return "{\"system\":\"" + SYSTEM + "\",\"code\":\"" + code + "\"}";
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
