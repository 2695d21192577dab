package io.sallyport.policy.redact;

import java.util.Arrays;
import java.util.Set;

/** The resources around the place of a walk, outermost first. */
final class Nesting {
  private int[] starts = new int[8];
  private int[] scopes = new int[8];
  private boolean[] drops = new boolean[8];
  private int level;

  void clear() {
    level = 0;
  }

  /**
   * Enters the resource at {@code p}.
   *
   * @param contained whether its id belongs to the resource around it
   * @param drop whether what is derived from it goes
   */
  void enter(int p, boolean contained, boolean drop) {
    if (level == starts.length) {
      starts = Arrays.copyOf(starts, level * 2);
      scopes = Arrays.copyOf(scopes, level * 2);
      drops = Arrays.copyOf(drops, level * 2);
    }
    starts[level] = p;
    scopes[level] = contained ? scopes[level - 1] : p;
    drops[level++] = drop;
  }

  void leave() {
    level--;
  }

  /** Where the resource begins that contained ids belong to. */
  int scope() {
    return scopes[level - 1];
  }

  /** Whether the innermost resource is a contained one. */
  boolean contained() {
    return scopes[level - 1] != starts[level - 1];
  }

  /** Whether what is derived from the innermost resource goes. */
  boolean drops() {
    return drops[level - 1];
  }

  /** Adds where the resources around begin. */
  void addTo(Set<Integer> holders) {
    for (int i = 0; i < level; i++) {
      holders.add(starts[i]);
    }
  }
}
