package io.sallyport.policy;

import io.sallyport.policy.RoleRules.Pattern;
import io.sallyport.policy.RoleRules.TypeRule;
import io.sallyport.policy.fhir.Definitions;
import io.sallyport.policy.fhir.Definitions.SearchParameter;
import io.sallyport.policy.fhir.Interaction.Parameter;
import io.sallyport.policy.fhir.SearchClosure;
import io.sallyport.policy.redact.View;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * Which searches a view allows: an element that is not shown, or not shown whole, cannot be
 * searched or sorted by, for the result set would answer the question.
 */
final class SearchRules {
  /** What compares a system and a code. */
  private static final Set<String> CODED = Set.of("token", "quantity");

  /** Modifiers of references that go on from one to others. */
  private static final Set<String> ORDERED = Set.of("above", "below");

  private final Definitions definitions;
  private final SearchClosure closure;
  private final View view;

  SearchRules(Definitions definitions, SearchClosure closure, View view) {
    this.definitions = definitions;
    this.closure = closure;
    this.view = view;
  }

  /**
   * The parameters allowed by type. A {@code search:} entry that the closure forbids is an error.
   */
  Map<String, Set<String>> compile(RoleRules rules, Consumer<Problem> problems) {
    Map<String, Set<String>> allowed = new HashMap<>();
    for (TypeRule rule : rules.types().values()) {
      if (rule.does().contains("search") && view.shows(rule.type())) {
        allowed.put(rule.type(), allowed(rule, problems));
      }
    }
    return allowed;
  }

  private Set<String> allowed(TypeRule rule, Consumer<Problem> problems) {
    Set<String> open = new TreeSet<>();
    Collection<Definitions.SearchParameter> all = definitions.searchParameters(rule.type());
    for (Definitions.SearchParameter parameter : all) {
      if (blocker(rule.type(), parameter.code(), "") == null) {
        open.add(parameter.code());
      }
    }
    if (rule.search() == null) {
      return open;
    }
    Set<String> narrowed = new TreeSet<>();
    for (Pattern entry : rule.search()) {
      String code = entry.text();
      if (open.contains(code)) {
        narrowed.add(code);
      } else if (definitions.searchParameter(rule.type(), code) == null) {
        Set<String> codes = new TreeSet<>();
        all.forEach(parameter -> codes.add(parameter.code()));
        problems.accept(
            Problem.error(
                entry.at(),
                entry.path(),
                "there is no search parameter '"
                    + code
                    + "' on "
                    + rule.type()
                    + "."
                    + Nearest.hint(code, codes),
                "E-SEARCH"));
      } else {
        problems.accept(blocked(rule.type(), entry));
      }
    }
    return narrowed;
  }

  /** Whether a search of a type by a parameter would tell nothing that is not seen anyway. */
  boolean open(TypeRule rule, String code) {
    return blocker(rule.type(), code, "") == null
        && (rule.search() == null
            || rule.search().stream().anyMatch(entry -> entry.text().equals(code)));
  }

  /** A parameter is listed that the role may not use. */
  private Problem blocked(String type, Pattern entry) {
    String path = blocker(type, entry.text(), "");
    String reads = "'" + entry.text() + "' reads " + path + ", which this role ";
    if (view.visibility(path) != View.Visibility.CHANGED) {
      return Problem.error(
          entry.at(),
          entry.path(),
          reads
              + "does not see whole. Searching it would reveal it. Remove it, or show the element.",
          "E-SEARCH-HIDDEN");
    }
    boolean date = definitions.searchParameter(type, entry.text()).type().equals("date");
    return Problem.error(
        entry.at(),
        entry.path(),
        reads
            + "sees as '"
            + view.changed(path)
            + "'. Searching it would reveal the full "
            + (date ? "date" : "value")
            + ". Remove it, or show "
            + path.substring(type.length() + 1)
            + " unchanged.",
        "E-SEARCH-CHANGED");
  }

  /** The first element that keeps a parameter from being used; null when nothing does. */
  String blocker(String type, String code, String modifier) {
    Set<String> reads = closure.reads(type, code, modifier);
    if (reads.isEmpty()) {
      return "elements that cannot be told";
    }
    for (String path : reads) {
      if (path.startsWith(type + ".meta.lastUpdated") && !view.versions()) {
        return path;
      }
      if (view.visibility(path) != View.Visibility.FULL
          || disguised(definitions.searchParameter(type, code), path)) {
        return path;
      }
      if (modifier.isEmpty() && view.partial() && besideReference(path)) {
        return path;
      }
    }
    return null;
  }

  /**
   * Whether a path leads to what stands in a Reference beside the reference itself, as a parameter
   * of a record system's own may: it goes with a reference to a contained resource.
   */
  private boolean besideReference(String path) {
    String[] steps = path.split("\\.");
    List<String> types = List.of(steps[0]);
    for (int i = 1; i < steps.length; i++) {
      if (types.contains("Reference") && !steps[i].equals("reference")) {
        return true;
      }
      String step = steps[i];
      types =
          types.stream()
              .map(definitions::type)
              .filter(Objects::nonNull)
              .flatMap(type -> type.elements().stream())
              .filter(e -> e.name().equals(step) || (e.choice() && step.startsWith(e.name())))
              .flatMap(e -> e.types().stream())
              .toList();
    }
    return false;
  }

  /**
   * Whether a parameter compares what is shown as something else, where the role has pseudonyms:
   * only {@code _id} and references can be asked for by them.
   */
  private boolean disguised(SearchParameter parameter, String path) {
    return switch (view.holds(path)) {
      case NOTHING -> false;
      case ID -> !parameter.code().equals("_id");
      case REFERENCE -> !parameter.type().equals("reference") || !path.endsWith(".reference");
      case NAME -> !path.endsWith(".system") || !CODED.contains(parameter.type());
    };
  }

  /** Refuses to sort by ids, whose order tells of them, and to compare them but for being equal. */
  private void ids(String type, String code, String modifier) {
    if (view.pseudonyms() == null) {
      return;
    }
    boolean reference = definitions.searchParameter(type, code).type().equals("reference");
    boolean more = modifier.equals("_sort") || ORDERED.contains(modifier);
    if ((reference && more) || (code.equals("_id") && !modifier.isEmpty())) {
      throw new Refusal(Reason.SEARCH_NOT_PERMITTED, "ids are compared by " + code);
    }
  }

  /** Refuses a parameter that the role may not use. */
  void check(TypeRule rule, Set<String> allowed, Parameter parameter) {
    if (parameter.name().equals("_count")) {
      return;
    }
    if (parameter.name().equals("_sort")) {
      for (String key : parameter.value().split(",", -1)) {
        String code = key.startsWith("-") ? key.substring(1) : key;
        check(rule.type(), allowed, code, "");
        contained(rule.type(), code, "_sort", "");
        ids(rule.type(), code, "_sort");
      }
      return;
    }
    check(rule.type(), allowed, parameter);
  }

  /** Refuses a parameter of a type, of any search that reaches the type. */
  void check(String type, Set<String> allowed, Parameter parameter) {
    check(type, allowed, parameter.name(), parameter.modifier());
    ids(type, parameter.name(), parameter.modifier());
    contained(type, parameter.name(), parameter.modifier(), parameter.value());
  }

  /**
   * Refuses to tell whether there is a reference to a contained resource, or what stands beside it:
   * with a resource that is not shown the references to it go whole, and whether one is shown
   * depends on what is contained.
   */
  private void contained(String type, String code, String modifier, String value) {
    String kind = definitions.searchParameter(type, code).type();
    boolean link = kind.equals("reference") || kind.equals("uri") || kind.equals("composite");
    boolean tells =
        modifier.equals("missing")
            || modifier.equals("_sort")
            || modifier.equals("identifier")
            || (',' + value.replace('$', ',')).contains(",#");
    if (link && tells && view.partial()) {
      throw new Refusal(Reason.SEARCH_NOT_PERMITTED, "contained resources by " + code);
    }
  }

  void check(String type, Set<String> allowed, String code, String modifier) {
    if (definitions.searchParameter(type, code) == null) {
      // A sort key that is a chain: nothing is sorted by it.
      boolean hop = code.startsWith("_has:") || code.contains(".");
      throw new Refusal(
          hop ? Reason.SEARCH_NOT_PERMITTED : Reason.UNKNOWN_PARAMETER,
          hop ? "chains do not sort" : "no such search parameter on the type");
    }
    if (!allowed.contains(code) || modifier.contains(".") || modifier.contains(":")) {
      throw new Refusal(Reason.SEARCH_NOT_PERMITTED, "parameter " + code);
    }
    if (!modifier.isEmpty() && blocker(type, code, modifier) != null) {
      throw new Refusal(Reason.SEARCH_NOT_PERMITTED, "modifier of parameter " + code);
    }
  }
}
