package io.sallyport.policy.redact;

import io.sallyport.policy.Nearest;
import io.sallyport.policy.Problem;
import io.sallyport.policy.RoleRules.Pattern;
import io.sallyport.policy.fhir.Definitions;
import io.sallyport.policy.fhir.Definitions.Element;
import io.sallyport.policy.fhir.Definitions.Type;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * An element pattern, parsed: where it starts and which steps it takes.
 *
 * @param start a type's name; "*" for every resource; "**" for any depth
 * @param steps element names; "*" for any one; empty hides every element of the start type
 * @param text as the policy writes it, for rule hits
 * @param own whether it stands in the rule of one type
 * @param pattern where it comes from; null for a rule that does not hide but tells a fact
 * @param change what is made of the element; null for a rule that hides it
 */
record PathRule(
    String start,
    List<String> steps,
    String text,
    boolean own,
    Pattern pattern,
    Changes.Making change) {

  private static final String PATIENT = "patient";
  private static final String MEMBER = "member";
  private static final String ELEMENT = "element";

  /** What names the patient that a resource of this type is about. */
  static PathRule patient(String type, List<String> steps) {
    return new PathRule(type, steps, PATIENT, false, null, null);
  }

  /** A link by which a patient's compartment may hold a resource of this type. */
  static PathRule member(String type, List<String> steps) {
    return new PathRule(type, steps, MEMBER, false, null, null);
  }

  /** An element whose value the release of a resource of this type may depend on. */
  static PathRule element(String type, String key) {
    return new PathRule(type, List.of(key), ELEMENT, false, null, null);
  }

  /**
   * A reference by which others may come beside a resource of this type.
   *
   * @param name {@code Observation:subject}
   */
  static PathRule link(String type, List<String> steps, String name) {
    return new PathRule(type, steps, name, false, null, null);
  }

  /** Marks what a rule that is a fact ends at. */
  void mark(Slot slot) {
    slot.patient |= text.equals(PATIENT);
    slot.member |= text.equals(MEMBER);
    slot.fact |= text.equals(ELEMENT);
    if (text.indexOf(':') > 0) {
      slot.link(text);
    }
  }

  boolean fact() {
    return pattern == null;
  }

  PathRule changing(Changes.Making making) {
    return new PathRule(start, steps, text, own, pattern, making);
  }

  /** The same one step further down. */
  PathRule below(String step) {
    List<String> longer = new ArrayList<>(steps);
    longer.add(step);
    return new PathRule(start, List.copyOf(longer), text, own, pattern, change);
  }

  /**
   * Parses a pattern and reports it when it names no element.
   *
   * @param within the type it is relative to, or null for a role-level pattern
   * @return null when it is wrong
   */
  static PathRule parse(
      Definitions definitions, Pattern pattern, String within, Consumer<Problem> problems) {
    List<String> parts = List.of(pattern.text().replace("[x]", "").split("\\.", -1));
    String start = within != null ? within : parts.get(0);
    List<String> steps = within != null ? parts : parts.subList(1, parts.size());
    if (within != null && parts.get(0).equals(within)) {
      steps = parts.subList(1, parts.size());
    }
    if (within != null && steps.isEmpty()) {
      report(
          pattern,
          "names the type itself. Name its elements, or take "
              + within
              + " out of the role's types.",
          problems);
      return null;
    }
    if (!start.equals("*") && !start.equals("**") && definitions.type(start) == null) {
      Set<String> names = new TreeSet<>();
      definitions.types().forEach(type -> names.add(type.name()));
      report(
          pattern,
          "no type '" + start + "' in " + definitions.version() + "." + Nearest.hint(start, names),
          problems);
      return null;
    }
    if (ends(definitions, start, steps, pattern, problems) == null) {
      return null;
    }
    String text = within != null ? within + "." + String.join(".", steps) : pattern.text();
    return new PathRule(start, List.copyOf(steps), text, within != null, pattern, null);
  }

  /** The types that the element may have at its end. */
  Set<String> types(Definitions definitions) {
    return ends(definitions, start, steps, pattern, problem -> {});
  }

  /** The types at the end of a path; null when it leads nowhere, which is reported. */
  private static Set<String> ends(
      Definitions definitions,
      String start,
      List<String> steps,
      Pattern pattern,
      Consumer<Problem> problems) {
    Set<String> here = new HashSet<>();
    if (start.equals("*")) {
      here.addAll(definitions.resources());
    } else if (start.equals("**")) {
      definitions.types().forEach(type -> here.add(type.name()));
    } else {
      here.add(start);
    }
    String walked = start;
    for (String step : steps) {
      Set<String> next = new HashSet<>();
      Set<String> names = new TreeSet<>();
      boolean nested = here.contains("Resource") && !walked.equals(start);
      for (String name : here) {
        Type type = definitions.type(name);
        if (type != null && !(name.equals("Resource") && !walked.equals(start))) {
          for (Element element : type.elements()) {
            names.add(element.name());
            next.addAll(typesOf(element, step));
          }
        }
      }
      if (next.isEmpty() && nested) {
        report(
            pattern,
            "a path cannot go into the resource at '"
                + walked
                + "': it is judged by its own type. Hide it there: Patient."
                + step
                + ", or *."
                + step
                + " for every type.",
            problems);
        return null;
      }
      if (next.isEmpty()) {
        report(
            pattern,
            "no element '"
                + walked
                + "."
                + step
                + "' in "
                + definitions.version()
                + "."
                + Nearest.hint(step, names),
            problems);
        return null;
      }
      here.clear();
      here.addAll(next);
      walked = walked + "." + step;
    }
    return here;
  }

  /** The types an element may have when a step matches it; none when it does not. */
  private static List<String> typesOf(Element element, String step) {
    if (step.equals("*") || step.equals(element.name())) {
      return element.types();
    }
    List<String> typed = new ArrayList<>();
    if (element.choice()) {
      for (String type : element.types()) {
        if (step.equals(element.name() + capital(type))) {
          typed.add(type);
        }
      }
    }
    return typed;
  }

  static String capital(String type) {
    return Character.toUpperCase(type.charAt(0)) + type.substring(1);
  }

  /** Whether step {@code at} matches an element, under the key it has in JSON. */
  boolean matches(int at, Element element, String key) {
    String step = steps.get(at);
    return step.equals("*") || step.equals(element.name()) || step.equals(key);
  }

  private static void report(Pattern pattern, String message, Consumer<Problem> problems) {
    problems.accept(Problem.error(pattern.at(), pattern.path(), message, "E-PATH"));
  }
}
