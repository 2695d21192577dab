package io.sallyport.policy.redact;

import java.util.HashSet;
import java.util.Set;

/** The labels of a role's answers, by what is seen of the resource and what was asked for. */
final class Labels {
  /** Values are shown less exactly. */
  static final int ABSTRED = 1;

  /** Names stand in the place of others. */
  static final int PSEUDED = 2;

  private static final Tags NONE = new Tags(Set.of(), 0);

  private final Tags[] plain = new Tags[4];
  private final Tags[] subset = new Tags[4];
  private final Tags wholeSubset = new Tags(Set.of("SUBSETTED"), 0);

  /**
   * @param tags those the role's policy wants
   */
  Labels(Set<String> tags) {
    // FHIR wants it of whoever returns what a caller selected, whatever a policy says.
    Set<String> more = new HashSet<>(tags);
    more.add("SUBSETTED");
    for (int made = 0; made < plain.length; made++) {
      plain[made] = new Tags(tags, made);
      subset[made] = new Tags(more, made);
    }
  }

  /**
   * The labels of a resource.
   *
   * @param part whether the view may hide something of it
   * @param made what of {@link #ABSTRED} and {@link #PSEUDED} it may show changed
   * @param selected whether the caller asked for a part
   */
  Tags of(boolean part, int made, boolean selected) {
    if (!part) {
      return selected ? wholeSubset : NONE;
    }
    return selected ? subset[made] : plain[made];
  }
}
