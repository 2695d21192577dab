package io.sallyport.policy.redact;

import java.util.HashSet;
import java.util.Set;

/** The labels of a role's answers, by what is seen of the resource and what was asked for. */
final class Labels {
  private static final Tags NONE = new Tags(Set.of(), false);

  private final Tags partial;
  private final Tags changed;
  private final Tags wholeSubset = new Tags(Set.of("SUBSETTED"), false);
  private final Tags partialSubset;
  private final Tags changedSubset;

  /**
   * @param tags those the role's policy wants
   */
  Labels(Set<String> tags) {
    partial = new Tags(tags, false);
    changed = new Tags(tags, true);
    // FHIR wants it of whoever returns what a caller selected, whatever a policy says.
    Set<String> more = new HashSet<>(tags);
    more.add("SUBSETTED");
    partialSubset = new Tags(more, false);
    changedSubset = new Tags(more, true);
  }

  /**
   * The labels of a resource.
   *
   * @param part whether the view may hide something of it
   * @param rewritten whether the view may show something of it changed
   * @param subset whether the caller asked for a part
   */
  Tags of(boolean part, boolean rewritten, boolean subset) {
    if (!part) {
      return subset ? wholeSubset : NONE;
    }
    if (subset) {
      return rewritten ? changedSubset : partialSubset;
    }
    return rewritten ? changed : partial;
  }
}
