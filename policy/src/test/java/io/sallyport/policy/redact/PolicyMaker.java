package io.sallyport.policy.redact;

import io.sallyport.policy.Problem;
import io.sallyport.policy.RoleRules.Pattern;
import io.sallyport.policy.RoleRules.TypeRule;
import io.sallyport.policy.TestKey;
import io.sallyport.policy.fhir.Results;
import io.sallyport.policy.redact.naive.Fhir;
import io.sallyport.policy.redact.naive.Fhir.Found;
import io.sallyport.policy.redact.naive.NaiveNames;
import io.sallyport.policy.redact.naive.Policy;
import io.sallyport.policy.redact.naive.Policy.Change;
import io.sallyport.policy.redact.naive.Tree;
import io.sallyport.policy.redact.naive.Tree.Arr;
import io.sallyport.policy.redact.naive.Tree.Member;
import io.sallyport.policy.redact.naive.Tree.Obj;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Makes policies at random that have something to do with a resource. */
final class PolicyMaker {
  private static final Problem.Location AT = new Problem.Location("policy.yaml", 1, 1);

  private static final String SHIFT = "shift: {days: 400, key: s}";
  private static final NaiveNames NAMES =
      new NaiveNames("n", Views.REBASE.upstream(), Views.REBASE.external());

  private static final List<String> SUMMARIES = List.of("true", "text", "data");

  /** An element that the resource holds: where it is, from which type, as which type. */
  private record Spot(String root, List<Found> path, String owner) {
    Found last() {
      return path.get(path.size() - 1);
    }
  }

  private final Random random;
  private final Fhir fhir = Fhir.r4();
  private final List<Spot> spots = new ArrayList<>();
  private final List<String> urls = new ArrayList<>();
  private final Set<String> types = new TreeSet<>();
  private final String rootType;

  PolicyMaker(Tree resource, Random random) {
    this.random = random;
    rootType = ((Obj) resource).text("resourceType");
    collect((Obj) resource, rootType, rootType, List.of());
  }

  private void collect(Obj object, String type, String root, List<Found> path) {
    if (path.isEmpty()) {
      types.add(root);
    }
    if (type.equals("Extension") && object.text("url") != null) {
      urls.add(object.text("url"));
    }
    for (Member member : object.members()) {
      Found found = fhir.find(type, member.key());
      if (found == null) {
        continue;
      }
      List<Found> here = new ArrayList<>(path);
      here.add(found);
      spots.add(new Spot(root, here, type));
      for (Tree item :
          member.value() instanceof Arr list ? list.items() : List.of(member.value())) {
        if (item instanceof Obj inner && found.type().equals("Resource")) {
          String own = inner.text("resourceType");
          if (own != null && fhir.resources().contains(own)) {
            collect(inner, own, own, List.of());
          }
        } else if (item instanceof Obj inner) {
          collect(inner, found.type(), root, here);
        }
      }
    }
  }

  /** The next policy. It shows the resource's own type, so that there is something to compare. */
  Policy next() {
    Map<String, Policy.Rule> rules = new TreeMap<>();
    boolean plain = random.nextInt(3) == 0;
    for (String type : types) {
      if (type.equals(rootType) || plain || random.nextInt(6) != 0) {
        rules.put(type, plain ? new Policy.Rule(null, List.of(), List.of()) : rule(type));
      }
    }
    List<String> hide = new ArrayList<>();
    for (int i = random.nextInt(plain ? 5 : 3); i > 0; i--) {
      hide.add(anywhere());
    }
    List<Change> change = new ArrayList<>();
    List<Spot> readable = spots.stream().filter(spot -> !methods(spot).isEmpty()).toList();
    for (int i = random.nextInt(6) - 3; i > 0 && !readable.isEmpty(); i--) {
      Spot spot = pick(readable);
      change.add(new Change(changedAnywhere(spot), pick(methods(spot))));
    }
    NaiveNames names = random.nextInt(4) == 0 ? NAMES : null;
    return new Policy(rules, hide, change, random.nextBoolean(), names);
  }

  /** What a caller may want of the resource's results. */
  Results results() {
    int kind = random.nextInt(8);
    if (kind < SUMMARIES.size()) {
      return new Results(SUMMARIES.get(kind), List.of(), "");
    }
    Set<String> elements = new TreeSet<>();
    List<Spot> own = spots.stream().filter(spot -> spot.root().equals(rootType)).toList();
    for (int i = random.nextInt(4); i >= 0 && !own.isEmpty(); i--) {
      elements.add(pick(own).path().get(0).element().name());
    }
    return new Results("", List.copyOf(elements), "");
  }

  private Policy.Rule rule(String type) {
    List<Spot> own = spots.stream().filter(spot -> spot.root().equals(type)).toList();
    List<String> hide = new ArrayList<>();
    for (int i = random.nextInt(3); i > 0 && !own.isEmpty(); i--) {
      hide.add(path(pick(own)));
    }
    List<Change> change = new ArrayList<>();
    List<Spot> readable = own.stream().filter(spot -> !methods(spot).isEmpty()).toList();
    for (int i = random.nextInt(5) - 2; i > 0 && !readable.isEmpty(); i--) {
      Spot spot = pick(readable);
      change.add(new Change(whole(spot), pick(methods(spot))));
    }
    if (random.nextInt(3) != 0 || own.isEmpty()) {
      return new Policy.Rule(null, hide, change);
    }
    List<String> show = new ArrayList<>();
    if (random.nextInt(4) == 0) {
      show.add(path(pick(own)));
      return new Policy.Rule(show, hide, change);
    }
    for (int i = random.nextInt(8); i >= 0; i--) {
      Spot spot = pick(own);
      int length = 1 + random.nextInt(spot.path().size());
      show.add(
          spot.path().subList(0, length).stream().map(this::step).collect(Collectors.joining(".")));
    }
    return new Policy.Rule(show, hide, change);
  }

  /** A role-level pattern in one of the forms of the grammar. */
  private String anywhere() {
    Spot spot = pick(spots);
    String last = step(spot.last());
    switch (random.nextInt(8)) {
      case 0 -> {
        return "*." + path(spot);
      }
      case 1 -> {
        return "**." + last;
      }
      case 2 -> {
        int size = spot.path().size();
        return "**." + (size > 1 ? step(spot.path().get(size - 2)) + "." : "") + last;
      }
      case 3 -> {
        // A pattern names a datatype or a resource; what is anonymous is named by its path.
        return spot.owner() + "." + last;
      }
      case 4 -> {
        return spot.last().type().equals("Resource") ? "**." + last : spot.last().type();
      }
      case 5 -> {
        return urls.isEmpty() ? "Extension(urn:none)" : "Extension(" + pick(urls) + ")";
      }
      case 6 -> {
        return inherited(last);
      }
      default -> {
        return spot.root() + "." + path(spot);
      }
    }
  }

  /** The methods that can read an element. */
  private static List<String> methods(Spot spot) {
    return switch (spot.last().type()) {
      case "date", "dateTime" -> List.of("year", SHIFT, "age-cap");
      case "Period" -> List.of("year", SHIFT);
      case "instant" -> List.of(SHIFT);
      case "string" -> List.of("zip3", "last4", "hash: {key: h}", "replace: a \"é\"");
      case "markdown" -> List.of("last4", "hash: {key: h}", "replace: b");
      case "integer", "unsignedInt" -> List.of("age-cap", "round: 5");
      case "positiveInt" -> List.of("age-cap");
      case "decimal", "Quantity", "Age", "Duration" ->
          List.of("age-cap", "round: 5", "round: 0.25", "round: 100");
      default -> List.of();
    };
  }

  /** A role-level pattern that ends at an element, or at its datatype. */
  private String changedAnywhere(Spot spot) {
    String last = step(spot.last());
    return switch (random.nextInt(5)) {
      case 0 -> "*." + whole(spot);
      case 1 -> "**." + last;
      case 2 -> spot.owner() + "." + last;
      case 3 -> spot.last().type();
      default -> spot.root() + "." + whole(spot);
    };
  }

  /** The path of an element, in one of the ways to write it. */
  private String whole(Spot spot) {
    List<String> steps = new ArrayList<>();
    for (Found found : spot.path()) {
      boolean last = steps.size() + 1 == spot.path().size();
      steps.add(!last && random.nextInt(12) == 0 ? "*" : step(found));
    }
    return String.join(".", steps);
  }

  /** An element by the abstract type that defines it. */
  private String inherited(String last) {
    for (String type : List.of("Element", "BackboneElement", "Resource", "DomainResource")) {
      if (fhir.find(type, last) != null && random.nextBoolean()) {
        return type + "." + last;
      }
    }
    return "Element.id";
  }

  private String path(Spot spot) {
    int length =
        random.nextInt(3) == 0 ? spot.path().size() : 1 + random.nextInt(spot.path().size());
    List<String> steps = new ArrayList<>();
    for (Found found : spot.path().subList(0, length)) {
      steps.add(random.nextInt(12) == 0 ? "*" : step(found));
    }
    return String.join(".", steps);
  }

  private String step(Found found) {
    if (!found.element().choice()) {
      return found.element().name();
    }
    return switch (random.nextInt(3)) {
      case 0 -> found.element().name();
      case 1 -> found.element().name() + "[x]";
      default -> found.element().key(found.type());
    };
  }

  private <T> T pick(List<T> list) {
    return list.get(random.nextInt(list.size()));
  }

  /** The same policy as the redactor takes it. */
  static View view(Policy policy) {
    Views views = Views.role().hide(policy.hide().toArray(new String[0]));
    policy.change().forEach(change -> views.change(change.pattern(), change.method()));
    views.keepDerived = policy.keepDerived();
    views.pseudonym(policy.names() == null ? null : TestKey.of("n"));
    policy.types().forEach((type, rule) -> views.types.put(type, typeRule(type, rule)));
    View view = views.compile();
    List<Problem> wrong =
        views.problems.stream()
            .filter(problem -> problem.isError() && !problem.code().equals("E-MODIFIER"))
            .toList();
    if (!wrong.isEmpty()) {
      throw new AssertionError(policy + ": " + wrong);
    }
    return view.on(LocalDate.of(Policy.YEAR, 11, 27));
  }

  private static TypeRule typeRule(String type, Policy.Rule rule) {
    boolean all = rule.show() == null;
    return new TypeRule(
        type,
        Set.of("read"),
        all,
        all ? List.of() : patterns(rule.show()),
        patterns(rule.hide()),
        rule.change().stream()
            .map(change -> Views.changed(change.pattern(), change.method()))
            .toList(),
        null,
        Set.of(),
        AT);
  }

  private static List<Pattern> patterns(List<String> texts) {
    return texts.stream().map(text -> new Pattern(text, AT, "p")).toList();
  }
}
