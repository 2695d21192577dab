package io.sallyport.policy.redact;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * What pass 1 decided to change: removed ranges and replacements, in order of position. An outer
 * removal swallows the inner ones, which is how empty containers vanish with what they held.
 */
final class Edits {
  private static final byte[] NULL = "null".getBytes(StandardCharsets.US_ASCII);

  private int[] starts;
  private int[] ends;
  private byte[][] replacements;
  private int size;

  Edits() {
    this(64);
  }

  private Edits(int capacity) {
    starts = new int[capacity];
    ends = new int[capacity];
    replacements = new byte[capacity][];
  }

  void clear() {
    Arrays.fill(replacements, 0, size, null);
    size = 0;
  }

  void remove(int start, int end) {
    remove(start, end, null);
  }

  /** Removes a range with all that was noted inside it, and puts {@code with} in its place. */
  private void remove(int start, int end, byte[] with) {
    while (size > 0 && starts[size - 1] >= start) {
      replacements[--size] = null;
    }
    add(size, start, end, with);
  }

  /** Removes a range and leaves its place. */
  void nullify(int start, int end) {
    remove(start, end, NULL);
  }

  void replace(int start, int end, byte[] with) {
    add(size, start, end, with);
  }

  /** Inserts at a position that no removal covers, before an edit that starts there. */
  void insert(int position, byte[] what) {
    int at = size;
    while (at > 0 && starts[at - 1] >= position) {
      at--;
    }
    add(at, position, position, what);
  }

  private void add(int at, int start, int end, byte[] with) {
    if (size == starts.length) {
      starts = Arrays.copyOf(starts, size * 2);
      ends = Arrays.copyOf(ends, size * 2);
      replacements = Arrays.copyOf(replacements, size * 2);
    }
    if (at < size) {
      System.arraycopy(starts, at, starts, at + 1, size - at);
      System.arraycopy(ends, at, ends, at + 1, size - at);
      System.arraycopy(replacements, at, replacements, at + 1, size - at);
    }
    starts[at] = start;
    ends[at] = end;
    replacements[at] = with;
    size++;
  }

  /** Whether an edit takes out the byte at a position. */
  boolean covers(int position) {
    int next = first(position + 1);
    return next > 0 && ends[next - 1] > position;
  }

  /** A copy that stays as it is when these edits are cleared for the next resource. */
  Edits snapshot() {
    Edits copy = new Edits(size);
    System.arraycopy(starts, 0, copy.starts, 0, size);
    System.arraycopy(ends, 0, copy.ends, 0, size);
    System.arraycopy(replacements, 0, copy.replacements, 0, size);
    copy.size = size;
    return copy;
  }

  int size() {
    return size;
  }

  /** Forgets what came after there were so many. */
  void truncate(int to) {
    while (size > to) {
      replacements[--size] = null;
    }
  }

  /** Adds those of other edits that begin in {@code [from, to)}. */
  void addAll(Edits others, int from, int to) {
    for (int i = others.first(from); i < others.size && others.starts[i] < to; i++) {
      add(size, others.starts[i], others.ends[i], others.replacements[i]);
    }
  }

  /** Adds what other edits put in at a position, without taking anything out. */
  void addInserted(Edits others, int at) {
    for (int i = others.first(at); i < others.size && others.starts[i] == at; i++) {
      if (others.ends[i] == at) {
        add(size, at, at, others.replacements[i]);
      }
    }
  }

  /** The index of the first edit that does not begin before a position. */
  private int first(int position) {
    int low = 0;
    int high = size;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (starts[middle] < position) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /** The bytes that {@link #copy} will write for {@code [from, to)}. */
  int length(int from, int to) {
    int length = to - from;
    for (int i = 0; i < size; i++) {
      length += (replacements[i] == null ? 0 : replacements[i].length) - (ends[i] - starts[i]);
    }
    return length;
  }

  /** Pass 2: the gaps, and what was put in. */
  void copy(byte[] source, int from, int to, Sink sink) {
    int at = from;
    for (int i = 0; i < size; i++) {
      if (starts[i] > at) {
        sink.write(source, at, starts[i] - at);
      }
      if (replacements[i] != null) {
        sink.write(replacements[i], 0, replacements[i].length);
      }
      at = ends[i];
    }
    if (to > at) {
      sink.write(source, at, to - at);
    }
  }
}
