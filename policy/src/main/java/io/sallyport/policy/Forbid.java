package io.sallyport.policy;

import io.sallyport.policy.fhir.Interaction;
import java.util.Set;

/**
 * A rule that always wins, whatever a role says. Empty sets match anything.
 *
 * @param segments when not 0, only resources of these segments are forbidden, which their answer
 *     tells
 * @param unlessRoles callers it does not touch
 * @param unlessPurposes purposes it does not touch
 * @param path where it stands: {@code forbid[0]}
 */
record Forbid(
    Set<String> roles,
    Set<String> types,
    Set<String> interactions,
    Set<String> purposes,
    long segments,
    Set<String> unlessRoles,
    Set<String> unlessPurposes,
    String path) {

  boolean matches(String role, String purpose, Interaction asked) {
    boolean spared =
        (!unlessRoles.isEmpty() || !unlessPurposes.isEmpty())
            && (unlessRoles.isEmpty() || unlessRoles.contains(role))
            && (unlessPurposes.isEmpty() || unlessPurposes.contains(purpose));
    return !spared
        && admits(roles, role)
        && admits(types, asked.type())
        && admits(interactions, asked.kind().code())
        && admits(purposes, purpose);
  }

  private static boolean admits(Set<String> allowed, String value) {
    return allowed.isEmpty() || allowed.contains(value);
  }
}
