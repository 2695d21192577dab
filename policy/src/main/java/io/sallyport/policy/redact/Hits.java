package io.sallyport.policy.redact;

import java.util.Arrays;
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

  /** By the rules' names, as the policy writes them. */
  Map<String, Integer> byName() {
    Map<String, Integer> named = new HashMap<>();
    for (int rule : Arrays.copyOf(touched, size)) {
      named.merge(rules[rule], counts[rule], Integer::sum);
    }
    return named;
  }
}
