package io.sallyport.policy;

import java.util.List;
import java.util.Set;

/**
 * {@code break-glass:} of a policy: who may, in an emergency, lift which conditions for one
 * patient. It lifts conditions by name and nothing else: never a {@code forbid}, never what a
 * role's view hides.
 *
 * @param roles who may
 * @param purposes the purposes of use by which a token says that the glass is broken
 * @param relations the relations that it lifts
 * @param segments the segments that it lifts, as bits
 * @param reasonCharsMin how long the reason is at least, in code points
 * @param reasonClaim the claim that holds the reason; "" for the request's header
 * @param acr how the caller must have logged in, one of them; empty for anyhow
 * @param lastsSeconds how long it stays broken for a user and a patient
 * @param tells who is told
 * @param lifts what it lifts, as written: {@code relation:care-team}
 */
record BreakGlass(
    Set<String> roles,
    List<String> purposes,
    Set<String> relations,
    long segments,
    int reasonCharsMin,
    String reasonClaim,
    List<String> acr,
    int lastsSeconds,
    String tells,
    List<String> lifts) {
  /** What a person writes in an emergency; more is not recorded. */
  static final int REASON_CHARS_MAX = 1000;

  BreakGlass {
    roles = Set.copyOf(roles);
    purposes = List.copyOf(purposes);
    relations = Set.copyOf(relations);
    acr = List.copyOf(acr);
    lifts = List.copyOf(lifts);
  }

  /** Whether a role breaks the glass by a purpose of use. */
  boolean by(String role, String purpose) {
    return roles.contains(role) && purposes.contains(purpose);
  }

  /** Which term is not met that does not depend on the patient; null when all are. */
  Terms.Unmet unmet(Claims claims) {
    return acr.isEmpty() || Terms.loggedIn(claims, acr)
        ? null
        : new Terms.Unmet(
            "break-glass.needs",
            Reason.INSUFFICIENT_AUTHENTICATION,
            "neither acr nor amr is enough",
            acr);
  }

  /**
   * The glass that one request breaks.
   *
   * @param patient the one patient that the request names; "" when only the answer tells
   * @throws Refusal BREAK_GLASS_NEEDS_REASON when it says none, and the glass is not broken already
   */
  Broken broken(AccessRequest request, String patient) {
    String given =
        reasonClaim.isEmpty()
            ? request.circumstances().reason()
            : request.claims().strings(reasonClaim).stream().findFirst().orElse("");
    String reason = given.strip();
    int length = reason.codePointCount(0, reason.length());
    if (length >= reasonCharsMin && length <= REASON_CHARS_MAX) {
      return new Broken(reason, lastsSeconds, tells, lifts);
    }
    if (!request.circumstances().broken().test(patient)) {
      throw new Refusal(
          Reason.BREAK_GLASS_NEEDS_REASON,
          length == 0
              ? "no reason is given"
              : "the reason has not from " + reasonCharsMin + " to 1000 characters");
    }
    return new Broken("", lastsSeconds, tells, lifts);
  }

  /** For a person who asks what the policy says. */
  String words() {
    return "break-glass for "
        + String.join(" or ", purposes)
        + ": lifts "
        + String.join(", ", lifts)
        + " for one patient and "
        + lastsSeconds / 60
        + " min; needs a reason of "
        + reasonCharsMin
        + " characters"
        + (acr.isEmpty() ? "" : ", token-acr " + String.join(", ", acr))
        + "; tells "
        + tells;
  }
}
