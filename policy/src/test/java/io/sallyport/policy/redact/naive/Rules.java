package io.sallyport.policy.redact.naive;

import io.sallyport.policy.redact.naive.Fhir.Element;
import io.sallyport.policy.redact.naive.Fhir.Found;
import io.sallyport.policy.redact.naive.Place.Step;
import java.util.ArrayDeque;
import java.util.Arrays;
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
    return at(type, hiding, rule.show() == null ? null : own(rule.show(), type), false, true);
  }

  private static Set<Step> own(List<String> patterns, String type) {
    Set<Step> own = new HashSet<>();
    for (String pattern : patterns) {
      List<String> steps = steps(pattern);
      own.add(new Step(steps.get(0).equals(type) ? steps.subList(1, steps.size()) : steps, 0));
    }
    return own;
  }

  private Place at(String type, Set<Step> hiding, Set<Step> showing, boolean listed, boolean root) {
    Set<Step> all = new HashSet<>(hiding);
    for (Anywhere rule : anywhere) {
      boolean starts =
          rule.start().equals("**")
              || (rule.start().equals("*") && root)
              || fhir.is(type, rule.start());
      if (starts && !rule.steps().isEmpty()) {
        all.add(new Step(rule.steps(), 0));
      }
    }
    return new Place(type, all, showing, listed, root);
  }

  Place below(Place place, Found found) {
    Set<Step> showing = place.showing() == null ? null : next(place.showing(), found);
    boolean listed = place.listed() || (showing != null && ends(place.showing(), found));
    return at(found.type(), next(place.hiding(), found), showing, listed, false);
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

  /** Whether an element is hidden, whatever it holds. */
  boolean hides(Place place, Found found, boolean derived) {
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
    return partial.computeIfAbsent(type, t -> !urls.isEmpty() || reaches(root(t)));
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
        if (hides(place, found, false)) {
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
