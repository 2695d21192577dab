package io.sallyport.policy;

import java.util.List;
import java.util.Map;

/**
 * Exactly one role: the first in the file's order that the token and its client match. Never a
 * union of two: nobody could tell what it shows.
 */
final class RoleChoice {
  private final PolicyReader.Identity identity;
  private final Map<String, Role> roles;

  RoleChoice(PolicyReader.Identity identity, Map<String, Role> roles) {
    this.identity = identity;
    this.roles = roles;
  }

  /** Null when none matches. */
  Role of(AccessRequest request) {
    return of(request.claims(), request.client());
  }

  /** The same for a caller who asks for nothing yet. */
  Role of(Claims claims, String client) {
    List<String> values = claims.strings(identity.roleClaim());
    for (Map.Entry<String, String> mapping : identity.map().entrySet()) {
      Role role = roles.get(mapping.getValue());
      if (values.contains(mapping.getKey()) && role.terms().admits(client)) {
        return role;
      }
    }
    for (Role role : roles.values()) {
      if (identity.map().isEmpty()
          ? values.contains(role.name()) && role.terms().admits(client)
          : byClient(role, client)) {
        return role;
      }
    }
    return null;
  }

  /**
   * By its client alone a program is given a role that no claim maps to. One that is mapped needs
   * its claim as well, and so does every role where the claim's values are the roles themselves:
   * there, client restricts and gives nothing.
   */
  private boolean byClient(Role role, String client) {
    return !role.terms().clients().isEmpty()
        && role.terms().admits(client)
        && !identity.map().containsValue(role.name());
  }
}
