package io.sallyport.policy.redact;

import io.sallyport.policy.Problem;
import io.sallyport.policy.RoleRules;
import io.sallyport.policy.fhir.Definitions;
import io.sallyport.policy.fhir.Results;
import java.time.LocalDate;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * What one role may see, compiled to tables over the element definitions of one FHIR version: the
 * redactor's program. Immutable and shared by all threads.
 */
public final class View {
  /** What an element holds that may name a resource, where a view has pseudonyms. */
  public enum Holds {
    NOTHING,
    /** The id of the resource itself. */
    ID,
    /** A reference, or where one leads. */
    REFERENCE,
    /** A URL, which may lead to a resource. */
    NAME
  }

  /** How much of an element a view lets through. */
  public enum Visibility {
    /** The element and all below it, unchanged. */
    FULL,
    /** The element, but not all below it. */
    PARTIAL,
    /** The element, its value changed. */
    CHANGED,
    /** Nothing. */
    HIDDEN
  }

  /** What is counted for an id or a reference for which there is no pseudonym. */
  static final String PSEUDONYM = "pseudonym";

  /** What a nested resource counts under whose type is none of FHIR's. */
  static final String ANY_RESOURCE = "resource";

  private final Map<String, Node> roots;
  private final RoleRules rules;
  private final int ordinals;
  private final boolean partial;
  private final Map<String, Integer> hiddenUrls;
  private final String[] ruleNames;
  private final Map<String, Integer> ruleNumbers;
  private final Labels labels;
  private final View unprojected;
  private final Projection projection;
  private final Disguise disguise;
  private final LocalDate today;
  private final boolean byDay;
  private final View compiled;

  /** What is asked of a resource besides, by type. */
  private final Map<String, Set<String>> asked;

  View(
      Map<String, Node> roots,
      RoleRules rules,
      int ordinals,
      boolean partial,
      Map<String, Integer> hiddenUrls,
      Map<String, Integer> ruleNumbers,
      Disguise disguise,
      boolean byDay) {
    this.ruleNumbers = ruleNumbers;
    this.ruleNames = new String[ruleNumbers.size()];
    ruleNumbers.forEach((name, number) -> ruleNames[number] = name);
    this.labels = new Labels(rules.tags());
    this.hiddenUrls = hiddenUrls;
    this.partial = partial;
    this.roots = roots;
    this.rules = rules;
    this.ordinals = ordinals;
    this.compiled = this;
    this.projection = null;
    this.disguise = disguise;
    this.today = null;
    this.byDay = byDay;
    this.asked = Map.of();
    this.unprojected = this;
  }

  /** One caller's: of which it wants a part, on a day, or of whose resources more is asked. */
  private View(View whole, Projection projection, Map<String, Set<String>> asked, LocalDate today) {
    this.ruleNumbers = whole.ruleNumbers;
    this.ruleNames = whole.ruleNames;
    this.labels = whole.labels;
    this.hiddenUrls = whole.hiddenUrls;
    this.partial = whole.partial;
    this.roots = whole.roots;
    this.rules = whole.rules;
    this.ordinals = whole.ordinals;
    this.disguise = whole.disguise;
    this.byDay = whole.byDay;
    this.compiled = whole.compiled;
    this.projection = projection;
    this.asked = asked;
    this.today = today;
    this.unprojected = projection == null ? this : new View(whole, null, asked, today);
  }

  /**
   * The same view, of which answers hold only what a caller asked for: never more than the view
   * shows. What is learned of a resource is learned from all of it.
   */
  public View projected(Results results) {
    Projection wanted = Projection.of(results);
    return wanted == null ? unprojected : new View(this, wanted, asked, today);
  }

  /**
   * The same view, whose facts of a type's resources tell what these elements say, too.
   *
   * @param keys among {@link io.sallyport.policy.FactKeys#scopes}
   */
  public View asking(String type, Set<String> keys) {
    return new View(this, projection, Map.of(type, Set.copyOf(keys)), today);
  }

  /** Which elements of a resource are asked what they say. */
  Set<String> asks(String type) {
    Set<String> always = rules.facts().conditions().getOrDefault(type, Set.of());
    Set<String> more = asked.getOrDefault(type, Set.of());
    if (more.isEmpty()) {
      return always;
    }
    Set<String> both = new HashSet<>(always);
    both.addAll(more);
    return both;
  }

  /**
   * Whether a resource inside another is not released in an answer: one of a type whose release
   * depends on what it says is asked only where it stands by itself.
   */
  boolean withholds(byte[] s, int p, String type) {
    return rules.facts().conditions().containsKey(type) || TypeSkim.withheld(s, p, type);
  }

  /** The same view on the day of a request: how old somebody is depends on it. */
  public View on(LocalDate day) {
    return byDay ? new View(this, projection, asked, day) : this;
  }

  /**
   * Compiles a role. Every pattern that names no element is reported with the nearest one that
   * exists; with an error reported the view must not be used.
   */
  public static View compile(Definitions definitions, RoleRules rules, Consumer<Problem> problems) {
    return new ViewCompiler(definitions, rules, problems).compile();
  }

  /** Whether resources of this type are released at all. */
  public boolean shows(String type) {
    return roots.containsKey(type);
  }

  /** Where free text stays visible below a type, the nearest first. */
  public List<String> freeText(String type) {
    return FreeText.of(this, type);
  }

  /** Whether every resource of this type is released, whatever it holds. */
  public boolean showsEvery(String type) {
    return shows(type) && !TypeSkim.mayBeWithheld(type) && !strips(type);
  }

  /**
   * Whether resources of this type are withheld that bear a modifier extension which is not shown:
   * without it the rest may mean its opposite.
   */
  public boolean strips(String type) {
    Node root = roots.get(type);
    return root != null && root.strips;
  }

  /** Whether the type is seen whole and unchanged. */
  public boolean whole(String type) {
    Node root = roots.get(type);
    return root != null && !root.dirty && disguise == null;
  }

  /** Whether there is nothing of any type that is hidden or changed, the versions included. */
  public boolean everything() {
    return !partial && versions();
  }

  /** The pseudonyms in the place of ids; null when ids are shown as they are. */
  public Pseudonyms pseudonyms() {
    return disguise == null ? null : disguise.pseudonyms();
  }

  Disguise disguise() {
    return disguise;
  }

  /** The day of the request; null when nobody said. */
  LocalDate today() {
    return today;
  }

  /**
   * How much of an element is visible, by its path from the resource type: {@code
   * Patient.name.family}, a choice as {@code Observation.value} or {@code
   * Observation.valueQuantity}.
   */
  public Visibility visibility(String path) {
    String[] steps = path.split("\\.");
    Node root = roots.get(steps[0]);
    if (root == null) {
      return Visibility.HIDDEN;
    }
    return steps.length == 1
        ? (root.dirty ? Visibility.PARTIAL : Visibility.FULL)
        : visibility(root, steps, 1);
  }

  /** A choice is as visible as the least visible of its types. */
  private static Visibility visibility(Node node, String[] steps, int at) {
    boolean found = false;
    boolean hidden = true;
    boolean full = true;
    boolean changed = false;
    boolean partial = false;
    for (Slot slot : node.slots) {
      if (slot.underscore || !names(slot, node, steps[at])) {
        continue;
      }
      Visibility one;
      if (slot.hiddenBy != null) {
        one = Visibility.HIDDEN;
      } else if (at + 1 == steps.length) {
        boolean below = slot.kind == Slot.Kind.RESOURCE || (slot.child != null && slot.child.dirty);
        Visibility shown = below ? Visibility.PARTIAL : Visibility.FULL;
        one = slot.rewrite != null ? Visibility.CHANGED : shown;
      } else if (slot.child == null
          || (!slot.key.equals(steps[at]) && !has(slot.child, steps[at + 1]))) {
        // A step that only other types of the choice have.
        continue;
      } else {
        one = visibility(slot.child, steps, at + 1);
      }
      found = true;
      hidden &= one == Visibility.HIDDEN;
      full &= one == Visibility.FULL;
      changed |= one == Visibility.CHANGED;
      partial |= one == Visibility.PARTIAL;
    }
    if (!found || hidden) {
      return Visibility.HIDDEN;
    }
    if (changed && !partial) {
      return Visibility.CHANGED;
    }
    return full ? Visibility.FULL : Visibility.PARTIAL;
  }

  /**
   * What an element holds that is shown as something else: by its path, as for {@link #visibility}.
   */
  public Holds holds(String path) {
    String[] steps = path.split("\\.");
    Node root = roots.get(steps[0]);
    return disguise == null || root == null || steps.length == 1
        ? Holds.NOTHING
        : Disguise.holds(root, steps, 1);
  }

  /** The method by which an element is changed, as the policy writes it; "" when it is not. */
  public String changed(String path) {
    String[] steps = path.split("\\.");
    Node root = roots.get(steps[0]);
    return root == null ? "" : changed(root, steps, 1);
  }

  private static String changed(Node node, String[] steps, int at) {
    for (Slot slot : node.slots) {
      if (at < steps.length && !slot.underscore && names(slot, node, steps[at])) {
        String below = slot.child == null ? "" : changed(slot.child, steps, at + 1);
        if (at + 1 == steps.length && slot.rewrite != null) {
          return slot.rewrite.text();
        } else if (!below.isEmpty()) {
          return below;
        }
      }
    }
    return "";
  }

  private static boolean has(Node node, String step) {
    for (Slot slot : node.slots) {
      if (!slot.underscore && names(slot, node, step)) {
        return true;
      }
    }
    return false;
  }

  static boolean names(Slot slot, Node node, String step) {
    if (slot.key.equals(step)) {
      return true;
    }
    // value for valueQuantity: a choice's key continues with a capital, and no element has the bare
    // name.
    return slot.key.startsWith(step)
        && slot.key.length() > step.length()
        && Character.isUpperCase(slot.key.charAt(step.length()))
        && node.find(step) == null;
  }

  /** Numbers of matches from 1 up to below this one are not told. */
  public int smallestCount() {
    return rules.smallestCount();
  }

  /** Whether versionId, lastUpdated, ETag and Last-Modified are shown. */
  public boolean versions() {
    return rules.versions();
  }

  /** The codes of the segments that the role may be denied. */
  CodeSet watch() {
    return rules.watch();
  }

  Node root(String type) {
    return roots.get(type);
  }

  /** The view without what a caller asked for. */
  View unprojected() {
    return unprojected;
  }

  /** As it was compiled, without what one request asks for: all of one role's have the same. */
  View compiled() {
    return compiled;
  }

  /** Which part of it is asked for; null for all. */
  Projection projection() {
    return projection;
  }

  /**
   * The labels of an answer.
   *
   * @param partial whether it may be seen partly only
   * @param made what of {@link Labels} something of it may be shown changed
   */
  Tags tags(boolean partial, int made) {
    boolean pseudonyms = disguise != null;
    return labels.of(
        partial || pseudonyms, pseudonyms ? made | Labels.PSEUDED : made, projection != null);
  }

  /** Whether narrative and signatures stay where something is hidden. */
  boolean keepsDerived() {
    return rules.keepDerived();
  }

  /** The number of the rule that hides extensions of this URL; -1 when none does. */
  int hiddenUrl(String url) {
    return hiddenUrls.getOrDefault(url, -1);
  }

  /** The number that a nested resource of a type not shown counts under. */
  int rule(String type) {
    Integer number = ruleNumbers.get(type);
    return number == null ? ruleNumbers.get(ANY_RESOURCE) : number;
  }

  /** The names of the rules, by number. */
  String[] rules() {
    return ruleNames;
  }

  /** Whether there is anything, of any type, that this view does not show. */
  public boolean partial() {
    return partial;
  }

  /** How many slots there are: the size of a prediction table. */
  int ordinals() {
    return ordinals;
  }
}
