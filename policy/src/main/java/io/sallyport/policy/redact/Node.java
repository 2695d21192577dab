package io.sallyport.policy.redact;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * A state of the view's automaton: a type, seen at a place where certain rules are alive. Recursive
 * types are loops. Immutable once compiled.
 */
final class Node {
  /** A value nothing is known about: parsed as strictly as any other, never kept. */
  static final Node UNKNOWN = new Node("");

  final String type;
  private final List<Slot> building = new ArrayList<>();
  Slot[] slots = {};
  private Slot[] table = {};
  private int mask;

  /** Whether something may be taken out at or below this state. */
  boolean dirty;

  /** Extensions with these URLs go; empty for none. Only on nodes of type Extension. */
  Map<String, String> hiddenUrls = Map.of();

  /** What an answer says in the place of required elements that are hidden; null for nothing. */
  byte[] absent;

  /** The ordinal of the pseudo-slot "start of object", for prediction. */
  int entry;

  Node(String type) {
    this.type = type;
  }

  void add(Slot slot) {
    slot.index = building.size();
    building.add(slot);
  }

  /** Builds the hash table; keys are unique within a FHIR type. */
  void seal() {
    slots = building.toArray(new Slot[0]);
    int size = Integer.highestOneBit(Math.max(4, slots.length * 3)) << 1;
    table = new Slot[size];
    mask = size - 1;
    for (Slot slot : slots) {
      byte[] key = slot.key.getBytes(StandardCharsets.UTF_8);
      int at = hash(key, 0, key.length) & mask;
      while (table[at] != null) {
        at = (at + 1) & mask;
      }
      table[at] = slot;
    }
  }

  /** The slot of a key whose bytes need no decoding; null when the type has no such element. */
  Slot find(byte[] source, int from, int to) {
    if (table.length == 0) {
      return null;
    }
    int length = to - from;
    for (int at = hash(source, from, to) & mask; table[at] != null; at = (at + 1) & mask) {
      Slot slot = table[at];
      if (slot.literal.length == length + 3
          && Arrays.equals(slot.literal, 1, length + 1, source, from, to)) {
        return slot;
      }
    }
    return null;
  }

  /** The slot of a decoded key. */
  Slot find(String key) {
    byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
    return find(bytes, 0, bytes.length);
  }

  private static int hash(byte[] source, int from, int to) {
    int h = to - from;
    for (int i = from; i < to; i++) {
      h = h * 31 + source[i];
    }
    return h ^ h >>> 15;
  }
}
