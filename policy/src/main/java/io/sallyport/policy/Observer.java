package io.sallyport.policy;

import io.sallyport.policy.RoleRules.Include;
import io.sallyport.policy.RoleRules.TypeRule;
import io.sallyport.policy.fhir.Definitions;
import io.sallyport.policy.fhir.Interaction;
import io.sallyport.policy.fhir.SearchClosure;
import io.sallyport.policy.redact.View;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Observe mode: a hospital sees what a policy would deny and hide before it does. Whoever is
 * observed is given what a role would give that shows everything; every {@code forbid} holds, and
 * what cannot be understood is refused as ever. Who is not authenticated never comes here.
 *
 * <p>Immutable and shared by all threads.
 */
public final class Observer {
  private final PolicySet policy;
  private final Role whole;
  private final boolean everyone;

  /**
   * @param everyone whether everybody is observed, not only the roles that say {@code observe:
   *     true}
   */
  Observer(
      PolicySet policy,
      Definitions definitions,
      SearchClosure closure,
      RoleRules rules,
      boolean everyone) {
    this.policy = policy;
    this.everyone = everyone;
    View view =
        View.compile(
            definitions,
            rules,
            problem -> {
              throw new IllegalStateException(problem.toString());
            });
    Terms none = new Terms("", Set.of(), List.of(), false, List.of(), List.of(), List.of());
    Map<String, Terms> terms = new TreeMap<>();
    rules.types().keySet().forEach(type -> terms.put(type, none));
    this.whole =
        new Role(
            "",
            List.of(),
            rules,
            view,
            new SearchRules(definitions, closure, view).compile(rules, problem -> {}),
            none,
            Map.copyOf(terms),
            new Releases(Set.of(), none, terms),
            TokenParameters.NONE,
            true);
  }

  /** A role's rules that show everything, but for what a forbid keeps back. */
  static RoleRules everything(Definitions definitions, Segments segments, List<Forbid> forbids) {
    List<Include> pairs = pairs(definitions);
    Problem.Location nowhere = new Problem.Location("", 0, 0);
    Map<String, TypeRule> types = new TreeMap<>();
    for (String type : definitions.resources()) {
      types.put(
          type,
          new TypeRule(
              type,
              InteractionWords.BUILT,
              true,
              List.of(),
              List.of(),
              List.of(),
              null,
              pairs,
              Set.of(),
              nowhere));
    }
    long forbidden = 0;
    for (Forbid forbid : forbids) {
      forbidden |= forbid.segments();
    }
    return new RoleRules(
        "",
        types,
        List.of(),
        List.of(),
        false,
        Set.of(),
        "unknown",
        true,
        Set.of(),
        null,
        0,
        segments.watch(forbidden),
        1,
        null);
  }

  /** Every pair by which a search may bring others. */
  private static List<Include> pairs(Definitions definitions) {
    List<Include> pairs = new ArrayList<>();
    for (String type : definitions.resources()) {
      for (Definitions.SearchParameter parameter : definitions.searchParameters(type)) {
        if (parameter.type().equals("reference")) {
          pairs.add(new Include(false, type, parameter.code(), "", null));
          pairs.add(new Include(true, type, parameter.code(), "", null));
        }
      }
    }
    return List.copyOf(pairs);
  }

  /** What who is observed may do: everything; its includes are too many to be told. */
  public Abilities abilities() {
    return new Abilities(whole, false);
  }

  /** Whether everybody is observed, not only some roles. */
  public boolean everyone() {
    return everyone;
  }

  /**
   * What holds instead of a decision, where its request is observed; null where the decision holds.
   */
  public Observed of(AccessRequest request, Decision decided) {
    if (decided instanceof Decision.Deny deny && deny.reason() == Reason.FORBIDDEN) {
      return null;
    }
    if (!everyone && !policy.observes(decided.role())) {
      return null;
    }
    Role role = whole.named(decided.role());
    Set<Decision> holding = new LinkedHashSet<>();
    for (String purpose : purposes(request, decided)) {
      Decision one = policy.judge(role, purpose, request);
      if (one instanceof Decision.Deny) {
        return new Observed(one, decided);
      }
      holding.add(one);
    }
    return new Observed(strictest(holding), decided);
  }

  /** The purpose that applies; without one a forbid holds if it does for any that is stated. */
  private List<String> purposes(AccessRequest request, Decision decided) {
    if (!decided.purpose().isEmpty()) {
      return List.of(decided.purpose());
    }
    List<String> stated = new ArrayList<>(policy.stated(request));
    stated.add("");
    return stated;
  }

  private static Decision strictest(Set<Decision> permits) {
    Decision.Permit first = (Decision.Permit) permits.iterator().next();
    long segments = 0;
    for (Decision one : permits) {
      Decision.Permit permit = (Decision.Permit) one;
      segments |= permit.release().segments();
      if (!permit.includes().equals(first.includes())) {
        return new Decision.Deny(
            first.role(), "", first.rule(), Reason.FORBIDDEN, "forbidden for a stated purpose");
      }
    }
    if (segments == first.release().segments()) {
      return first;
    }
    ReleaseRule release = new ReleaseRule(first.release().compartment(), segments);
    Decision.Permit permit =
        new Decision.Permit(
            first.role(),
            first.purpose(),
            first.rule(),
            first.interaction(),
            first.view(),
            release,
            first.includes());
    return first.interaction().kind() == Interaction.Kind.SEARCH ? permit.paged() : permit;
  }
}
