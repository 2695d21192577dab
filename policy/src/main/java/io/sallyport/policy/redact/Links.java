package io.sallyport.policy.redact;

import io.sallyport.policy.RoleRules;
import io.sallyport.policy.RoleRules.Include;
import io.sallyport.policy.RoleRules.TypeRule;
import io.sallyport.policy.fhir.Definitions;
import io.sallyport.policy.fhir.SearchClosure;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The literal references of a resource by which a search may bring others beside it. They are
 * gathered only where a search asked for that.
 */
final class Links {
  /** How many of one resource are kept, and of one page: what more would bring is withheld. */
  static final int LINKS_MAX = 10_000;

  /**
   * One reference.
   *
   * @param by the links that it is, as {@code Observation:subject}
   * @param to {@code Patient/p1}
   */
  record Link(Set<String> by, String to) {}

  private final List<Link> gathered = new ArrayList<>();
  private boolean wanted;

  /** What of a type the role's includes follow. */
  static List<PathRule> rules(Definitions definitions, RoleRules rules, String type) {
    List<PathRule> links = new ArrayList<>();
    for (TypeRule rule : rules.types().values()) {
      for (Include pair : rule.include()) {
        if (pair.source().equals(type)) {
          for (String path : SearchClosure.of(definitions).reads(type, pair.code(), "")) {
            if (path.endsWith(".reference")) {
              List<String> steps = List.of(path.split("\\."));
              String name = type + ":" + pair.code();
              links.add(PathRule.link(type, steps.subList(1, steps.size()), name));
            }
          }
        }
      }
    }
    return links;
  }

  /** Says whether the next resource's are wanted. */
  void want(boolean links) {
    wanted = links;
  }

  boolean wanted() {
    return wanted;
  }

  void add(Set<String> by, String to) {
    if (to != null && gathered.size() < LINKS_MAX) {
      gathered.add(new Link(by, to));
    }
  }

  void clear() {
    if (!gathered.isEmpty()) {
      gathered.clear();
    }
  }

  List<Link> all() {
    return List.copyOf(gathered);
  }
}
