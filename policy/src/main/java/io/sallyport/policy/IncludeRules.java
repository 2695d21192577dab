package io.sallyport.policy;

import io.sallyport.policy.RoleRules.Include;
import io.sallyport.policy.RoleRules.TypeRule;
import io.sallyport.policy.fhir.Definitions;
import io.sallyport.policy.fhir.Interaction;
import io.sallyport.policy.fhir.Interaction.Parameter;
import io.sallyport.policy.fhir.SearchClosure;
import io.sallyport.policy.redact.Included;
import io.sallyport.policy.redact.View;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Which resources may come beside the matches of a search: those of the pairs that {@code include:}
 * lists. A pair is an element that is shown whole; what it leads to is released by its own type's
 * rules, and only where an entry that is released leads to it.
 *
 * @see <a href="https://hl7.org/fhir/R4/search.html#include">FHIR R4 search, including other
 *     resources</a>
 */
final class IncludeRules {
  private static final String FORWARD = "_include";
  private static final String REVERSE = "_revinclude";

  private final Definitions definitions;
  private final SearchClosure closure;
  private final View view;
  private final Map<String, TypeRule> types;

  IncludeRules(Definitions definitions, SearchClosure closure, View view, RoleRules rules) {
    this.definitions = definitions;
    this.closure = closure;
    this.view = view;
    this.types = rules.types();
  }

  /** Whether a parameter asks for more than matches: by its base name, as _include:iterate. */
  static boolean asks(Parameter parameter) {
    return parameter.name().equals(FORWARD) || parameter.name().equals(REVERSE);
  }

  /** Reports the pairs that could not do what they say. */
  void check(Consumer<Problem> problems) {
    for (TypeRule rule : types.values()) {
      for (Include pair : rule.include()) {
        String wrong = wrong(rule.type(), pair);
        if (wrong != null) {
          problems.accept(
              Problem.error(
                  pair.written().at(),
                  pair.written().path(),
                  "'" + pair.written().text() + "' " + wrong,
                  "E-INCLUDE"));
        }
      }
    }
  }

  private String wrong(String type, Include pair) {
    String brings = pair.reverse() ? pair.source() : pair.target();
    if (!gives(pair.source())) {
      return "is of " + pair.source() + ", which is not among the role's types.";
    }
    if (!brings.isEmpty() && !gives(brings)) {
      return "brings " + brings + ", which is not among the role's types.";
    }
    Set<String> targets = targets(pair);
    if (!pair.reverse() && targets.stream().noneMatch(this::gives)) {
      return "brings only types that are not among the role's: " + some(targets) + ".";
    }
    String blocker =
        new SearchRules(definitions, closure, view).blocker(pair.source(), pair.code(), "");
    if (blocker != null) {
      return "follows "
          + blocker
          + ", which this role does not see whole. What comes would reveal it. Remove the pair,"
          + " or show the element.";
    }
    boolean literal =
        closure.reads(pair.source(), pair.code(), "").stream()
            .anyMatch(path -> path.endsWith(".reference"));
    return literal ? null : "follows no reference but a URL: what it leads to cannot be told.";
  }

  private static String some(Set<String> targets) {
    List<String> first = targets.stream().limit(5).toList();
    return String.join(", ", first) + (targets.size() > first.size() ? " and others" : "");
  }

  /** Whether resources of a type are released to the role at all. */
  private boolean gives(String type) {
    TypeRule rule = types.get(type);
    return rule != null
        && view.shows(type)
        && (rule.does().contains("read") || rule.does().contains("search"));
  }

  private Set<String> targets(Include pair) {
    return pair.target().isEmpty()
        ? new TreeSet<>(Chains.targets(definitions.searchParameter(pair.source(), pair.code())))
        : Set.of(pair.target());
  }

  /**
   * What a search asks for beside its matches.
   *
   * @param forbidden whether a {@code forbid} keeps a type from the caller
   * @throws Refusal SEARCH_NOT_PERMITTED when one of it is not listed
   */
  List<Included> asked(Interaction asked, Predicate<String> forbidden) {
    List<Included> included = new ArrayList<>();
    for (Parameter parameter : asked.parameters()) {
      if (asks(parameter)) {
        included.add(one(asked.type(), parameter, forbidden));
      }
    }
    return included;
  }

  private Included one(String type, Parameter parameter, Predicate<String> forbidden) {
    boolean iterate = parameter.modifier().equals("iterate");
    if (!iterate && !parameter.modifier().isEmpty()) {
      throw refused("an include has no modifier but iterate");
    }
    boolean reverse = parameter.name().equals(REVERSE);
    String[] parts = parameter.value().split(":", -1);
    if (parts.length < 2 || parts.length > 3) {
      throw refused("an include is Type:parameter");
    }
    Set<String> targets = new TreeSet<>();
    for (Include pair : types.get(type).include()) {
      if (pair.reverse() == reverse
          && pair.source().equals(parts[0])
          && pair.code().equals(parts[1])) {
        targets.addAll(targets(pair));
      }
    }
    if (parts.length == 3) {
      targets.retainAll(Set.of(parts[2]));
    }
    // What leads to it is judged by itself; what it leads to must be the role's, too.
    boolean gone = reverse && (!gives(parts[0]) || forbidden.test(parts[0]));
    if (!reverse) {
      targets.removeIf(target -> !gives(target) || forbidden.test(target));
    }
    if (targets.isEmpty() || gone) {
      throw refused("the include is not listed for the type");
    }
    if (!iterate && !(reverse ? targets.contains(type) : parts[0].equals(type))) {
      throw refused("only iterate leads on from what is included");
    }
    return new Included(reverse, iterate, parts[0], parts[1], targets);
  }

  private static Refusal refused(String why) {
    return new Refusal(Reason.SEARCH_NOT_PERMITTED, why);
  }
}
