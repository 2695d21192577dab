package io.sallyport.policy.redact;

import java.util.LinkedHashMap;
import java.util.Map;

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

  /** The subtree for an element, by its name or its typed JSON key; null when it is not listed. */
  ShowTree child(String name, String key) {
    ShowTree found = children.get(name);
    if (found == null) {
      found = children.get(key);
    }
    return found == null ? children.get("*") : found;
  }
}
