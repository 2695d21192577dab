package io.sallyport.policy.redact;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The keys seen in each object that is open. FHIR: names SHALL be unique, and two readers of a
 * duplicate may disagree about which value counts. A bit for each known key, however wide the type;
 * the others are compared where they lie while they are few, and gathered in a hash set from then
 * on, so that a hostile object costs no more than its bytes.
 */
final class Duplicates {
  /** So many keys are compared one by one. */
  private static final int FEW = 16;

  private long[] bits = new long[64];
  private int[] bases = new int[32];
  private int depth;
  private int used;

  // The unknown keys of all open objects, innermost last: where each lies.
  private int[] from = new int[64];
  private int[] to = new int[64];
  private int[] firsts = new int[32];
  private int size;

  /** For the objects that have more of them, or escaped ones. */
  private final List<Set<String>> many = new ArrayList<>();

  void clear() {
    depth = 0;
    used = 0;
    size = 0;
    many.clear();
  }

  /** Opens an object of a type with so many slots; returns its frame. */
  int open(int slots) {
    int words = (slots + 63) >> 6;
    if (used + words > bits.length) {
      bits = Arrays.copyOf(bits, Math.max(bits.length * 2, used + words));
    }
    if (depth == bases.length) {
      bases = Arrays.copyOf(bases, depth * 2);
      firsts = Arrays.copyOf(firsts, depth * 2);
    }
    Arrays.fill(bits, used, used + words, 0);
    bases[depth] = used;
    firsts[depth] = size;
    used += words;
    return depth++;
  }

  void close(int frame) {
    depth = frame;
    used = bases[frame];
    size = firsts[frame];
    while (many.size() > frame) {
      many.remove(many.size() - 1);
    }
  }

  /**
   * Marks a key that the node's type does not have.
   *
   * @param frame of the object, -1 while it needed none
   * @return its frame
   */
  int unknown(int frame, Node node, byte[] s, int p) {
    int opened = frame >= 0 ? frame : open(node.slots.length);
    if (!mark(opened, s, p + 1, Text.string(s, p + 1))) {
      throw Text.malformed(p, "duplicate key");
    }
    return opened;
  }

  /** Marks a slot that the walker has no bit for: only the widest types have such. */
  int wide(int frame, Node node, Slot slot, int p) {
    int opened = frame >= 0 ? frame : open(node.slots.length);
    if (!mark(opened, slot.index)) {
      throw Text.malformed(p, "duplicate key");
    }
    return opened;
  }

  private boolean mark(int frame, int index) {
    int word = bases[frame] + (index >> 6);
    long bit = 1L << (index & 63);
    boolean fresh = (bits[word] & bit) == 0;
    bits[word] |= bit;
    return fresh;
  }

  /** False when the unknown key between the quotes was seen before in the innermost object. */
  boolean mark(int frame, byte[] s, int start, int end) {
    Set<String> set = frame < many.size() ? many.get(frame) : null;
    if (set == null && (size - firsts[frame] == FEW || Text.escaped(s, start, end))) {
      set = gather(frame, s);
    }
    if (set != null) {
      return set.add(Text.decode(s, start, end));
    }
    for (int i = firsts[frame]; i < size; i++) {
      if (to[i] - from[i] == end - start && Arrays.equals(s, from[i], to[i], s, start, end)) {
        return false;
      }
    }
    if (size == from.length) {
      from = Arrays.copyOf(from, size * 2);
      to = Arrays.copyOf(to, size * 2);
    }
    from[size] = start;
    to[size++] = end;
    return true;
  }

  private Set<String> gather(int frame, byte[] s) {
    Set<String> set = new HashSet<>();
    for (int i = firsts[frame]; i < size; i++) {
      set.add(Text.decode(s, from[i], to[i]));
    }
    while (many.size() <= frame) {
      many.add(null);
    }
    many.set(frame, set);
    return set;
  }
}
