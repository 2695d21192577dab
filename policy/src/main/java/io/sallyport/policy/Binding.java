package io.sallyport.policy;

import io.sallyport.policy.CompartmentRule.Membership;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The one patient a caller is bound to: by its role's {@code compartment}, by its token's {@code
 * patient/} scopes, or by both. A missing claim denies: it must never skip the compartment.
 */
final class Binding {
  private static final Pattern ID = Pattern.compile("(?:Patient/)?([A-Za-z0-9\\-.]{1,64})");

  private Binding() {}

  /** Null when the role binds its callers to nobody. */
  static Compartment byRole(Role role, Claims claims) {
    CompartmentRule rule = role.rules().compartment();
    return rule == null ? null : rule.of(patient(rule.claim(), claims));
  }

  /**
   * By a {@code patient/} scope, and by the role as well. Without a rule of the role's a scope
   * binds to what is about the patient, which is less than all that FHIR counts to the compartment.
   *
   * @param launch the claim that names the patient of the launch
   */
  static Compartment byScope(Role role, Claims claims, String launch) {
    String patient = patient(launch, claims);
    Compartment own = byRole(role, claims);
    if (own == null) {
      return new CompartmentRule(launch, Membership.SUBJECT, Set.of()).of(patient);
    }
    if (!own.patient().equals(patient)) {
      throw new Refusal(Reason.NOT_IN_COMPARTMENT, "the token names two patients");
    }
    return own;
  }

  private static String patient(String claim, Claims claims) {
    List<String> ids = claims.strings(claim);
    var id = ID.matcher(ids.size() == 1 ? ids.get(0) : "");
    if (!id.matches()) {
      throw new Refusal(Reason.NOT_IN_COMPARTMENT, "the token names no patient");
    }
    return id.group(1);
  }
}
