package io.sallyport.policy.redact;

import io.sallyport.policy.CompartmentRule;
import io.sallyport.policy.Problem;
import io.sallyport.policy.RoleRules;
import io.sallyport.policy.RoleRules.Pattern;
import io.sallyport.policy.RoleRules.TypeRule;
import io.sallyport.policy.fhir.Definitions;
import io.sallyport.policy.fhir.Definitions.Element;
import io.sallyport.policy.fhir.Definitions.Kind;
import io.sallyport.policy.fhir.Definitions.Type;
import io.sallyport.policy.fhir.SearchClosure;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Compiles one role to the automaton of its {@link View}. A state is (type, rules alive here, what
 * of the allow-list is left): rules split states only along their own paths, so that the tables
 * stay about as large as the definitions.
 */
final class ViewCompiler {
  private final Definitions definitions;
  private final RoleRules rules;
  private final Consumer<Problem> problems;
  private final Modifiers modifiers;
  private final Changes changes;
  private final Marks marks;
  private final List<PathRule> everywhere = new ArrayList<>();
  private final Map<String, String> hiddenUrls = new HashMap<>();
  private final Map<State, Node> nodes = new HashMap<>();
  private final List<Node> order = new ArrayList<>();
  private int ordinals;

  ViewCompiler(Definitions definitions, RoleRules rules, Consumer<Problem> problems) {
    this.definitions = definitions;
    this.rules = rules;
    this.problems = problems;
    this.modifiers = new Modifiers(rules, problems);
    this.changes = new Changes(definitions, modifiers, problems);
    this.marks = new Marks(rules);
  }

  /** A rule at work: its next step. */
  private record Alive(PathRule rule, int at) {}

  /** Identity of a node. {@code show} null: all is shown; {@code sub}: below a listed element. */
  private record State(
      String type,
      Set<Alive> alive,
      ShowTree show,
      boolean sub,
      boolean root,
      boolean derived,
      boolean accepted) {
    @Override
    public boolean equals(Object other) {
      return other instanceof State o
          && type.equals(o.type)
          && alive.equals(o.alive)
          && show == o.show
          && sub == o.sub
          && root == o.root
          && derived == o.derived
          && accepted == o.accepted;
    }

    @Override
    public int hashCode() {
      return Objects.hash(type, alive, System.identityHashCode(show), sub, root, derived, accepted);
    }
  }

  View compile() {
    rolePatterns();
    Map<String, Node> roots = new HashMap<>();
    for (TypeRule rule : rules.types().values()) {
      List<PathRule> own = new ArrayList<>();
      for (Pattern pattern : rule.hide()) {
        PathRule parsed = PathRule.parse(definitions, pattern, rule.type(), problems);
        if (parsed != null) {
          own.add(parsed);
        }
      }
      own.addAll(changes.parse(rule.change(), rule.type()));
      ShowTree show = rule.showAll() ? null : shown(rule);
      Node root = root(rule.type(), own, show, false);
      Spread.dirt(order);
      // A narrative may repeat what is hidden, and an id that a pseudonym stands for.
      if ((root.dirty || rules.pseudonym() != null) && !rules.keepDerived()) {
        root = root(rule.type(), own, show, true);
        Spread.dirt(order);
      }
      roots.put(rule.type(), root);
      required(rule, root);
    }
    changes.finish();
    boolean partial =
        rules.pseudonym() != null
            || roots.size() < definitions.resources().size()
            || !rules.facts().conditions().isEmpty()
            || roots.values().stream().anyMatch(root -> root.dirty);
    finish(partial);
    Map<String, Integer> numbers = numbers();
    Map<String, Integer> urls = new HashMap<>();
    hiddenUrls.forEach((url, rule) -> urls.put(url, numbers.get(rule)));
    Disguise disguise =
        rules.pseudonym() == null
            ? null
            : new Disguise(definitions, new Pseudonyms(rules.pseudonym()), rules.versions());
    return new View(roots, rules, ordinals, partial, urls, numbers, disguise, byDay());
  }

  /** Tells all states what may go of their objects, when all hiding is known. */
  private void finish(boolean partial) {
    Spread.vanishing(order);
    Spread.modifiers(order, !hiddenUrls.isEmpty());
    AbsentReason reason = new AbsentReason(definitions, rules.absent());
    order.forEach(node -> node.required = Required.of(definitions, node, reason, partial));
  }

  private boolean byDay() {
    return order.stream()
        .flatMap(node -> Arrays.stream(node.slots))
        .anyMatch(slot -> slot.rewrite != null && slot.rewrite.method().byDay());
  }

  /** Numbers all that something can be taken out for. */
  private Map<String, Integer> numbers() {
    Map<String, Integer> numbers = new HashMap<>();
    for (Node node : order) {
      for (Slot slot : node.slots) {
        String shown = slot.rewrite != null ? slot.rewrite.rule() : slot.derived ? slot.key : null;
        shown = shown == null && slot.disguised != null ? View.PSEUDONYM : shown;
        String name = slot.hiddenBy == null ? shown : slot.hiddenBy;
        slot.rule = name == null ? -1 : number(numbers, name);
      }
    }
    hiddenUrls.values().forEach(name -> number(numbers, name));
    definitions.resources().forEach(name -> number(numbers, name));
    number(numbers, View.ANY_RESOURCE);
    return numbers;
  }

  private static int number(Map<String, Integer> numbers, String name) {
    Integer known = numbers.putIfAbsent(name, numbers.size());
    return known == null ? numbers.size() - 1 : known;
  }

  private void rolePatterns() {
    for (Pattern pattern : rules.hide()) {
      if (pattern.text().startsWith("Extension(") && pattern.text().endsWith(")")) {
        hiddenUrls.put(
            pattern.text().substring("Extension(".length(), pattern.text().length() - 1),
            pattern.text());
        continue;
      }
      PathRule parsed = PathRule.parse(definitions, pattern, null, problems);
      if (parsed != null) {
        everywhere.add(parsed);
      }
    }
    everywhere.addAll(changes.parse(rules.change(), null));
  }

  private ShowTree shown(TypeRule rule) {
    ShowTree tree = new ShowTree();
    for (Pattern pattern : rule.show()) {
      PathRule parsed = PathRule.parse(definitions, pattern, rule.type(), problems);
      if (parsed != null) {
        tree.add(parsed);
      }
    }
    modifiers.leftOut(rule, tree, definitions.type(rule.type()).elements());
    return tree;
  }

  private void required(TypeRule rule, Node root) {
    for (Element element : definitions.type(rule.type()).elements()) {
      Slot slot = root.find(element.name());
      if (element.min() > 0 && slot != null && slot.hiddenBy != null) {
        problems.accept(
            Problem.warning(
                rule.at(),
                "roles." + rules.name() + ".types." + rule.type(),
                "required element '"
                    + element.path()
                    + "' is hidden; answers will say data-absent-reason '"
                    + rules.absent()
                    + "'",
                "W-REQUIRED"));
      }
    }
  }

  private Node root(String type, List<PathRule> own, ShowTree show, boolean derived) {
    Set<Alive> alive = new HashSet<>();
    own.forEach(rule -> alive.add(new Alive(rule, 0)));
    for (String path : definitions.patientPaths(type)) {
      alive.add(new Alive(PathRule.patient(type, steps(path + ".reference")), 0));
    }
    if (rules.compartment() != null
        && rules.compartment().membership() == CompartmentRule.Membership.COMPARTMENT) {
      SearchClosure closure = SearchClosure.of(definitions);
      for (String code : definitions.patientCompartment(type)) {
        closure.reads(type, code, "").stream()
            .filter(path -> path.endsWith(".reference"))
            .forEach(path -> alive.add(new Alive(PathRule.member(type, steps(path)), 0)));
      }
    }
    Links.rules(definitions, rules, type).forEach(link -> alive.add(new Alive(link, 0)));
    rules.facts().of(type).forEach(key -> alive.add(new Alive(PathRule.element(type, key), 0)));
    return node(type, alive, show, false, true, derived, modifiers.extensionsAccepted(type));
  }

  /** The element names of a path, without the type it begins with. */
  private static List<String> steps(String path) {
    List<String> steps = List.of(path.split("\\."));
    return steps.subList(1, steps.size());
  }

  private Node node(
      String type,
      Set<Alive> alive,
      ShowTree show,
      boolean sub,
      boolean root,
      boolean derived,
      boolean accepted) {
    Set<Alive> here = new HashSet<>(alive);
    for (PathRule rule : everywhere) {
      if (!rule.steps().isEmpty() && startsAt(rule.start(), type, root)) {
        here.add(new Alive(rule, 0));
      }
    }
    State state = new State(type, here, show, sub, root, derived, accepted);
    Node known = nodes.get(state);
    if (known != null) {
      return known;
    }
    Node node = new Node(type);
    nodes.put(state, node);
    order.add(node);
    node.entry = ordinals++;
    node.accepted = accepted;
    node.dirty = type.equals("Extension") && !hiddenUrls.isEmpty();
    if (root) {
      number(node, new Slot("resourceType", Slot.Kind.RESOURCE_TYPE, false, false));
    }
    Type definition = definitions.type(type);
    for (Element element : definition.elements()) {
      for (String elementType : element.types()) {
        slots(node, state, element, elementType);
      }
    }
    node.seal();
    return node;
  }

  /** Whether a role-level pattern begins at a node: by the type itself or one it specializes. */
  private boolean startsAt(String start, String type, boolean root) {
    if (start.equals("**") || (start.equals("*") && root)) {
      return true;
    }
    for (String t = type; t != null && !t.isEmpty(); ) {
      if (t.equals(start)) {
        return true;
      }
      Type definition = definitions.type(t);
      t = definition == null ? null : definition.parent();
    }
    return false;
  }

  private void slots(Node node, State state, Element element, String type) {
    String key = element.choice() ? element.name() + PathRule.capital(type) : element.name();
    Type definition = definitions.type(type);
    boolean primitive = definition == null || definition.kind() == Kind.PRIMITIVE;
    boolean resource = type.equals("Resource");
    Slot slot =
        new Slot(
            key,
            primitive ? Slot.Kind.PRIMITIVE : resource ? Slot.Kind.RESOURCE : Slot.Kind.OBJECT,
            element.list(),
            false);
    slot.element = element;
    Set<Alive> next = new HashSet<>();
    PathRule change = null;
    for (Alive alive : state.alive()) {
      if (alive.rule().matches(alive.at(), element, key)) {
        if (alive.at() + 1 < alive.rule().steps().size()) {
          next.add(new Alive(alive.rule(), alive.at() + 1));
        } else if (alive.rule().fact()) {
          alive.rule().mark(slot);
        } else if (alive.rule().change() != null) {
          change = Changes.first(change, alive.rule());
        } else if (slot.hiddenBy == null) {
          slot.hiddenBy = alive.rule().text();
          modifiers.hidden(alive.rule(), element, key);
        }
      }
    }
    for (PathRule rule : everywhere) {
      if (rule.change() != null) {
        boolean exactly = rule.steps().isEmpty() && rule.start().equals(type);
        change = exactly ? Changes.first(change, rule) : change;
      } else if (rule.steps().isEmpty() && startsAt(rule.start(), type, false)) {
        slot.hiddenBy = rule.text();
        modifiers.hidden(rule, element, key);
      }
    }
    ShowTree show = state.show() == null ? null : state.show().child(element.name(), key);
    boolean sub = state.sub() || (show != null && show.terminal);
    boolean skeleton = state.root() && element.name().equals("id");
    if (state.show() != null || state.sub()) {
      boolean listed = show != null || (state.sub() && !implicit(state.type(), element, type));
      if (!listed && !skeleton && slot.hiddenBy == null) {
        slot.hiddenBy = element.path();
      }
    }
    slot.derived = derived(state, element, type);
    if (state.derived() && slot.derived && slot.hiddenBy == null) {
      slot.hiddenBy = element.path();
    }
    if (change != null) {
      changes.apply(change, slot, state.type(), state.root(), element, type);
      for (PathRule below : Changes.below(change, type)) {
        next.add(new Alive(below, change.steps().size()));
      }
    }
    marks.set(slot, state.type(), state.root(), element, type, !hiddenUrls.isEmpty());
    if (show != null && show.terminal && element.name().equals(Modifiers.EXTENSION)) {
      show = null; // half of it would mean another thing
      sub = false;
    }
    if (!primitive && !resource) {
      slot.child = node(type, next, show, sub, false, state.derived(), state.accepted());
    }
    number(node, slot);
    if (primitive && definition != null && !definition.elements().isEmpty()) {
      Slot beside = new Slot("_" + key, Slot.Kind.OBJECT, element.list(), true);
      beside.element = element;
      beside.halved = slot.rewrite != null;
      beside.hiddenBy = beside.halved ? slot.rewrite.rule() : slot.hiddenBy;
      if (skeleton && state.show() != null && show == null) {
        beside.hiddenBy = element.path(); // an id is shown unasked, what extends it is not
      }
      beside.version = slot.version;
      beside.fact = slot.fact;
      beside.derived = slot.derived;
      beside.child = node(type, next, show, sub, false, state.derived(), state.accepted());
      number(node, beside);
    }
  }

  /** What a listed element does not bring along unless it is named itself. */
  private static boolean implicit(String owner, Element element, String type) {
    return type.equals("Extension")
        || type.equals("Narrative")
        || (element.name().equals("display")
            && (owner.equals("Reference") || owner.equals("Coding")))
        || (element.name().equals("text") && owner.equals("CodeableConcept"));
  }

  /** Derived from the whole resource, so it may repeat what is hidden. */
  private static boolean derived(State state, Element element, String type) {
    return type.equals("Narrative")
        || (state.type().equals("Signature") && element.name().equals("data"));
  }

  private void number(Node node, Slot slot) {
    slot.ordinal = ordinals++;
    node.add(slot);
  }
}
