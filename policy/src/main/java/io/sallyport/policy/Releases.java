package io.sallyport.policy;

import io.sallyport.policy.condition.ResourceCondition;
import io.sallyport.policy.redact.Fact;
import io.sallyport.policy.redact.View;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * The conditions of a role on what resources say, by type: those that stand at the role and those
 * at the type.
 */
final class Releases {
  private final Map<String, List<ResourceCondition>> byType = new HashMap<>();

  Releases(Set<String> types, Terms role, Map<String, Terms> typeTerms) {
    for (String type : types) {
      List<ResourceCondition> conditions = new ArrayList<>(role.releases());
      conditions.addAll(typeTerms.get(type).releases());
      if (!conditions.isEmpty()) {
        byType.put(type, List.copyOf(conditions));
      }
    }
  }

  boolean none() {
    return byType.isEmpty();
  }

  /** Whether the release of a type's resources depends on what they say. */
  boolean concern(String type) {
    return byType.containsKey(type);
  }

  /** What they read of each type. */
  FactKeys keys(FactKeys more) {
    FactKeys keys = more;
    for (Map.Entry<String, List<ResourceCondition>> type : byType.entrySet()) {
      Set<String> read = new TreeSet<>();
      type.getValue().forEach(condition -> read.addAll(condition.reads(type.getKey())));
      keys = keys.with(type.getKey(), read);
    }
    return keys;
  }

  /**
   * As one caller's request meets them.
   *
   * @param purpose the purpose of use that applies
   */
  ResourceRule of(AccessRequest request, String purpose) {
    return new Met(byType, request, purpose);
  }

  private record Met(
      Map<String, List<ResourceCondition>> conditions, AccessRequest request, String purpose)
      implements ResourceRule {
    @Override
    public boolean concerns(String type) {
      return conditions.containsKey(type);
    }

    @Override
    public boolean holds(Fact fact) {
      for (ResourceCondition condition : conditions.getOrDefault(fact.type(), List.of())) {
        if (!condition.holds(request, purpose, fact.type(), fact.elements())) {
          return false;
        }
      }
      return true;
    }

    @Override
    public String toString() {
      return "[phi]";
    }
  }

  /** Warns where a resource that is shown tells what an element says that is not. */
  void tell(View view, Consumer<Problem> problems) {
    Map<ResourceCondition, Set<String>> unseen = new LinkedHashMap<>();
    byType.forEach(
        (type, conditions) ->
            conditions.forEach(
                condition -> {
                  for (String key : condition.reads(type)) {
                    if (view.visibility(type + "." + key) != View.Visibility.FULL) {
                      unseen.computeIfAbsent(condition, c -> new TreeSet<>()).add(type + "." + key);
                    }
                  }
                }));
    unseen.forEach(
        (condition, paths) ->
            problems.accept(
                Problem.warning(
                    condition.at(),
                    condition.path(),
                    "reads "
                        + String.join(", ", paths.stream().limit(3).toList())
                        + (paths.size() > 3 ? " and " + (paths.size() - 3) + " more" : "")
                        + ", which this role does not see whole: that a resource is shown tells"
                        + " what it says there",
                    "W-CONDITION")));
  }
}
