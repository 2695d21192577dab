package io.sallyport.policy;

import io.sallyport.policy.Scope.Code;
import io.sallyport.policy.Scope.Constraint;
import io.sallyport.policy.fhir.Interaction;
import io.sallyport.policy.fhir.Interaction.Kind;
import io.sallyport.policy.fhir.Interaction.Parameter;
import io.sallyport.policy.redact.Fact;
import io.sallyport.policy.redact.View;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a token's scopes grant of one request.
 *
 * @param bound whether all of it is for the patient of the launch only
 * @param ways a resource is granted by any of them; none where it is granted whatever it says
 */
record ScopeGrant(boolean bound, List<Way> ways) {
  /** Every resource of every patient. */
  static final ScopeGrant ALL = new ScopeGrant(false, List.of());

  /**
   * One scope that grants some resources.
   *
   * @param bound whether those of the patient of the launch only
   * @param constraints what a resource must say; all of them
   */
  record Way(boolean bound, List<Constraint> constraints) {}

  ScopeGrant {
    ways = List.copyOf(ways);
  }

  /** Whether some of it is for the patient of the launch. */
  boolean launched() {
    return bound || ways.stream().anyMatch(Way::bound);
  }

  /** A view that asks the resources of a type for what the constraints compare. */
  View seen(View view, String type, TokenParameters parameters) {
    Set<String> named = new TreeSet<>();
    for (Way way : ways) {
      way.constraints().forEach(constraint -> named.add(constraint.parameter()));
    }
    return named.isEmpty() ? view : view.asking(type, parameters.keys(type, named));
  }

  /**
   * What a resource must be so that one of the ways grants it.
   *
   * @param launch the patient of the launch; null when none of it is for a patient
   */
  ResourceRule rule(String type, Compartment launch, TokenParameters parameters) {
    return new OneOf(type, ways, launch, parameters);
  }

  private record OneOf(String type, List<Way> ways, Compartment launch, TokenParameters parameters)
      implements ResourceRule {
    /** What is not of the type that was asked for is granted by nothing that is known here. */
    @Override
    public boolean concerns(String other) {
      return true;
    }

    @Override
    public boolean holds(Fact fact) {
      return fact.type().equals(type) && ways.stream().anyMatch(way -> grants(way, fact));
    }

    private boolean grants(Way way, Fact fact) {
      if (way.bound() && (launch == null || !launch.holds(fact))) {
        return false;
      }
      for (Constraint constraint : way.constraints()) {
        if (!parameters.meets(type, constraint, fact.elements())) {
          return false;
        }
      }
      return true;
    }

    @Override
    public String toString() {
      return "[phi]";
    }
  }

  /**
   * A search as the upstream shall see it, where what it may find can be said by its parameters:
   * that saves work and enforces nothing. A further page of it says them already.
   */
  Interaction narrowed(Interaction asked) {
    if (ways.size() != 1 || asked.kind() != Kind.SEARCH) {
      return asked;
    }
    List<Parameter> sent = new ArrayList<>(asked.parameters());
    for (Constraint constraint : ways.get(0).constraints()) {
      Parameter ours = parameter(constraint);
      if (ours != null && !sent.contains(ours)) {
        sent.add(ours);
      }
    }
    return asked.with(sent);
  }

  /** Null for a code without a system: servers take it for different things. */
  private static Parameter parameter(Constraint constraint) {
    List<String> codes = new ArrayList<>();
    for (Code code : constraint.anyOf()) {
      if (code.system() != null && code.system().isEmpty()) {
        return null;
      }
      String system = code.system() == null ? "" : code.system() + "|";
      codes.add(system + (code.code() == null ? "" : code.code()));
    }
    return new Parameter(constraint.parameter(), "", String.join(",", codes));
  }
}
