package io.sallyport.policy;

import io.sallyport.policy.redact.View;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * One role, compiled.
 *
 * @param purposes the purposes of use under which it applies
 * @param searchable by type, the parameters it may use without a modifier
 * @param terms what else must be, so that it applies
 * @param typeTerms likewise, so that its rule for a type applies
 * @param releases the conditions of both on what resources say
 * @param constraints by which the token's scopes may be constrained, where they narrow it
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
    TokenParameters constraints,
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

  /**
   * What a resource must say so that one caller is given it.
   *
   * @param purpose the purpose of use that applies
   * @param grant what the token's scopes leave
   * @param launch the patient of the launch; null when nothing is granted for a patient
   */
  List<ResourceRule> asks(
      AccessRequest request, String purpose, ScopeGrant grant, Compartment launch) {
    List<ResourceRule> rules = new ArrayList<>();
    if (!releases.none()) {
      rules.add(releases.of(request, purpose));
    }
    if (!grant.ways().isEmpty()) {
      rules.add(grant.rule(request.interaction().type(), launch, constraints));
    }
    return rules;
  }

  /** The same for a role of another name. */
  Role named(String other) {
    return new Role(
        other,
        purposes,
        rules,
        view,
        searchable,
        terms,
        typeTerms,
        releases,
        constraints,
        observed);
  }

  /** Warns of what the role is shown, and of what is kept from it, for who checks a file. */
  void tell(Consumer<Problem> problems) {
    FreeTextWarnings.tell(this, problems);
    StrippedWarnings.tell(this, problems);
  }

  String path(String type) {
    return "roles." + name + ".types." + type;
  }
}
