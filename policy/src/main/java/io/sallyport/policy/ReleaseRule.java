package io.sallyport.policy;

import io.sallyport.policy.redact.Fact;

/**
 * What a resource must be so that one caller may be given it. It is asked of what each resource
 * itself says, of a read's and of every entry of a search: what the record system was asked to
 * narrow an answer to proves nothing.
 *
 * @param compartment when not null, only what it holds
 * @param segments the segments the caller is denied, as bits of {@link Fact#segments}
 */
public record ReleaseRule(Compartment compartment, long segments) {
  /** Every resource of the types that the view shows. */
  public static final ReleaseRule ANY = new ReleaseRule(null, 0);

  /** Whether a resource with these facts may be released. A fact that is missing denies. */
  public boolean holds(Fact fact) {
    return (fact.segments() & segments) == 0 && (compartment == null || compartment.holds(fact));
  }

  /** Whether it depends on nothing that a resource says: then a count tells nothing hidden. */
  public boolean unconditional() {
    return compartment == null && segments == 0;
  }

  @Override
  public String toString() {
    return compartment == null && segments == 0 ? "any" : "[phi]";
  }
}
