package io.sallyport.policy;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Which of a resource's elements its release may depend on, by type: JSON keys. They are known when
 * the policy is loaded, so the pass over a resource marks exactly these.
 *
 * @param conditions what conditions read: of every resource of the type
 * @param scopes what the constraints of a token's scopes may read: asked for by tokens that have
 *     some
 */
public record FactKeys(Map<String, Set<String>> conditions, Map<String, Set<String>> scopes) {
  public static final FactKeys NONE = new FactKeys(Map.of(), Map.of());

  public FactKeys {
    conditions = Map.copyOf(conditions);
    scopes = Map.copyOf(scopes);
  }

  /** Those of one type. */
  public Set<String> of(String type) {
    Set<String> all = new TreeSet<>(conditions.getOrDefault(type, Set.of()));
    all.addAll(scopes.getOrDefault(type, Set.of()));
    return all;
  }

  /** The same with what conditions read besides. */
  FactKeys with(String type, Set<String> keys) {
    Map<String, Set<String>> more = new HashMap<>(conditions);
    Set<String> both = new TreeSet<>(keys);
    both.addAll(more.getOrDefault(type, Set.of()));
    more.put(type, both);
    return new FactKeys(more, scopes);
  }
}
