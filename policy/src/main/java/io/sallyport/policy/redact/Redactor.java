package io.sallyport.policy.redact;

import io.sallyport.policy.Reason;
import io.sallyport.policy.Refusal;
import java.util.List;
import java.util.Map;

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

  /** Kept between exchanges up to this size; a larger resource gets an array of its own. */
  private static final int KEPT_BYTES = 1 << 20;

  /** Which rules apply besides the view. */
  public enum Layer {
    /** Only what the view hides: exact otherwise. */
    ELEMENT,
    /** Inside an answer: also tags, versions, URLs, envelope rules. */
    EXCHANGE
  }

  private final Limits limits;
  private final Walker walker;
  private final Projector projector = new Projector();

  /** What is done to the resource walked last, and what it is seen by. */
  private Edits edits;

  private View view;

  private Bases bases = Bases.NONE;
  private byte[] scratch = new byte[16 << 10];
  private int start;
  private int end;

  public Redactor(Limits limits) {
    this.limits = limits;
    this.walker = new Walker(limits);
  }

  /**
   * The loop's own array for input: what it holds is lost when another asks for it. Its bytes are
   * not zero; who puts something in writes the {@link #PADDING} behind it.
   */
  public byte[] scratch(int size) {
    if (scratch.length >= size) {
      return scratch;
    }
    byte[] larger = new byte[Math.max(size, Math.min(KEPT_BYTES, 2 * scratch.length))];
    if (larger.length <= KEPT_BYTES) {
      scratch = larger;
    }
    return larger;
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
    String found = judge(view, layer, source, from, to, type, rebase);
    // A copy: between this call and the write, the loop may redact another exchange's resource.
    Edits kept = edits.snapshot();
    int first = start;
    int last = end;
    return new Redacted(
        kept.length(first, last),
        sink -> kept.copy(source, first, last, sink),
        List.of(fact(found)),
        walker.found.hits.byName(),
        0);
  }

  /**
   * Redacts one resource and writes what may be released to {@code out}, when all of it was judged
   * and not before. Otherwise as the other; what it returns has been written.
   */
  public Redacted redact(
      View view,
      Layer layer,
      byte[] source,
      int from,
      int to,
      String type,
      Rebase rebase,
      Sink out) {
    String found = judge(view, layer, source, from, to, type, rebase);
    edits.copy(source, start, end, out);
    return new Redacted(
        edits.length(start, end),
        Redacted.WRITTEN,
        List.of(fact(found)),
        walker.found.hits.byName(),
        0);
  }

  /** Pass 1, and where the release begins and ends; returns the resource's type. */
  private String judge(
      View view, Layer layer, byte[] source, int from, int to, String type, Rebase rebase) {
    try {
      int open = Text.space(source, from);
      if (source[open] != '{') {
        throw Text.malformed(open, "not a JSON object");
      }
      String found = TypeSkim.resourceType(source, open);
      if (found == null || (type != null && !type.equals(found))) {
        throw Text.malformed(open, type == null ? "no resourceType" : "not a " + type);
      }
      if (to - from > limits.bytesMax(found)) {
        throw new Refusal(Reason.UPSTREAM_TOO_LARGE, "resource is over its limit");
      }
      int close = walk(view, layer, source, open, found, rebase);
      int rest = Text.space(source, close);
      if (rest < to || close > to) {
        throw Text.malformed(Math.min(rest, to), "bytes behind the resource, or input cut");
      }
      boolean whole = layer == Layer.ELEMENT;
      start = whole ? from : open;
      end = whole ? to : close;
      return found;
    } catch (IndexOutOfBoundsException cut) {
      throw Text.malformed(to, "input ends too early");
    }
  }

  /** Validates one JSON value that is not released; {@code source} is padded behind {@code to}. */
  void validate(byte[] source, int from, int to) {
    try {
      if (walker.skip(source, from) != to) {
        throw Text.malformed(to, "not one value");
      }
    } catch (IndexOutOfBoundsException end) {
      throw Text.malformed(to, "input ends too early");
    }
  }

  /** Validates one JSON value that is not released; returns the index behind it. */
  int skip(byte[] source, int from) {
    return walker.skip(source, from);
  }

  int walk(View view, Layer layer, byte[] source, int open, String type, Rebase rebase) {
    return walk(view, layer, source, open, type, rebase, false);
  }

  /**
   * Pass 1 over the resource whose "{" is at {@code open}; what it found stays here until the next.
   *
   * @param links whether it is to find the references by which others may come beside it
   * @return the index behind the resource
   */
  int walk(
      View view, Layer layer, byte[] source, int open, String type, Rebase rebase, boolean links) {
    Node root = view.root(type);
    if (root == null) {
      throw new Refusal(Reason.NO_RULE_PERMITS, "the role is not shown this type");
    }
    boolean exchange = layer == Layer.EXCHANGE;
    if (exchange && TypeSkim.withheld(source, open, type)) {
      throw new Refusal(
          Reason.NO_RULE_PERMITS,
          "Binaries, outcomes and Bundles other than collections are not released");
    }
    if (rebase != bases.rebase) {
      bases = rebase == null ? Bases.NONE : new Bases(rebase);
    }
    walker.fresh();
    walker.found.links.want(links);
    // In an answer the view alone decides, not what was in the resource: that would tell of it.
    walker.dropDerived = exchange && view.partial() && !view.keepsDerived();
    walker.start(source, view, exchange, bases);
    int end = walker.resource(open, root);
    boolean about = walker.found.byPatient && walker.acts.about(walker.found.about(type));
    if (about
        || !walker.found.deniedContained.isEmpty()
        || !walker.found.partialHolders.isEmpty()) {
      // What is made of a date may stand before whom it is about, a reference before the contained
      // resource that went, and a narrative before the
      // nested one that it repeats.
      walker.start(source, view, exchange, bases);
      end = walker.resource(open, root);
    }
    if (!walker.found.holes.isEmpty()) {
      Pairs.close(source, walker.found.holes, walker.edits, walker.doomed);
      walker.start(source, view, exchange, bases);
      end = walker.resource(open, root);
    }
    edits = walker.edits;
    this.view = view;
    if (exchange) {
      boolean partial = walker.found.nestedPartial || root.dirty;
      view.tags(partial, root.made | walker.found.nestedMade).insert(walker.found, edits);
    }
    if (view.projection() != null) {
      edits = projector.project(source, open, root, view, edits);
    }
    return end;
  }

  /** Pass 2 over what {@link #walk} walked. */
  void copy(byte[] source, int from, int to, Sink sink) {
    edits.copy(source, from, to, sink);
  }

  /** What the journal must know of the resource that {@link #walk} walked. */
  Fact fact(String type) {
    String id = walker.found.id();
    if (type.equals("Patient") && !id.isEmpty()) {
      walker.found.patient(id);
    }
    return new Fact(
        type,
        id,
        walker.found.patients(),
        walker.found.members(),
        walker.found.segments(),
        walker.found.elements.any() ? walker.found.elements(view.asks(type), bases) : Map.of(),
        walker.found.strippedSince(0));
  }

  /** By which references others may come beside it, if the walk was to find them. */
  List<Links.Link> links() {
    return walker.found.links.all();
  }

  /** What the rules took out of it. */
  Hits hits() {
    return walker.found.hits;
  }
}
