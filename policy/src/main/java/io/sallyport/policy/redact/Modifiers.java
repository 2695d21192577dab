package io.sallyport.policy.redact;

import io.sallyport.policy.Problem;
import io.sallyport.policy.RoleRules;
import io.sallyport.policy.RoleRules.TypeRule;
import io.sallyport.policy.fhir.Definitions.Element;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Reports rules that take out a modifier element: without it what stays can mean its opposite (FHIR
 * R4 conformance rules, isModifier), so the policy must accept that risk with a reason.
 */
final class Modifiers {
  static final String EXTENSION = "modifierExtension";

  private final RoleRules role;
  private final Consumer<Problem> problems;
  private final Set<List<String>> reported = new HashSet<>();

  Modifiers(RoleRules role, Consumer<Problem> problems) {
    this.role = role;
    this.problems = problems;
  }

  /**
   * Whether the policy accepts that modifier extensions are taken out of resources of a type, and
   * of what is inside them; otherwise such a resource is withheld.
   */
  boolean extensionsAccepted(String type) {
    Set<String> own = role.types().get(type).acceptRisk();
    return own.contains(EXTENSION)
        || own.contains(type + "." + EXTENSION)
        || role.acceptRisk().stream().anyMatch(Set.of(EXTENSION, "*." + EXTENSION)::contains);
  }

  /** A rule names an element, under the key it has in JSON. */
  void hidden(PathRule rule, Element element, String key) {
    if (!counts(element) || !reported.add(List.of(rule.pattern().path(), element.path()))) {
      return;
    }
    Set<String> accepted = new HashSet<>(role.acceptRisk());
    TypeRule type = role.types().get(rule.start());
    if (type != null) {
      accepted.addAll(type.acceptRisk());
    }
    String path = String.join(".", rule.steps());
    for (String name : List.of(rule.pattern().text(), path, element.path())) {
      if (accepted.contains(name)) {
        return;
      }
    }
    if (rule.steps().size() == 1 && (accepted.contains(element.name()) || accepted.contains(key))) {
      return;
    }
    report(
        rule.pattern().at(),
        rule.pattern().path(),
        element,
        rule.own() ? path : rule.pattern().text());
  }

  /** Reports the modifiers among a type's own elements that an allow-list leaves out. */
  void leftOut(TypeRule rule, ShowTree shown, List<Element> elements) {
    for (Element element : elements) {
      if (counts(element)
          && shown.child(element.name(), element.name()) == null
          && !(element.choice() && typed(shown, element))
          && !rule.acceptRisk().contains(element.name())) {
        report(
            rule.at(),
            "roles." + role.name() + ".types." + rule.type() + ".show",
            element,
            element.name());
      }
    }
  }

  /** Extensions and implicit rules have rules of their own. */
  private static boolean counts(Element element) {
    return element.modifier()
        && !element.name().equals("implicitRules")
        && !element.name().equals(EXTENSION);
  }

  /** Whether the list names one of a choice's typed keys: {@code deceasedBoolean}. */
  private static boolean typed(ShowTree tree, Element element) {
    return element.types().stream()
        .anyMatch(type -> tree.children.containsKey(element.name() + PathRule.capital(type)));
  }

  private void report(Problem.Location at, String path, Element element, String accept) {
    problems.accept(
        Problem.error(
            at,
            path,
            "'"
                + element.path()
                + "' is a modifier element (R4 isModifier); hiding it can change"
                + " clinical meaning. Show it, or add accept-risk: {"
                + (accept.contains("*") ? "\"" + accept + "\"" : accept)
                + ": \"reason\"}.",
            "E-MODIFIER"));
  }
}
