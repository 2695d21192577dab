package io.sallyport.policy;

import io.sallyport.policy.fhir.Definitions;
import io.sallyport.policy.fhir.Interaction;
import io.sallyport.policy.fhir.Interaction.Kind;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** What a request's caller must be to the patients of its answer: by relations, or by the glass. */
final class Relating {
  private final Definitions definitions;
  private final ScopeRule scopes;
  private final BreakGlass glass;

  /**
   * @param scopes knows which claim names the user
   * @param glass null where it cannot be broken
   */
  Relating(Definitions definitions, ScopeRule scopes, BreakGlass glass) {
    this.definitions = definitions;
    this.scopes = scopes;
    this.glass = glass;
  }

  /** Who is told when the glass is broken; "" where that cannot be. */
  String tells() {
    return glass == null ? "" : glass.tells();
  }

  /** How a role breaks the glass, for a person who asks what the policy says. */
  List<String> words(String role) {
    return glass != null && glass.roles().contains(role) ? List.of(glass.words()) : List.of();
  }

  /** The glass that a role breaks by a purpose; null for none. Who is observed breaks nothing. */
  BreakGlass breaking(Role role, String purpose) {
    boolean breaks = glass != null && !role.purposes().isEmpty() && glass.by(role.name(), purpose);
    return breaks ? glass : null;
  }

  /** What must hold with the patient of each resource; null for nothing. */
  Related related(Role role, Set<String> types, String purpose, AccessRequest request) {
    BreakGlass breaking = breaking(role, purpose);
    boolean any = !role.terms().relations().isEmpty();
    for (String type : types) {
      any |= !role.typeTerms().get(type).relations().isEmpty();
    }
    if (!any && breaking == null) {
      return null; // most requests of most policies: nothing is gathered for them
    }
    Set<Relation> relations = new LinkedHashSet<>(role.terms().relations());
    for (String type : types) {
      relations.addAll(role.typeTerms().get(type).relations());
    }
    Interaction asked = request.interaction();
    String named = new Named(definitions).patient(asked);
    Broken broken = null;
    if (breaking != null) {
      if (named.isEmpty() && asked.kind() != Kind.READ && asked.kind() != Kind.VREAD) {
        throw new Refusal(Reason.BREAK_GLASS_NEEDS_PATIENT, "the request names no one patient");
      }
      relations.removeIf(relation -> breaking.relations().contains(relation.name()));
      broken = breaking.broken(request, named);
    }
    if (relations.isEmpty()) {
      return broken == null ? null : new Related("", named, List.of(), broken);
    }
    List<String> bases = request.circumstances().bases();
    String user = Binding.user(scopes.userClaim(), request.claims(), bases);
    return new Related(user, named, List.copyOf(relations), broken);
  }
}
