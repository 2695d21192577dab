package io.sallyport.policy;

import io.sallyport.policy.redact.Fact;

/**
 * What one policy or one token asks of the resources of some types before they are released.
 * Immutable.
 */
public interface ResourceRule {
  /** Whether it asks anything of this type. */
  boolean concerns(String type);

  /** Whether a resource with these facts may be released; what cannot be told is false. */
  boolean holds(Fact fact);
}
