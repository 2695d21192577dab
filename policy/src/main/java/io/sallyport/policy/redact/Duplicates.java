package io.sallyport.policy.redact;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The keys seen in each object that is open. FHIR: names SHALL be unique, and two readers of a
 * duplicate may disagree about which value counts. A bit for each known key, however wide the type;
 * a hash set for the others, so that a hostile object costs no more than its bytes.
 */
final class Duplicates {
  private long[] bits = new long[64];
  private int[] bases = new int[32];
  private final List<Set<String>> unknown = new ArrayList<>();
  private int depth;
  private int used;

  void clear() {
    depth = 0;
    used = 0;
    unknown.clear();
  }

  /** Opens an object of a type with so many slots; returns its frame. */
  int open(int slots) {
    int words = (slots + 63) >> 6;
    if (used + words > bits.length) {
      bits = Arrays.copyOf(bits, Math.max(bits.length * 2, used + words));
    }
    if (depth == bases.length) {
      bases = Arrays.copyOf(bases, depth * 2);
    }
    Arrays.fill(bits, used, used + words, 0);
    bases[depth] = used;
    used += words;
    if (unknown.size() <= depth) {
      unknown.add(null);
    } else {
      unknown.set(depth, null);
    }
    return depth++;
  }

  void close(int frame) {
    depth = frame;
    used = bases[frame];
  }

  /**
   * Marks a key that the node's type does not have.
   *
   * @param frame of the object, -1 while it needed none
   * @return its frame
   */
  int unknown(int frame, Node node, byte[] s, int p) {
    int opened = frame >= 0 ? frame : open(node.slots.length);
    if (!mark(opened, Text.decode(s, p + 1, Text.string(s, p + 1)))) {
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

  /** False when the unknown key was seen before. */
  boolean mark(int frame, String key) {
    Set<String> keys = unknown.get(frame);
    if (keys == null) {
      keys = new HashSet<>();
      unknown.set(frame, keys);
    }
    return keys.add(key);
  }
}
