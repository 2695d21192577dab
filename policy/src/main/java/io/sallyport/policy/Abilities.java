package io.sallyport.policy;

import io.sallyport.policy.RoleRules.Include;
import io.sallyport.policy.RoleRules.TypeRule;
import java.util.List;
import java.util.Set;

/** What a role may do: for who tells its callers. Immutable. */
public final class Abilities {
  private final Role role;
  private final boolean tellsIncludes;

  Abilities(Role role, boolean tellsIncludes) {
    this.role = role;
    this.tellsIncludes = tellsIncludes;
  }

  Role role() {
    return role;
  }

  /** The interactions on a type, as {@code do} names them; empty for none. */
  public Set<String> interactions(String type) {
    TypeRule rule = role.rules().types().get(type);
    return rule == null ? Set.of() : rule.does();
  }

  /** The search parameters on a type, by the computed closure and {@code search:}. */
  public Set<String> searchable(String type) {
    return role.searchable().getOrDefault(type, Set.of());
  }

  /** The pairs by which searches of a type may bring others. */
  public List<Include> includes(String type) {
    TypeRule rule = role.rules().types().get(type);
    return rule == null || !tellsIncludes ? List.of() : rule.include();
  }
}
