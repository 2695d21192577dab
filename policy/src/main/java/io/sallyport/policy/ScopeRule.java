package io.sallyport.policy;

import io.sallyport.policy.Scope.Context;
import io.sallyport.policy.ScopeGrant.Way;
import io.sallyport.policy.fhir.Interaction;
import io.sallyport.policy.fhir.Interaction.Kind;
import io.sallyport.policy.fhir.Interaction.Parameter;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * {@code scopes: enforce}: what a token's SMART scopes leave of what its role may do. They narrow
 * and never widen. A scope whose claim is missing grants nothing: it must never be taken for one
 * that binds nobody.
 *
 * @param scopeClaim where the scopes are; null for {@code scope}, and {@code scp} without that
 * @param patientClaim the patient that a {@code patient/} scope means
 * @param userClaim who logged in, without which there is no {@code user/} scope
 */
record ScopeRule(String scopeClaim, String patientClaim, String userClaim) {
  private static final int LOOK = Scope.bit('r') | Scope.bit('s');

  /** What a token's scopes grant to a role; all, where they do not narrow it. */
  ScopeGrant granted(Role role, Claims claims, Interaction asked) {
    return role.terms().scopes() ? granted(claims, asked, role.constraints()) : ScopeGrant.ALL;
  }

  /** The patient of the launch, to whom the role's own binds as well. */
  Compartment launch(Role role, Claims claims) {
    return Binding.byScope(role, claims, patientClaim);
  }

  /**
   * What the scopes of a token grant of what is asked: their union.
   *
   * @param parameters those by which a scope may be constrained
   * @throws Refusal INSUFFICIENT_SCOPE when no scope covers it
   */
  ScopeGrant granted(Claims claims, Interaction asked, TokenParameters parameters) {
    String claim = scopeClaim;
    if (claim == null) {
      claim = claims.at("scope") == null ? "scp" : "scope";
    }
    Scopes scopes = claims.scopes(claim);
    boolean named = !claims.strings(userClaim).isEmpty();
    boolean nobodys = isNobodys(scopes, claims);
    boolean user = covers(scopes, Context.USER, asked);
    boolean system = covers(scopes, Context.SYSTEM, asked);
    if ((user && named) || (system && nobodys)) {
      return ScopeGrant.ALL;
    }
    List<Way> ways = new ArrayList<>();
    if (named) {
      ways.addAll(ways(scopes, Context.USER, asked, parameters));
    }
    if (nobodys) {
      ways.addAll(ways(scopes, Context.SYSTEM, asked, parameters));
    }
    List<Way> launched =
        covers(scopes, Context.PATIENT, asked)
            ? List.of(new Way(true, List.of()))
            : ways(scopes, Context.PATIENT, asked, parameters);
    if (ways.isEmpty() && !launched.isEmpty()) {
      return new ScopeGrant(true, launched.get(0).constraints().isEmpty() ? List.of() : launched);
    }
    ways.addAll(launched);
    if (ways.isEmpty()) {
      throw new Refusal(
          Reason.INSUFFICIENT_SCOPE,
          user
              ? "a user/ scope, and the token names no user"
              : system ? "a system/ scope in a token of a patient or user" : "no scope covers it");
    }
    return new ScopeGrant(false, ways);
  }

  /**
   * The scopes that grant some of the resources. One that names a parameter by which nobody can be
   * held to it grants nothing: with that left out it would grant more.
   */
  private static List<Way> ways(
      Scopes scopes, Context context, Interaction asked, TokenParameters parameters) {
    int needed = needed(asked);
    if (needed == 0 || reaches(asked)) {
      return List.of();
    }
    Set<String> known = parameters.codes(asked.type());
    List<Way> ways = new ArrayList<>();
    for (Scope scope : scopes.constrained(context, asked.type(), needed)) {
      if (scope.constraints().stream().allMatch(one -> known.contains(one.parameter()))) {
        ways.add(new Way(context == Context.PATIENT, scope.constraints()));
      }
    }
    return ways;
  }

  /** A service has no launch: a token that speaks of a patient or user is not one of its own. */
  private boolean isNobodys(Scopes scopes, Claims claims) {
    return !scopes.names(Context.PATIENT)
        && !scopes.names(Context.USER)
        && claims.at(patientClaim) == null;
  }

  private static boolean covers(Scopes scopes, Context context, Interaction asked) {
    int needed = needed(asked);
    if (needed == 0 || !scopes.grants(context, asked.type(), needed)) {
      return false;
    }
    // What looks at other types by the way needs a scope on every one.
    return !reaches(asked) || scopes.grants(context, "*", LOOK);
  }

  private static boolean reaches(Interaction asked) {
    return asked.kind() == Kind.EVERYTHING
        || asked.parameters().stream().anyMatch(ScopeRule::reaches);
  }

  private static boolean reaches(Parameter parameter) {
    return parameter.name().startsWith("_has")
        || parameter.name().contains("include")
        || parameter.code().contains(".");
  }

  /** A kind that this does not know is granted by none. */
  private static int needed(Interaction asked) {
    return switch (asked.kind()) {
      case READ, VREAD -> Scope.bit('r');
      case HISTORY -> Scope.bit(asked.id().isEmpty() ? 's' : 'r');
      case SEARCH, LASTN -> Scope.bit('s');
      case EVERYTHING -> LOOK;
      default -> 0;
    };
  }
}
