package io.sallyport.policy;

import io.sallyport.policy.Scope.Context;
import io.sallyport.policy.fhir.Interaction;
import io.sallyport.policy.fhir.Interaction.Kind;
import io.sallyport.policy.fhir.Interaction.Parameter;

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

  /**
   * Whether what is asked is granted for the patient of the launch only, and so binds the caller to
   * that patient's records.
   *
   * @throws Refusal INSUFFICIENT_SCOPE when no scope covers it
   */
  boolean binds(Claims claims, Interaction asked) {
    String claim = scopeClaim;
    if (claim == null) {
      claim = claims.at("scope") == null ? "scp" : "scope";
    }
    Scopes scopes = claims.scopes(claim);
    boolean user = covers(scopes, Context.USER, asked);
    if (user && !claims.strings(userClaim).isEmpty()) {
      return false;
    }
    boolean system = covers(scopes, Context.SYSTEM, asked);
    if (system && isNobodys(scopes, claims)) {
      return false;
    }
    if (covers(scopes, Context.PATIENT, asked)) {
      return true;
    }
    throw new Refusal(
        Reason.INSUFFICIENT_SCOPE,
        user
            ? "a user/ scope, and the token names no user"
            : system ? "a system/ scope in a token of a patient or user" : "no scope covers it");
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
    boolean reaches =
        asked.kind() == Kind.EVERYTHING || asked.parameters().stream().anyMatch(ScopeRule::reaches);
    return !reaches || scopes.grants(context, "*", LOOK);
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
