package io.sallyport.policy.redact;

import java.util.IdentityHashMap;
import java.util.Map;

/**
 * For each view, which key followed which last time. Learned from data, but made of slots alone:
 * nothing of a patient is in it.
 */
final class Predictions {
  /** So many views are remembered: those a loop has served lately. */
  private static final int VIEWS_MAX = 64;

  private final Map<View, Slot[]> tables = new IdentityHashMap<>();

  /** The table of a view: by a slot's ordinal, the slot that followed it. */
  Slot[] of(View seen) {
    View view = seen.compiled();
    if (tables.size() == VIEWS_MAX && !tables.containsKey(view)) {
      tables.clear();
    }
    return tables.computeIfAbsent(view, v -> new Slot[v.ordinals()]);
  }
}
