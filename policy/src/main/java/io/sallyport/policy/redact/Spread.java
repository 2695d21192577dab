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
        if (!node.rewritten && rewritten(node)) {
          node.rewritten = true;
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

  private static boolean rewritten(Node node) {
    for (Slot slot : node.slots) {
      boolean below = slot.hiddenBy == null && slot.child != null && slot.child.rewritten;
      if (slot.rewrite != null || below) {
        return true;
      }
    }
    return false;
  }
}
