package io.sallyport.proxy.cli;

import io.sallyport.policy.AccessRequest;
import io.sallyport.policy.Claims;
import io.sallyport.policy.Decision;
import io.sallyport.policy.PolicySet;
import io.sallyport.policy.Reason;
import io.sallyport.policy.Refusal;
import io.sallyport.policy.fhir.Interaction;
import io.sallyport.policy.fhir.Interaction.Kind;
import io.sallyport.policy.redact.Fact;
import io.sallyport.policy.redact.View;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;

/**
 * One caller of an offline run: a role, its stated purposes and its claims, judged by the decision
 * that {@code serve} makes. What is denied is a {@link Refusal} with the decision's reason.
 *
 * @param relations those that hold, with whichever patient; no other does
 */
record Judge(
    PolicySet policy, String role, List<String> purposes, Claims claims, List<String> relations) {

  View view() {
    return policy.view(role).on(LocalDate.now(ZoneOffset.UTC));
  }

  /** Decides what depends on no resource: the purpose, and what is forbidden whatever it is. */
  void admit() {
    decide(new Interaction(Kind.CAPABILITIES, "", "", "", List.of()));
  }

  /** Permits reading one resource, of which this is known. */
  void read(Fact fact) {
    Interaction read = new Interaction(Kind.READ, fact.type(), fact.id(), "", List.of());
    requireOwn(decide(policy.asCallers(role, read)), fact);
  }

  /** Permits searching a type. */
  Decision.Permit search(String type) {
    return decide(new Interaction(Kind.SEARCH, type, "", "", List.of()));
  }

  /**
   * Permits asking for versions.
   *
   * @param id of which resource; "" for all of the type
   */
  Decision.Permit history(String type, String id) {
    Interaction history = new Interaction(Kind.HISTORY, type, id, "", List.of());
    return decide(id.isEmpty() ? history : policy.asCallers(role, history));
  }

  /** Permits seeing a resource by whichever way the role has: some only search and never read. */
  void see(Fact fact) {
    var does = policy.interactions(role, fact.type());
    if (does.contains("read") || !does.contains("search")) {
      read(fact);
    } else {
      requireOwn(search(fact.type()), fact);
    }
  }

  /** Refuses what depends on the resource itself. */
  static void requireOwn(Decision.Permit permit, Fact fact) {
    if (!permit.release().holds(fact)) {
      throw new Refusal(Reason.NOT_IN_COMPARTMENT, "not the caller's own patient");
    }
  }

  private Decision.Permit decide(Interaction asked) {
    Decision decision =
        policy.decide(role, purposes, new AccessRequest(claims, asked, Instant.now()));
    if (decision instanceof Decision.Deny deny) {
      throw new Refusal(deny.reason(), deny.detail() + " (" + deny.rule() + ")");
    }
    Decision.Permit permit = (Decision.Permit) decision;
    if (permit.release().related() != null) {
      permit.release().related().suppose((relation, patient) -> relations.contains(relation));
    }
    return permit;
  }
}
