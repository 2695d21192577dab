package io.sallyport.policy.redact;

import java.util.Collections;
import java.util.HashMap;
import java.util.Map;

/** How often each rule of a view took something out. Counted for each element, so by number. */
final class Hits {
  private String[] rules = {};
  private int[] counts = {};
  private int[] touched = {};
  private int size;

  /** Starts anew for a view. */
  void start(View view) {
    clear();
    if (rules != view.rules()) {
      rules = view.rules();
      counts = new int[rules.length];
      touched = new int[rules.length];
    }
  }

  void hit(int rule) {
    add(rule, 1);
  }

  /** Adds those of a resource to those of a window; both are of one view. */
  void add(Hits others) {
    for (int i = 0; i < others.size; i++) {
      int rule = others.touched[i];
      add(rule, others.counts[rule]);
    }
  }

  /** A copy that stays: rules and counts in turn. */
  int[] copy() {
    int[] copy = new int[2 * size];
    for (int i = 0; i < size; i++) {
      copy[2 * i] = touched[i];
      copy[2 * i + 1] = counts[touched[i]];
    }
    return copy;
  }

  /** Adds those of a {@link #copy}. */
  void add(int[] copied) {
    for (int i = 0; i < copied.length; i += 2) {
      add(copied[i], copied[i + 1]);
    }
  }

  private void add(int rule, int count) {
    if (counts[rule] == 0) {
      touched[size++] = rule;
    }
    counts[rule] += count;
  }

  void clear() {
    for (int i = 0; i < size; i++) {
      counts[touched[i]] = 0;
    }
    size = 0;
  }

  /** By the rules' names, as the policy writes them; it stays as it is. */
  Map<String, Integer> byName() {
    if (size == 0) {
      return Map.of();
    }
    Map<String, Integer> named = new HashMap<>(size * 2);
    for (int i = 0; i < size; i++) {
      named.merge(rules[touched[i]], counts[touched[i]], Integer::sum);
    }
    return Collections.unmodifiableMap(named);
  }
}
