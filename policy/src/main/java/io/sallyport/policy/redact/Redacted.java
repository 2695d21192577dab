package io.sallyport.policy.redact;

import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Proof that bytes went through the redactor: what may be released, what was taken out, and which
 * resources it discloses. Only the redactor makes one, and a disclosure cannot be built without
 * one.
 *
 * <p>It reads the source array when written, so that array must not change before. The redactor
 * itself may go on to the next resource.
 */
public final class Redacted {
  /** The output of what went to its sink when it was made. */
  static final Consumer<Sink> WRITTEN =
      sink -> {
        throw new IllegalStateException("this was written when it was made");
      };

  private final int length;
  private final Consumer<Sink> output;
  private final List<Fact> facts;
  private final Map<String, Integer> removed;
  private final int withheld;

  /**
   * @param removed by rule; not copied, so it must not change
   */
  Redacted(
      int length,
      Consumer<Sink> output,
      List<Fact> facts,
      Map<String, Integer> removed,
      int withheld) {
    this.length = length;
    this.output = output;
    this.facts = List.copyOf(facts);
    this.removed = removed;
    this.withheld = withheld;
  }

  /** The number of bytes that are released. */
  public int length() {
    return length;
  }

  /**
   * Copies the gaps between the removed ranges, and what was put in, to {@code sink}. Not for what
   * was written to its sink when it was made.
   */
  public void writeTo(Sink sink) {
    output.accept(sink);
  }

  /** The resources that are released, outermost only; contained ones are part of theirs. */
  public List<Fact> facts() {
    return facts;
  }

  /** Rule hits: element paths as the policy writes them, and how often each was removed. */
  public Map<String, Integer> removed() {
    return removed;
  }

  /** How many resources were withheld whole. */
  public int withheld() {
    return withheld;
  }
}
