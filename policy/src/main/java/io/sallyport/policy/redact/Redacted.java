package io.sallyport.policy.redact;

import java.util.List;
import java.util.Map;

/**
 * Proof that bytes went through the redactor: what may be released, what was taken out, and which
 * resources it discloses. Only the redactor makes one, and a disclosure cannot be built without
 * one. Bound to the thread of its redactor until written.
 */
public final class Redacted {
  private Redacted() {}

  /** The number of bytes {@link #writeTo} will write. */
  public int length() {
    throw new IllegalStateException("redacted");
  }

  /** Copies the gaps between the removed ranges, and what was put in, to {@code sink}. Once. */
  public void writeTo(Sink sink) {
    throw new IllegalStateException("redacted");
  }

  /** The resources that are released, outermost only; contained ones are part of theirs. */
  public List<Fact> facts() {
    throw new IllegalStateException("redacted");
  }

  /** Rule hits: element paths as the policy writes them, and how often each was removed. */
  public Map<String, Integer> removed() {
    throw new IllegalStateException("redacted");
  }

  /** How many resources were withheld whole. */
  public int withheld() {
    throw new IllegalStateException("redacted");
  }
}
