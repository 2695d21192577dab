package io.sallyport.policy;

import io.sallyport.policy.redact.Fact;
import java.util.List;

/**
 * What a resource must be so that one caller may be given it. It is asked of what each resource
 * itself says, of a read's and of every entry of a search: what the record system was asked to
 * narrow an answer to proves nothing.
 *
 * @param compartment when not null, only what it holds
 * @param segments the segments the caller is denied, as bits of {@link Fact#segments}
 * @param rules what else it must be; all of them hold
 * @param related when not null, only what is about a patient with whom its relations hold
 */
public record ReleaseRule(
    Compartment compartment, long segments, List<ResourceRule> rules, Related related) {
  /** Every resource of the types that the view shows. */
  public static final ReleaseRule ANY = new ReleaseRule(null, 0);

  public ReleaseRule {
    rules = List.copyOf(rules);
  }

  public ReleaseRule(Compartment compartment, long segments, List<ResourceRule> rules) {
    this(compartment, segments, rules, null);
  }

  public ReleaseRule(Compartment compartment, long segments) {
    this(compartment, segments, List.of());
  }

  /** The same, where relations must hold; null for none. */
  ReleaseRule with(Related others) {
    return new ReleaseRule(compartment, segments, rules, others);
  }

  /**
   * Whether a resource with these facts may be released. A fact that is missing denies, and so does
   * a relation of which nothing is known: {@link #asks} says of which.
   */
  public boolean holds(Fact fact) {
    return byItself(fact) && (related == null || related.hold(fact));
  }

  /**
   * The patient of whom {@link #related} must learn whether its relations hold before {@link
   * #holds} can say yes; null when it says what it says anyway.
   */
  public String asks(Fact fact) {
    return related == null || !byItself(fact) ? null : related.asks(fact);
  }

  private boolean byItself(Fact fact) {
    if (fact.stripped()
        || (fact.segments() & segments) != 0
        || (compartment != null && !compartment.holds(fact))) {
      return false;
    }
    for (ResourceRule rule : rules) {
      if (!rule.holds(fact)) {
        return false;
      }
    }
    return true;
  }

  /**
   * Whether the release of a type's resources depends on nothing that they say, but for what {@link
   * io.sallyport.policy.redact.View#showsEvery} answers: then a count tells nothing hidden.
   */
  public boolean unconditional(String type) {
    return compartment == null
        && segments == 0
        && rules.stream().noneMatch(rule -> rule.concerns(type))
        && related == null;
  }

  @Override
  public String toString() {
    boolean any = compartment == null && segments == 0 && rules.isEmpty() && related == null;
    return any ? "any" : "[phi]";
  }
}
