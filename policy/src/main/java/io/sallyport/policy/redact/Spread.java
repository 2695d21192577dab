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

  /** Resources are withheld for a modifier extension below. */
  static void modifiers(List<Node> nodes, boolean hiddenUrls) {
    for (Node node : nodes) {
      Slot slot = node.find("modifierExtension");
      if (slot != null && !node.accepted) {
        boolean goes = hiddenUrls || slot.child.find("url").hiddenBy != null;
        slot.modifier = slot.hiddenBy != null || goes;
        slot.seal();
        node.strips = slot.modifier;
      }
    }
    boolean changed = true;
    while (changed) {
      changed = false;
      for (Node node : nodes) {
        if (!node.strips && strips(node)) {
          node.strips = true;
          changed = true;
        }
      }
    }
  }

  /** Of an object nothing may be left although there was something. */
  static void vanishing(List<Node> nodes) {
    boolean changed = true;
    while (changed) {
      changed = false;
      for (Node node : nodes) {
        if (!node.vanishes && vanishes(node)) {
          node.vanishes = true;
          changed = true;
        }
      }
    }
  }

  private static boolean vanishes(Node node) {
    for (Slot slot : node.slots) {
      if (!slot.derived && slot.mayGo()) {
        return true;
      }
    }
    return false;
  }

  private static boolean strips(Node node) {
    for (Slot slot : node.slots) {
      if (slot.hiddenBy == null && slot.child != null && slot.child.strips) {
        return true;
      }
    }
    return false;
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
