package io.sallyport.policy.redact;

import java.util.List;

/** Spreads what slots say to all states of a view's automaton that lead to them. */
final class Spread {
  private Spread() {}

  /** Something is hidden below, or changed. */
  static void dirt(List<Node> nodes) {
    boolean changed = true;
    while (changed) {
      changed = false;
      for (Node node : nodes) {
        if (!node.dirty && dirty(node)) {
          node.dirty = true;
          changed = true;
        }
        int made = node.made | made(node);
        if (made != node.made) {
          node.made = made;
          changed = true;
        }
      }
    }
  }

  private static boolean dirty(Node node) {
    for (Slot slot : node.slots) {
      if (slot.hiddenBy != null
          || slot.rewrite != null
          || (slot.child != null && slot.child.dirty)) {
        return true;
      }
    }
    return false;
  }

  /** What the labels say of the values that are shown changed at or below a state. */
  private static int made(Node node) {
    int made = 0;
    for (Slot slot : node.slots) {
      if (slot.rewrite != null) {
        made |= slot.rewrite.method().pseudonymous() ? Labels.PSEUDED : Labels.ABSTRED;
      }
      made |= slot.hiddenBy == null && slot.child != null ? slot.child.made : 0;
    }
    return made;
  }
}
