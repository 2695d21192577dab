package io.sallyport.policy;

import io.sallyport.policy.redact.View;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * One role, compiled.
 *
 * @param purposes the purposes of use under which it applies
 * @param searchable by type, the parameters it may use without a modifier
 * @param terms what else must be, so that it applies
 * @param typeTerms likewise, so that its rule for a type applies
 * @param releases the conditions of both on what resources say
 * @param observed whether what it says is told and not done
 */
record Role(
    String name,
    List<String> purposes,
    RoleRules rules,
    View view,
    Map<String, Set<String>> searchable,
    Terms terms,
    Map<String, Terms> typeTerms,
    Releases releases,
    boolean observed) {

  /**
   * Whether a search gives the role every resource of a type, without exception. Only then may
   * another search hop through the type: what the hop finds could be found anyway.
   */
  boolean unconditional(String type) {
    return rules.compartment() == null
        && rules.denied() == 0
        && terms.relations().isEmpty()
        && typeTerms.get(type) != null
        && typeTerms.get(type).none()
        && !releases.concern(type)
        && searchable.containsKey(type)
        && view.showsEvery(type);
  }

  /** The same for a role of another name. */
  Role named(String other) {
    return new Role(other, purposes, rules, view, searchable, terms, typeTerms, releases, observed);
  }

  String path(String type) {
    return "roles." + name + ".types." + type;
  }
}
