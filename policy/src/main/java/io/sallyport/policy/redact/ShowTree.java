package io.sallyport.policy.redact;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** An allow-list as a tree of element names. */
final class ShowTree {
  final Map<String, ShowTree> children = new LinkedHashMap<>();

  /** Whether a path of the list ends here: then the element is shown with what is below it. */
  boolean terminal;

  void add(PathRule rule) {
    ShowTree here = this;
    for (String step : rule.steps()) {
      here = here.children.computeIfAbsent(step, s -> new ShowTree());
    }
    here.terminal = true;
  }

  /** What two lists of one element come to, made once for each. */
  private final Map<String, ShowTree> unions = new HashMap<>();

  /**
   * The subtree for an element, by its name, its typed JSON key and {@code *}, whichever are
   * listed; null when none is.
   */
  ShowTree child(String name, String key) {
    Set<ShowTree> listed = new LinkedHashSet<>();
    for (String step : List.of(name, key, "*")) {
      if (children.containsKey(step)) {
        listed.add(children.get(step));
      }
    }
    if (listed.size() < 2) {
      return listed.isEmpty() ? null : listed.iterator().next();
    }
    return unions.computeIfAbsent(key, k -> union(listed));
  }

  private static ShowTree union(Set<ShowTree> trees) {
    ShowTree union = new ShowTree();
    for (ShowTree tree : trees) {
      union.terminal |= tree.terminal;
      tree.children.forEach(
          (step, child) -> {
            ShowTree both = union.children.get(step);
            Set<ShowTree> of = new LinkedHashSet<>();
            if (both != null) {
              of.add(both);
            }
            of.add(child);
            union.children.put(step, of.size() == 1 ? child : union(of));
          });
    }
    return union;
  }
}
