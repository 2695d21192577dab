package io.sallyport.policy.redact;

import io.sallyport.policy.Problem;
import io.sallyport.policy.RoleRules.Change;
import io.sallyport.policy.RoleRules.Pattern;
import io.sallyport.policy.fhir.Definitions;
import io.sallyport.policy.fhir.Definitions.Element;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * Compiles {@code change:}. Hiding wins over changing; of two changes the type's own wins over the
 * role's, then the first in the file. A type of an element that the method cannot read is hidden.
 */
final class Changes {
  /** What a rule makes of its element, and its place among the rules. */
  record Making(RedactionMethod method, String text, int order) {}

  private final Definitions definitions;
  private final Modifiers modifiers;
  private final Consumer<Problem> problems;
  private final Set<Pattern> parsed = new LinkedHashSet<>();
  private final Set<Pattern> applied = new HashSet<>();
  private int order;

  /** How the role's dates are moved: all of them alike. */
  private String shift;

  Changes(Definitions definitions, Modifiers modifiers, Consumer<Problem> problems) {
    this.definitions = definitions;
    this.modifiers = modifiers;
    Set<Problem> told = new HashSet<>();
    this.problems =
        problem -> {
          if (told.add(problem)) { // once, however many types a star stands for
            problems.accept(problem);
          }
        };
  }

  /**
   * Parses patterns and reports those that name nothing the method reads.
   *
   * @param within the type they are relative to, or null for role-level patterns
   */
  List<PathRule> parse(List<Change> changes, String within) {
    List<PathRule> rules = new ArrayList<>();
    for (Change change : changes) {
      RedactionMethod method = Methods.of(change, problems);
      Pattern pattern = change.pattern();
      if (pattern.text().startsWith("Extension(")) {
        report(pattern, "an extension is shown or hidden, not changed: hide it.");
        continue;
      }
      PathRule path = PathRule.parse(definitions, pattern, within, problems);
      if (method == null || path == null || !fits(path, change, method) || !alone(change, method)) {
        continue;
      }
      PathRule rule = path.changing(new Making(method, change.text(), order++));
      parsed.add(pattern);
      if (rule.steps().isEmpty() && !method.inside(rule.start()).isEmpty()) {
        rules.addAll(below(rule, rule.start()));
      } else {
        rules.add(rule);
      }
    }
    return rules;
  }

  /**
   * What a rule that ends at a datatype comes to inside it: its extensions may repeat the value.
   */
  static List<PathRule> below(PathRule rule, String type) {
    List<PathRule> below = new ArrayList<>();
    rule.change().method().inside(type).forEach(child -> below.add(rule.below(child)));
    if (!below.isEmpty()) {
      below.add(rule.below("extension").changing(null));
    }
    return below;
  }

  /** Two dates of a patient moved differently would tell how each was moved. */
  private boolean alone(Change change, RedactionMethod method) {
    if (!method.byPatient() || shift == null || shift.equals(change.text())) {
      shift = method.byPatient() ? change.text() : shift;
      return true;
    }
    report(
        change.pattern(),
        "moves dates by '"
            + change.text()
            + "', and another line of this role by '"
            + shift
            + "'. Dates of one patient must move together: say the same days and key.");
    return false;
  }

  private boolean fits(PathRule path, Change change, RedactionMethod method) {
    List<String> steps = path.steps();
    String last = steps.isEmpty() ? path.start() : steps.get(steps.size() - 1);
    if (last.startsWith("*") || (steps.isEmpty() && path.own())) {
      report(change.pattern(), "a change names its element: end the path with the element's name.");
      return false;
    }
    Set<String> readable = new TreeSet<>();
    Set<String> unreadable = new TreeSet<>();
    for (String type : path.types(definitions)) {
      if (reads(method, type)) {
        readable.add(type);
      } else if (!method.passes(type)) {
        unreadable.add(type);
      }
    }
    String told = String.join(", ", unreadable);
    if (readable.isEmpty()) {
      boolean instant = unreadable.contains("instant");
      report(
          change.pattern(),
          "'"
              + change.method()
              + "' reads "
              + String.join(", ", new TreeSet<>(method.reads()))
              + ", and '"
              + path.text()
              + "' is "
              + (told.isEmpty() ? "a boolean" : told)
              + ". "
              + (instant
                  ? "An instant cannot be cut: hide it."
                  : "Hide it, or name a part of it."));
      return false;
    }
    if (!unreadable.isEmpty()) {
      problems.accept(
          Problem.warning(
              change.pattern().at(),
              change.pattern().path(),
              "'" + change.method() + "' cannot read " + told + ": such a value is hidden",
              "W-CHANGE"));
    }
    return true;
  }

  private static boolean reads(RedactionMethod method, String type) {
    return method.reads().contains(type) || !method.inside(type).isEmpty();
  }

  /** The one of two rules that counts. */
  static PathRule first(PathRule one, PathRule other) {
    if (one == null || (other.own() && !one.own())) {
      return other;
    }
    boolean same = one.own() == other.own();
    return same && other.change().order() < one.change().order() ? other : one;
  }

  /** Does with a slot, all of whose hiding is known, what a rule says of its element. */
  void apply(PathRule rule, Slot slot, String owner, boolean root, Element element, String type) {
    if (slot.hiddenBy != null) {
      return;
    }
    RedactionMethod method = rule.change().method();
    // What leads to a resource leads nowhere when it is changed.
    boolean link =
        (owner.equals("Reference") && element.name().equals("reference"))
            || (root && element.name().equals("id"));
    if (method.reads().contains(type) && !link) {
      boolean quantity = Numbers.quantity(owner) && element.name().equals("value");
      boolean number = Numbers.TYPES.contains(type);
      slot.rewrite =
          new Rewrite(method.of(type), rule.change().text(), rule.text(), number, quantity);
      applied.add(rule.pattern());
    } else if (link || (!reads(method, type) && !method.passes(type))) {
      slot.hiddenBy = rule.text();
      modifiers.hidden(rule, element, slot.key);
    }
  }

  /** Reports what had nothing to do: somebody believes that its element is shown. */
  void finish() {
    for (Pattern pattern : parsed) {
      if (!applied.contains(pattern)) {
        problems.accept(
            Problem.warning(
                pattern.at(),
                pattern.path(),
                "changes nothing that this role is shown: the element is hidden, is not listed in"
                    + " show, or is changed by another line. Remove this one, or show the element.",
                "W-CHANGE-HIDDEN"));
      }
    }
  }

  private void report(Pattern pattern, String message) {
    problems.accept(Problem.error(pattern.at(), pattern.path(), message, "E-CHANGE"));
  }
}
