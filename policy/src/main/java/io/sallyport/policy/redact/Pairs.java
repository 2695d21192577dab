package io.sallyport.policy.redact;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Primitives that repeat come as two lists, {@code given} and {@code _given}, aligned by index. An
 * item of which the view leaves neither half must go from both: a place that holds nothing would
 * tell that something was there.
 */
final class Pairs {
  private static final int[] NONE = {};

  private Pairs() {}

  /**
   * Finds such places.
   *
   * @param objects where the objects with removed items begin; the source was walked before
   * @param edits what that walk takes out
   * @param doomed receives the positions of the items that have to go
   */
  static void close(byte[] s, Set<Integer> objects, Edits edits, Set<Integer> doomed) {
    for (int open : objects) {
      Map<String, int[]> lists = lists(s, open);
      Set<String> names = new HashSet<>();
      lists.keySet().forEach(key -> names.add(key.startsWith("_") ? key.substring(1) : key));
      for (String name : names) {
        close(
            s, lists.getOrDefault(name, NONE), lists.getOrDefault("_" + name, NONE), edits, doomed);
      }
    }
  }

  private static void close(
      byte[] s, int[] values, int[] extensions, Edits edits, Set<Integer> doomed) {
    for (int i = 0; i < Math.max(values.length, extensions.length); i++) {
      boolean removed = covered(values, i, edits) || covered(extensions, i, edits);
      if (removed && nothing(s, values, i, edits) && nothing(s, extensions, i, edits)) {
        doom(values, i, doomed);
        doom(extensions, i, doomed);
      }
    }
  }

  private static boolean covered(int[] items, int i, Edits edits) {
    return single(items) ? edits.covers(~items[0]) : i < items.length && edits.covers(items[i]);
  }

  /** A value that is no list, as it should be: it stands for each index. */
  private static boolean single(int[] items) {
    return items.length == 1 && items[0] < 0;
  }

  private static boolean nothing(byte[] s, int[] items, int i, Edits edits) {
    return covered(items, i, edits)
        || (!single(items) && (i >= items.length || s[items[i]] == 'n'));
  }

  private static void doom(int[] items, int i, Set<Integer> doomed) {
    if (i < items.length && !single(items)) {
      doomed.add(items[i]);
    }
  }

  /** Where the items of each list among an object's members begin; the object is known valid. */
  private static Map<String, int[]> lists(byte[] s, int open) {
    Map<String, int[]> lists = new HashMap<>();
    Skip skip = new Skip();
    int p = Text.space(s, open + 1);
    while (s[p] == '"') {
      int end = Text.string(s, p + 1);
      String key = Text.decode(s, p + 1, end);
      p = Text.space(s, Text.space(s, end + 1) + 1);
      lists.put(key, s[p] == '[' ? items(s, p) : new int[] {~p});
      p = behind(s, p, skip);
    }
    return lists;
  }

  private static int[] items(byte[] s, int p) {
    List<Integer> items = new ArrayList<>();
    Skip skip = new Skip();
    p = Text.space(s, p + 1);
    while (s[p] != ']') {
      items.add(p);
      p = behind(s, p, skip);
    }
    return items.stream().mapToInt(Integer::intValue).toArray();
  }

  /** The next key or item behind a value, or the bracket that ends them. */
  private static int behind(byte[] s, int p, Skip skip) {
    skip.reset();
    p = Text.space(s, skip.end(s, p, s.length));
    return s[p] == ',' ? Text.space(s, p + 1) : p;
  }
}
