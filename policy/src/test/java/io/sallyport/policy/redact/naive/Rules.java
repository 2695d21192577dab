package io.sallyport.policy.redact.naive;

import io.sallyport.policy.redact.naive.Fhir.Element;
import io.sallyport.policy.redact.naive.Fhir.Found;
import io.sallyport.policy.redact.naive.Place.Changing;
import io.sallyport.policy.redact.naive.Place.Step;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A policy's patterns, applied literally. */
final class Rules {
  private static final String EXTENSION = "Extension(";

  /** A role-level pattern: the type it starts at, and its steps. */
  private record Anywhere(String start, List<String> steps) {}

  private final Fhir fhir;
  private final Policy policy;
  private final Set<String> urls = new HashSet<>();
  private final Set<Anywhere> anywhere = new HashSet<>();
  private final List<Changing> changingAnywhere = new ArrayList<>();
  private final Map<String, Boolean> partial = new HashMap<>();

  Rules(Fhir fhir, Policy policy) {
    this.fhir = fhir;
    this.policy = policy;
    for (String pattern : policy.hide()) {
      if (pattern.startsWith(EXTENSION)) {
        urls.add(pattern.substring(EXTENSION.length(), pattern.length() - 1));
      } else {
        List<String> parts = steps(pattern);
        anywhere.add(new Anywhere(parts.get(0), parts.subList(1, parts.size())));
      }
    }
    for (int i = 0; i < policy.change().size(); i++) {
      Policy.Change change = policy.change().get(i);
      List<String> parts = steps(change.pattern());
      List<String> inside =
          parts.size() > 1 ? List.of() : Making.inside(change.method(), parts.get(0));
      if (inside.isEmpty()) {
        changingAnywhere.add(new Changing(new Step(parts, 0), change.method(), false, i));
      }
      if (!inside.isEmpty()) {
        anywhere.add(new Anywhere(parts.get(0), List.of("extension")));
      }
      for (String child : inside) {
        Step step = new Step(List.of(parts.get(0), child), 0);
        changingAnywhere.add(new Changing(step, change.method(), false, i));
      }
    }
  }

  private static List<String> steps(String pattern) {
    return Arrays.asList(pattern.replace("[x]", "").split("\\."));
  }

  boolean shows(String type) {
    return type != null && policy.types().containsKey(type);
  }

  boolean hiddenUrl(String url) {
    return url != null && urls.contains(url);
  }

  boolean hidesUrls() {
    return !urls.isEmpty();
  }

  Place root(String type) {
    Policy.Rule rule = policy.types().get(type);
    Set<Step> hiding = own(rule.hide(), type);
    Set<Changing> changing = new HashSet<>();
    for (int i = 0; i < rule.change().size(); i++) {
      Policy.Change change = rule.change().get(i);
      for (Step step : own(List.of(change.pattern()), type)) {
        changing.add(new Changing(step, change.method(), true, i));
      }
    }
    Set<Step> showing = rule.show() == null ? null : own(rule.show(), type);
    return at(type, hiding, changing, showing, false, true);
  }

  private static Set<Step> own(List<String> patterns, String type) {
    Set<Step> own = new HashSet<>();
    for (String pattern : patterns) {
      List<String> steps = steps(pattern);
      own.add(new Step(steps.get(0).equals(type) ? steps.subList(1, steps.size()) : steps, 0));
    }
    return own;
  }

  private Place at(
      String type,
      Set<Step> hiding,
      Set<Changing> changing,
      Set<Step> showing,
      boolean listed,
      boolean root) {
    Set<Step> all = new HashSet<>(hiding);
    for (Anywhere rule : anywhere) {
      if (starts(rule.start(), type, root) && !rule.steps().isEmpty()) {
        all.add(new Step(rule.steps(), 0));
      }
    }
    Set<Changing> changes = new HashSet<>(changing);
    for (Changing rule : changingAnywhere) {
      List<String> parts = rule.step().steps();
      if (parts.size() > 1 && starts(parts.get(0), type, root)) {
        changes.add(rule.at(new Step(parts.subList(1, parts.size()), 0)));
      }
    }
    return new Place(type, all, changes, showing, listed, root);
  }

  private boolean starts(String start, String type, boolean root) {
    return start.equals("**") || (start.equals("*") && root) || fhir.is(type, start);
  }

  Place below(Place place, Found found) {
    Set<Step> showing = place.showing() == null ? null : next(place.showing(), found);
    boolean listed = place.listed() || (showing != null && ends(place.showing(), found));
    if (listed && showing != null && found.element().name().equals("modifierExtension")) {
      boolean named = ends(place.showing(), found);
      showing = named ? null : showing;
      listed = !named;
    }
    Set<Changing> changing = new HashSet<>();
    for (Changing rule : place.changing()) {
      for (Step step : next(Set.of(rule.step()), found)) {
        changing.add(rule.at(step));
      }
    }
    Set<Step> hiding = next(place.hiding(), found);
    Changing ends = changing(place, found);
    if (ends != null && !Making.inside(ends.method(), found.type()).isEmpty()) {
      hiding.add(new Step(List.of("extension"), 0));
      for (String child : Making.inside(ends.method(), found.type())) {
        changing.add(ends.at(new Step(List.of(child), 0)));
      }
    }
    return at(found.type(), hiding, changing, showing, listed, false);
  }

  private static boolean matches(Step step, Found found) {
    String wanted = step.steps().get(step.done());
    Element element = found.element();
    return wanted.equals("*")
        || wanted.equals(element.name())
        || wanted.equals(element.key(found.type()));
  }

  private static Set<Step> next(Set<Step> rules, Found found) {
    Set<Step> next = new HashSet<>();
    for (Step rule : rules) {
      if (!rule.last() && matches(rule, found)) {
        next.add(new Step(rule.steps(), rule.done() + 1));
      }
    }
    return next;
  }

  private static boolean ends(Set<Step> rules, Found found) {
    return rules.stream().anyMatch(rule -> rule.last() && matches(rule, found));
  }

  /** The rule that says what is made of an element: the type's own before the role's. */
  private Changing changing(Place place, Found found) {
    List<Changing> all = new ArrayList<>();
    for (Changing rule : place.changing()) {
      if (rule.step().last() && matches(rule.step(), found)) {
        all.add(rule);
      }
    }
    for (Changing rule : changingAnywhere) {
      if (rule.step().steps().equals(List.of(found.type()))) {
        all.add(rule);
      }
    }
    return all.stream()
        .min(Comparator.comparing((Changing rule) -> !rule.own()).thenComparing(Changing::order))
        .orElse(null);
  }

  /** By what method an element is shown changed; null when it is not. */
  String method(Place place, Found found) {
    Changing rule = hiddenAnyway(place, found, false) ? null : changing(place, found);
    boolean reads = rule != null && Making.reads(rule.method(), found.type());
    return reads && !leads(place, found) ? rule.method() : null;
  }

  /** What leads to a resource cannot be changed. */
  private static boolean leads(Place place, Found found) {
    String name = found.element().name();
    return (place.type().equals("Reference") && name.equals("reference"))
        || (place.root() && name.equals("id"));
  }

  /** Whether an element is hidden, whatever it holds. */
  boolean hides(Place place, Found found, boolean derived) {
    if (hiddenAnyway(place, found, derived)) {
      return true;
    }
    Changing rule = changing(place, found);
    if (rule == null) {
      return false;
    }
    if (Making.reads(rule.method(), found.type())) {
      return found.underscore() || leads(place, found);
    }
    return Making.inside(rule.method(), found.type()).isEmpty()
        && !Making.passes(rule.method(), found.type());
  }

  private boolean hiddenAnyway(Place place, Found found, boolean derived) {
    return named(place, found)
        || !listed(place, found)
        || (derived && derived(place.type(), found));
  }

  private boolean named(Place place, Found found) {
    return ends(place.hiding(), found)
        || anywhere.stream()
            .anyMatch(rule -> rule.steps().isEmpty() && fhir.is(found.type(), rule.start()));
  }

  private static boolean listed(Place place, Found found) {
    if (place.showing() == null || (place.root() && found.element().name().equals("id"))) {
      return true;
    }
    boolean mentioned = place.showing().stream().anyMatch(rule -> matches(rule, found));
    return mentioned || (place.listed() && !onlyWhenNamed(place.type(), found));
  }

  /** "A path shows its subtree except narrative, extension, display, text unless named." */
  private static boolean onlyWhenNamed(String owner, Found found) {
    return switch (found.type()) {
      case "Extension", "Narrative" -> true;
      default ->
          switch (owner + "." + found.element().name()) {
            case "Reference.display", "Coding.display", "CodeableConcept.text" -> true;
            default -> false;
          };
    };
  }

  /** What may repeat the rest of its resource. */
  private static boolean derived(String owner, Found found) {
    return found.type().equals("Narrative")
        || (owner.equals("Signature") && found.element().name().equals("data"));
  }

  /** Whether there is anything that resources of a type could hold and the role does not see. */
  boolean partial(String type) {
    return partial.computeIfAbsent(
        type, t -> !urls.isEmpty() || policy.names() != null || reaches(root(t)));
  }

  private boolean reaches(Place start) {
    Set<Place> seen = new HashSet<>();
    Deque<Place> open = new ArrayDeque<>();
    open.add(start);
    while (!open.isEmpty()) {
      Place place = open.poll();
      if (!seen.add(place)) {
        continue;
      }
      for (Found found : fhir.keys(place.type()).values()) {
        if (hides(place, found, false) || method(place, found) != null) {
          return true;
        }
        if (!found.type().equals("Resource")
            && (found.underscore() || !fhir.isPrimitive(found.type()))) {
          open.add(below(place, found));
        }
      }
    }
    return false;
  }
}
