package io.sallyport.policy.redact;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The codes and labels that a policy's segments consist of, to be asked for every code of a
 * resource. A code that belongs to none, which is nearly every one, costs a hash of its bytes; only
 * for one that does, its system is looked at. Immutable and shared by all threads.
 */
public final class CodeSet {
  /** No segment at all. */
  public static final CodeSet NONE = new CodeSet(List.of());

  /**
   * One code.
   *
   * @param segment the segment's number, 0 to 62
   * @param system the code system's URI
   * @param code the code; with {@code prefix} every code that begins so
   */
  public record Entry(int segment, String system, String code, boolean prefix) {}

  private final byte[][] table;
  private final List<List<Entry>> entries;
  private final int mask;

  /** The lengths of the prefixes, ascending. */
  private final int[] prefixes;

  public CodeSet(List<Entry> all) {
    Map<String, List<Entry>> byCode = new HashMap<>();
    for (Entry entry : all) {
      byCode.computeIfAbsent(entry.code(), code -> new ArrayList<>()).add(entry);
    }
    int size = Integer.highestOneBit(Math.max(4, byCode.size() * 4 - 1));
    mask = size - 1;
    table = new byte[size][];
    entries = new ArrayList<>(java.util.Collections.nCopies(size, List.of()));
    byCode.forEach(
        (code, list) -> {
          byte[] bytes = code.getBytes(StandardCharsets.UTF_8);
          int at = hash(bytes, 0, bytes.length) & mask;
          while (table[at] != null) {
            at = at + 1 & mask;
          }
          table[at] = bytes;
          entries.set(at, List.copyOf(list));
        });
    prefixes =
        all.stream()
            .filter(Entry::prefix)
            .mapToInt(entry -> entry.code().getBytes(StandardCharsets.UTF_8).length)
            .distinct()
            .sorted()
            .toArray();
  }

  /** Whether there is nothing to look for. */
  public boolean isEmpty() {
    return entries.stream().allMatch(List::isEmpty);
  }

  /**
   * The segments of the code whose text stands at {@code [from, to)}, in the object that begins at
   * {@code holder}. A code that names no system belongs to the segments of every system: a label
   * must not be lost for being written carelessly.
   *
   * @return bits by {@link Entry#segment}
   */
  long segments(byte[] s, int from, int to, int holder) {
    if (Text.escaped(s, from, to)) {
      byte[] plain = Text.decode(s, from, to).getBytes(StandardCharsets.UTF_8);
      return of(plain, 0, plain.length, s, holder);
    }
    return of(s, from, to, s, holder);
  }

  private long of(byte[] code, int from, int to, byte[] s, int holder) {
    long found = look(code, from, to, s, holder, false);
    for (int length : prefixes) {
      if (length <= to - from) {
        found |= look(code, from, from + length, s, holder, true);
      }
    }
    return found;
  }

  private long look(byte[] code, int from, int to, byte[] s, int holder, boolean prefix) {
    int at = hash(code, from, to) & mask;
    for (; table[at] != null; at = at + 1 & mask) {
      if (Arrays.equals(code, from, to, table[at], 0, table[at].length)) {
        return segments(entries.get(at), TypeSkim.member(s, holder, SYSTEM), prefix);
      }
    }
    return 0;
  }

  private static final byte[] SYSTEM = TypeSkim.key("system");

  private static long segments(List<Entry> entries, String system, boolean prefix) {
    long found = 0;
    for (Entry entry : entries) {
      if ((!prefix || entry.prefix()) && (system == null || system.equals(entry.system()))) {
        found |= 1L << entry.segment();
      }
    }
    return found;
  }

  private static int hash(byte[] s, int from, int to) {
    int hash = to - from;
    for (int i = from; i < to; i++) {
      hash = hash * 31 + s[i];
    }
    return hash ^ hash >>> 15;
  }
}
