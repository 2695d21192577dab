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
  private static final String PATIENT = "Patient/";
  private static final int ID_CHARS_MAX = 64;

  /** What a fhirUser may be. */
  private static final Pattern USER =
      Pattern.compile(
          "(Patient|Person|Practitioner|PractitionerRole|RelatedPerson)/[A-Za-z0-9\\-.]{1,64}");

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

  /**
   * Who the caller is in the record system. The token may name it by a URL below one of the bases:
   * any other is somebody of another system.
   *
   * @param claim the claim that names the user, {@code fhirUser}
   * @return {@code Practitioner/p1}
   */
  static String user(String claim, Claims claims, List<String> bases) {
    List<String> users = claims.strings(claim);
    String user = users.size() == 1 ? users.get(0) : "";
    for (String base : bases) {
      if (user.startsWith(base + "/")) {
        user = user.substring(base.length() + 1);
        break;
      }
    }
    if (!USER.matcher(user).matches()) {
      throw new Refusal(
          Reason.NO_RULE_PERMITS, "the token names no user, and a relation needs one");
    }
    return user;
  }

  private static String patient(String claim, Claims claims) {
    List<String> ids = claims.strings(claim);
    String named = ids.size() == 1 ? ids.get(0) : "";
    String id = named.startsWith(PATIENT) ? named.substring(PATIENT.length()) : named;
    if (!isId(id)) {
      throw new Refusal(Reason.NOT_IN_COMPARTMENT, "the token names no patient");
    }
    return id;
  }

  /** Whether it is an id as FHIR writes them. By hand: a matcher for each request is seen. */
  private static boolean isId(String id) {
    for (int i = 0; i < id.length(); i++) {
      char c = id.charAt(i);
      boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
      if (!letter && c != '-' && c != '.') {
        return false;
      }
    }
    return !id.isEmpty() && id.length() <= ID_CHARS_MAX;
  }
}
