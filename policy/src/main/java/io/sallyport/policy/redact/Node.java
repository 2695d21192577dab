package io.sallyport.policy.redact;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A state of the view's automaton: a type, seen at a place where certain rules are alive. Recursive
 * types are loops. Immutable once compiled.
 */
final class Node {
  final String type;
  private final List<Slot> building = new ArrayList<>();
  Slot[] slots = {};
  private Slot[] table = {};
  private long seed;
  private int shift;

  /** Whether something may be taken out at or below this state. */
  boolean dirty;

  /** What of {@link Labels} may be shown changed at or below this state. */
  int made;

  /** What must be left of an object in an answer; null where nothing goes. */
  Required required;

  /** Whether nothing may be left of an object of this state, by what the view hides below. */
  boolean vanishes;

  /** Whether the policy accepts that modifier extensions are taken out of objects of this state. */
  boolean accepted;

  /** Whether a resource is withheld for a modifier extension at or below this state. */
  boolean strips;

  /** The ordinal of the pseudo-slot "start of object", for prediction. */
  int entry;

  Node(String type) {
    this.type = type;
  }

  void add(Slot slot) {
    slot.index = building.size();
    building.add(slot);
  }

  /** Builds a hash table without collisions; keys are unique within a FHIR type. */
  void seal() {
    slots = building.toArray(new Slot[0]);
    for (Slot slot : slots) {
      slot.seal();
    }
    int bits = 2;
    while (1 << bits < slots.length * 2) {
      bits++;
    }
    long attempt = 0x9e3779b97f4a7c15L;
    for (int tries = 0; !fits(attempt, 64 - bits); tries++) {
      attempt = attempt * 6364136223846793005L + 1442695040888963407L | 1;
      bits += tries % 64 == 63 ? 1 : 0;
    }
  }

  private boolean fits(long attempt, int shifted) {
    seed = attempt;
    shift = shifted;
    table = new Slot[1 << (64 - shift)];
    for (Slot slot : slots) {
      byte[] key = Arrays.copyOfRange(slot.literal, 1, slot.literal.length + 16);
      int at = hash(key, 0, slot.literal.length - 3);
      if (table[at] != null) {
        return false;
      }
      table[at] = slot;
    }
    return true;
  }

  /** The slot of a key whose bytes need no decoding; null when the type has no such element. */
  Slot find(byte[] source, int from, int to) {
    if (table.length == 0) {
      return null;
    }
    Slot slot = table[hash(source, from, to)];
    return slot != null
            && slot.literal.length == to - from + 3
            && Arrays.equals(slot.literal, 1, to - from + 1, source, from, to)
        ? slot
        : null;
  }

  /** The slot of a decoded key. */
  Slot find(String key) {
    byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
    return find(Arrays.copyOf(bytes, bytes.length + 16), 0, bytes.length);
  }

  /** From length and the first, last and middle eight bytes: those tell FHIR's keys apart. */
  private int hash(byte[] source, int from, int to) {
    int length = to - from;
    long head = Words.at(source, from) & Words.mask(length);
    long tail = length > 8 ? Words.at(source, to - 8) : 0;
    long middle = length > 16 ? Words.at(source, from + length / 2 - 4) : 0;
    long mixed = (head ^ Long.rotateLeft(tail, 23) ^ Long.rotateLeft(middle, 41)) * seed + length;
    return (int) ((mixed ^ mixed >>> 32) * seed >>> shift);
  }
}
