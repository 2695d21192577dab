package io.sallyport.policy;

import io.sallyport.policy.fhir.Definitions;
import io.sallyport.policy.fhir.Definitions.SearchParameter;
import io.sallyport.policy.fhir.Interaction.Parameter;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Chains ({@code subject:Patient.birthdate}) and reverse chains ({@code
 * _has:Condition:patient:code}): a search in a search. What the inner one finds is never seen, and
 * the outer result tells of it. So every parameter on the way must be one that the role may use on
 * its own type, and every resource of a type that is hopped to must be the role's to find: else a
 * hop asks about those it may not see.
 *
 * @see <a href="https://hl7.org/fhir/R4/search.html#chaining">FHIR R4 search, chaining</a>
 */
final class Chains {
  /** Each hop is a join for the record system. */
  static final int HOPS_MAX = 3;

  private static final String HAS = "_has";

  private final Definitions definitions;
  private final SearchRules rules;
  private final Role role;
  private final Predicate<String> conditional;

  /**
   * @param conditional whether anything of a type may be kept from this caller
   */
  Chains(Definitions definitions, SearchRules rules, Role role, Predicate<String> conditional) {
    this.definitions = definitions;
    this.rules = rules;
    this.role = role;
    this.conditional = conditional;
  }

  /** Whether a parameter hops: by its base name, for {@code _has} says the rest in its modifier. */
  static boolean hops(Parameter parameter) {
    return parameter.name().equals(HAS) || parameter.code().indexOf('.') >= 0;
  }

  /** Refuses a chain that the role may not use on a type. */
  void check(String type, Parameter parameter) {
    follow(type, parameter.code(), parameter.value(), 0);
  }

  private void follow(String type, String code, String value, int hops) {
    if (hops > HOPS_MAX) {
      throw new Refusal(Reason.SEARCH_NOT_PERMITTED, "a chain has over " + HOPS_MAX + " hops");
    }
    if (code.startsWith(HAS + ":")) {
      String[] parts = code.split(":", 4);
      if (parts.length < 4) {
        throw unknown("a reverse chain is _has:Type:reference:parameter");
      }
      hop(parts[1], parts[2], type);
      open(parts[1]);
      follow(parts[1], parts[3], value, hops + 1);
      return;
    }
    int dot = code.indexOf('.');
    if (dot >= 0) {
      String step = code.substring(0, dot);
      int colon = step.indexOf(':');
      String reference = colon < 0 ? step : step.substring(0, colon);
      String target = colon < 0 ? only(type, reference) : step.substring(colon + 1);
      hop(type, reference, target);
      open(target);
      follow(target, code.substring(dot + 1), value, hops + 1);
      return;
    }
    int colon = code.indexOf(':');
    String name = colon < 0 ? code : code.substring(0, colon);
    String modifier = colon < 0 ? "" : code.substring(colon + 1);
    rules.check(type, searchable(type), new Parameter(name, modifier, value));
  }

  /** The hop itself: a reference parameter of {@code type} that may lead to {@code target}. */
  private void hop(String type, String code, String target) {
    SearchParameter parameter = reference(type, code);
    rules.check(type, searchable(type), code, "");
    if (!targets(parameter).contains(target)) {
      throw new Refusal(Reason.SEARCH_NOT_PERMITTED, "a chain leads to another type");
    }
  }

  private void open(String type) {
    if (!role.unconditional(type) || conditional.test(type)) {
      throw new Refusal(
          Reason.SEARCH_NOT_PERMITTED, "a chain hops to a type that is not seen unconditionally");
    }
  }

  /** Where a chain leads that does not say it. */
  private String only(String type, String code) {
    List<String> targets = targets(reference(type, code));
    if (targets.size() != 1) {
      throw new Refusal(Reason.SEARCH_NOT_PERMITTED, "a chain must say which type it leads to");
    }
    return targets.get(0);
  }

  private SearchParameter reference(String type, String code) {
    SearchParameter parameter = definitions.searchParameter(type, code);
    if (parameter == null || !parameter.type().equals("reference")) {
      throw unknown("a chain hops by no reference parameter of the type");
    }
    return parameter;
  }

  /**
   * The types that a parameter leads to. {@code patient} is published for many types at once, with
   * the targets of them all, but only ever leads to a Patient.
   */
  static List<String> targets(SearchParameter parameter) {
    boolean patient = parameter.code().equals("patient") && parameter.targets().contains("Patient");
    return patient ? List.of("Patient") : parameter.targets();
  }

  private Set<String> searchable(String type) {
    return role.searchable().getOrDefault(type, Set.of());
  }

  private static Refusal unknown(String why) {
    return new Refusal(Reason.UNKNOWN_PARAMETER, why);
  }
}
