package io.sallyport.policy;

import io.sallyport.policy.Explanation.Seen;
import io.sallyport.policy.RoleRules.Change;
import io.sallyport.policy.RoleRules.Pattern;
import io.sallyport.policy.RoleRules.TypeRule;
import io.sallyport.policy.fhir.Definitions;
import io.sallyport.policy.fhir.Definitions.Kind;
import io.sallyport.policy.fhir.Interaction;
import io.sallyport.policy.fhir.SearchClosure;
import io.sallyport.policy.redact.View;
import io.sallyport.policy.redact.View.Visibility;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Says why. It asks the compiled view what is seen, and finds the pattern that hides an element by
 * compiling each pattern alone: so that it cannot tell another story than the redactor acts by.
 */
final class Explainer {
  private static final Set<View.Holds> STANDS_IN = Set.of(View.Holds.ID, View.Holds.REFERENCE);

  private final Definitions definitions;
  private final SearchClosure closure;
  private final Segments segments;
  private final List<Forbid> forbids;
  private final Role role;
  private final List<String> glass;
  private final String type;
  private final TypeRule rule;
  private final Map<Pattern, View> alone = new HashMap<>();
  private final Map<String, Set<String>> searchedBy = new TreeMap<>();
  private final List<Explanation.Element> elements = new ArrayList<>();

  /**
   * @param glass how the role breaks the glass, in words
   */
  Explainer(
      Definitions definitions,
      SearchClosure closure,
      Segments segments,
      List<Forbid> forbids,
      Role role,
      List<String> glass,
      String type) {
    this.glass = glass;
    this.definitions = definitions;
    this.closure = closure;
    this.segments = segments;
    this.forbids = forbids;
    this.role = role;
    this.type = type;
    this.rule = role.rules().types().get(type);
  }

  Explanation explain() {
    List<Explanation.Parameter> parameters = new ArrayList<>();
    for (Definitions.SearchParameter parameter : definitions.searchParameters(type)) {
      parameters.add(parameter(parameter));
    }
    for (Definitions.Element element : definitions.type(type).elements()) {
      element(type + "." + element.name(), element.types(), List.of(type));
    }
    return new Explanation(
        role.name(),
        type,
        role.purposes(),
        terms(),
        rule == null ? Set.of() : new TreeSet<>(rule.does()),
        forbidden(),
        withheld(),
        rule == null ? List.of() : rule.include().stream().map(i -> i.written().text()).toList(),
        role.view().versions(),
        elements,
        parameters);
  }

  private List<String> terms() {
    List<String> terms = new ArrayList<>(role.terms().words());
    if (rule != null) {
      terms.addAll(role.typeTerms().get(type).words());
    }
    if (rule != null && role.terms().scopes()) {
      terms.add("scope constraints: by " + String.join(", ", role.constraints().codes(type)));
    }
    terms.addAll(glass);
    return terms;
  }

  private List<String> forbidden() {
    List<String> forbidden = new ArrayList<>();
    for (Interaction.Kind kind : Interaction.Kind.values()) {
      if (rule == null || !rule.does().contains(kind.code())) {
        continue;
      }
      Interaction asked = new Interaction(kind, type, "", "", List.of());
      for (String purpose : role.purposes()) {
        forbids.stream()
            .filter(forbid -> forbid.segments() == 0)
            .filter(forbid -> forbid.matches(role.name(), purpose, asked))
            .findFirst()
            .ifPresent(
                forbid -> forbidden.add(kind.code() + " for " + purpose + " by " + forbid.path()));
      }
    }
    return forbidden;
  }

  /** Whose resources are withheld although the type is shown. */
  private List<String> withheld() {
    List<String> withheld = new ArrayList<>();
    if (role.view().strips(type)) {
      withheld.add("what bears a modifierExtension that is not shown");
    }
    segments.in(role.rules().denied()).forEach(name -> withheld.add(name + " by deny-segments"));
    Interaction asked = new Interaction(Interaction.Kind.READ, type, "", "", List.of());
    for (String purpose : role.purposes()) {
      for (Forbid forbid : forbids) {
        if (forbid.matches(role.name(), purpose, asked)) {
          segments
              .in(forbid.segments())
              .forEach(name -> withheld.add(name + " for " + purpose + " by " + forbid.path()));
        }
      }
    }
    return withheld;
  }

  private Explanation.Parameter parameter(Definitions.SearchParameter parameter) {
    String code = parameter.code();
    String blocker = new SearchRules(definitions, closure, role.view()).blocker(type, code, "");
    if (blocker == null && rule != null && !rule.does().contains("search")) {
      blocker = "do, which has no search";
    } else if (blocker == null && !role.searchable().getOrDefault(type, Set.of()).contains(code)) {
      blocker = "search, which does not list it";
    }
    if (blocker == null) {
      for (String path : closure.reads(type, code, "")) {
        String[] steps = path.split("\\.");
        String top = steps.length == 1 ? path : steps[0] + "." + name(steps[1]);
        searchedBy.computeIfAbsent(top, p -> new TreeSet<>()).add(code);
      }
    }
    return new Explanation.Parameter(code, parameter.type(), blocker == null ? "" : blocker);
  }

  /** An element's name for a step that may be a choice's typed key. */
  private String name(String step) {
    for (Definitions.Element element : definitions.type(type).elements()) {
      boolean typed =
          element.choice()
              && element.types().stream().anyMatch(t -> step.equals(typed(element.name(), t)));
      if (typed) {
        return element.name();
      }
    }
    return step;
  }

  private void element(String path, List<String> types, List<String> chain) {
    Visibility visibility = role.view().visibility(path);
    boolean unversioned = path.equals(type + ".meta") && !role.view().versions();
    if (visibility == Visibility.HIDDEN) {
      hidden(path);
    } else if (visibility == Visibility.CHANGED) {
      changed(path);
    } else if (visibility == Visibility.FULL && STANDS_IN.contains(role.view().holds(path))) {
      add(path, Seen.CHANGED, "pseudonym", null);
    } else if (visibility == Visibility.FULL && !unversioned) {
      add(path, Seen.SHOWN, "", null);
    } else {
      part(path, types, chain);
    }
  }

  /** An element of the type itself is told; of one below it only what of it is not shown. */
  private void part(String path, List<String> types, List<String> chain) {
    int row = elements.size();
    boolean resource = types.contains("Resource");
    if (!resource && !types.contains("Extension")) {
      for (String of : types) {
        below(types.size() == 1 ? path : typed(path, of), of, chain);
      }
    }
    if (chain.size() > 1) {
      return;
    }
    if (path.equals(type + ".meta") && !role.view().versions()) {
      add(path + ".versionId", Seen.HIDDEN, "versions: hide", null);
      add(path + ".lastUpdated", Seen.HIDDEN, "versions: hide", null);
    }
    // What has nothing hidden below by its path has it somewhere in its extensions.
    boolean told = resource || elements.size() > row;
    Pattern url = told ? null : extensions();
    String by =
        resource
            ? "each by its own type"
            : told ? "" : url == null ? "inside extensions" : "hide " + url.text();
    add(path, Seen.PART, by, url == null ? null : url.at());
    elements.add(row, elements.remove(elements.size() - 1));
  }

  /** What of a partly shown element is not shown. */
  private void below(String path, String of, List<String> chain) {
    Definitions.Type definition = definitions.type(of);
    if (definition == null || definition.kind() == Kind.PRIMITIVE || chain.contains(of)) {
      return; // a type inside itself: what is said of it once holds
    }
    List<String> longer = new ArrayList<>(chain);
    longer.add(of);
    for (Definitions.Element child : definition.elements()) {
      String here = path + "." + child.name();
      if (role.view().visibility(here) != Visibility.FULL
          || STANDS_IN.contains(role.view().holds(here))) {
        element(here, child.types(), longer);
      }
    }
  }

  private static String typed(String name, String type) {
    return name + Character.toUpperCase(type.charAt(0)) + type.substring(1);
  }

  /** The line is told that changes the element when it stands alone, as the view takes them. */
  private void changed(String path) {
    String method = role.view().changed(path);
    for (Change change : changes()) {
      if (only(change).changed(path).equals(method)) {
        add(path, Seen.CHANGED, method, change.pattern().at());
        return;
      }
    }
    throw new IllegalStateException("no line changes " + path);
  }

  /** Those of the type before those of the role: so they count. */
  private List<Change> changes() {
    List<Change> changes = new ArrayList<>(rule.change());
    changes.addAll(role.rules().change());
    return changes;
  }

  private void hidden(String path) {
    if (rule == null) {
      add(path, Seen.HIDDEN, "no rule names " + type, null);
      return;
    }
    List<Pattern> patterns = new ArrayList<>(rule.hide());
    patterns.addAll(role.rules().hide());
    for (Pattern pattern : patterns) {
      View only = alone.computeIfAbsent(pattern, this::only);
      if (only.visibility(path) == Visibility.HIDDEN) {
        add(path, Seen.HIDDEN, "hide " + pattern.text(), pattern.at());
        return;
      }
    }
    for (Change change : changes()) {
      if (only(change).visibility(path) == Visibility.HIDDEN) {
        String cannot = "change " + change.pattern().text() + ", which cannot show it";
        add(path, Seen.HIDDEN, cannot, change.pattern().at());
        return;
      }
    }
    boolean listed = rule.showAll() || listed().visibility(path) != Visibility.HIDDEN;
    add(path, Seen.HIDDEN, listed ? "derived: drop" : "not in show", rule.at());
  }

  private Pattern extensions() {
    return role.rules().hide().stream()
        .filter(pattern -> pattern.text().startsWith("Extension("))
        .findFirst()
        .orElse(null);
  }

  private void add(String path, Seen seen, String by, Problem.Location at) {
    List<String> codes =
        seen == Seen.HIDDEN ? List.of() : List.copyOf(searchedBy.getOrDefault(path, Set.of()));
    elements.add(new Explanation.Element(path, seen, by, at, codes));
  }

  /** A view in which everything is shown but what one pattern hides. */
  private View only(Pattern pattern) {
    boolean own = rule.hide().contains(pattern);
    return compile(
        own ? type(true, List.of(), List.of(pattern), List.of()) : everything(),
        own ? List.of() : List.of(pattern),
        List.of());
  }

  /** Likewise, but for what one line changes. */
  private View only(Change change) {
    return alone.computeIfAbsent(
        change.pattern(),
        p -> {
          boolean own = rule.change().contains(change);
          return compile(
              own ? type(true, List.of(), List.of(), List.of(change)) : everything(),
              List.of(),
              own ? List.of() : List.of(change));
        });
  }

  /** A view that shows the list, with nothing subtracted. */
  private View listed() {
    return alone.computeIfAbsent(
        new Pattern("", rule.at(), ""),
        p -> compile(type(false, rule.show(), List.of(), List.of()), List.of(), List.of()));
  }

  private TypeRule everything() {
    return type(true, List.of(), List.of(), List.of());
  }

  private TypeRule type(boolean all, List<Pattern> show, List<Pattern> hide, List<Change> change) {
    return new TypeRule(
        type, rule.does(), all, show, hide, change, null, rule.acceptRisk(), rule.at());
  }

  private View compile(TypeRule one, List<Pattern> hide, List<Change> change) {
    RoleRules had = role.rules();
    RoleRules rules =
        new RoleRules(
            had.name(),
            Map.of(type, one),
            hide,
            change,
            true,
            had.tags(),
            had.absent(),
            had.versions(),
            had.acceptRisk(),
            had.compartment(),
            had.denied(),
            had.watch(),
            had.smallestCount(),
            had.pseudonym());
    // What is wrong with the policy was said when it was loaded.
    return View.compile(definitions, rules, told -> {});
  }
}
