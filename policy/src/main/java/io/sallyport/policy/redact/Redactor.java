package io.sallyport.policy.redact;

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

  /** Which rules apply besides the view. DESIGN: element layer and exchange layer. */
  public enum Layer {
    /** Only what the view hides: exact otherwise. */
    ELEMENT,
    /** Inside an answer: also tags, versions, envelope rules. */
    EXCHANGE
  }

  public Redactor(Limits limits) {}

  /**
   * Redacts one resource.
   *
   * @param source holds the resource at {@code [from, to)} and {@link #PADDING} zero bytes behind
   *     it
   * @param type the type that must come, or null for any the view shows
   * @param rebase URL rewriting, or null for none
   * @return what may be released
   * @throws io.sallyport.policy.Refusal UPSTREAM_INVALID with the byte position when the input is
   *     not strict FHIR JSON; UPSTREAM_TOO_LARGE over a limit; NO_RULE_PERMITS when the view does
   *     not show the type
   */
  public Redacted redact(
      View view, Layer layer, byte[] source, int from, int to, String type, Rebase rebase) {
    throw new IllegalStateException("redactor");
  }
}
