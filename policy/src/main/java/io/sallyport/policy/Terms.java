package io.sallyport.policy;

import io.sallyport.policy.condition.Condition;
import io.sallyport.policy.condition.ResourceCondition;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a token and a request must have besides role and purpose, so that a role, or its rule for a
 * type, applies: decided before the record system is asked, and never by data. And what conditions
 * ask of the resources that it gives, which {@link Releases} decides.
 *
 * @param path of the role in the document
 * @param clients the OAuth clients through which it applies; empty for every one
 * @param acr how the caller must have logged in, one of them; empty for anyhow
 * @param scopes whether the token's SMART scopes narrow it
 * @param when conditions on token and request; all of them must hold
 * @param releases conditions on a resource; only those are released for which all of them hold
 * @param relations what must hold with the patient that each resource is about: decided by data,
 *     too
 */
record Terms(
    String path,
    Set<String> clients,
    List<String> acr,
    boolean scopes,
    List<Condition> when,
    List<ResourceCondition> releases,
    List<Relation> relations) {
  /**
   * Which term is not met.
   *
   * @param acr what would meet it, where the caller can do something about it: by logging in again
   */
  record Unmet(String path, Reason reason, String detail, List<String> acr) {
    Unmet(String path, Reason reason, String detail) {
      this(path, reason, detail, List.of());
    }

    /** The decision that it comes to. */
    Decision deny(String role, String purpose) {
      return new Decision.Deny(role, purpose, path, reason, detail, acr);
    }
  }

  Terms {
    clients = Set.copyOf(clients);
    acr = List.copyOf(acr);
    when = List.copyOf(when);
    releases = List.copyOf(releases);
    relations = List.copyOf(relations);
  }

  /** Whether it applies through this client. */
  boolean admits(String client) {
    return clients.isEmpty() || clients.contains(client);
  }

  /**
   * The first term that is not met; null when all are. {@link ScopeRule} judges scopes.
   *
   * @param purpose the purpose of use that applies
   */
  Unmet unmet(AccessRequest request, String purpose) {
    if (!admits(request.client())) {
      return new Unmet(path + ".client", Reason.NO_ROLE, "the role is for other clients");
    }
    if (!acr.isEmpty() && !loggedIn(request.claims(), acr)) {
      return new Unmet(
          path + ".needs",
          Reason.INSUFFICIENT_AUTHENTICATION,
          "neither acr nor amr is enough",
          acr);
    }
    for (Condition condition : when) {
      if (!condition.holds(request, purpose)) {
        return new Unmet(condition.path(), Reason.NO_RULE_PERMITS, "a condition does not hold");
      }
    }
    return null;
  }

  /** Whether it asks for nothing but role and purpose, scopes and resources aside. */
  boolean none() {
    return clients.isEmpty() && acr.isEmpty() && when.isEmpty() && relations.isEmpty();
  }

  /** By the level reached (acr) or a method used (amr, RFC 8176). */
  static boolean loggedIn(Claims claims, List<String> acr) {
    return claims.strings("acr").stream().anyMatch(acr::contains)
        || claims.strings("amr").stream().anyMatch(acr::contains);
  }

  /** For a person who asks what the policy says. */
  List<String> words() {
    List<String> words = new ArrayList<>();
    if (!clients.isEmpty()) {
      words.add("client: " + String.join(", ", new TreeSet<>(clients)));
    }
    if (scopes) {
      words.add("scopes: enforce");
    }
    if (!acr.isEmpty()) {
      words.add("needs: token-acr " + String.join(", ", acr));
    }
    when.forEach(condition -> words.add("when: " + condition.text()));
    releases.forEach(condition -> words.add("when: " + condition.text()));
    relations.forEach(relation -> words.add("when: " + relation.name() + ", a relation"));
    return words;
  }
}
