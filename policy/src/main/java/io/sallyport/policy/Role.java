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
 */
record Role(
    String name,
    List<String> purposes,
    RoleRules rules,
    View view,
    Map<String, Set<String>> searchable,
    Terms terms,
    Map<String, Terms> typeTerms) {

  String path(String type) {
    return "roles." + name + ".types." + type;
  }
}
