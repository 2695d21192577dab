package io.sallyport.policy;

import io.sallyport.policy.RoleRules.Change;
import io.sallyport.policy.RoleRules.Pattern;
import io.sallyport.policy.RoleRules.TypeRule;
import io.sallyport.policy.fhir.Definitions;
import io.sallyport.policy.source.Yaml;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;

/** One entry of {@code roles:} to its {@link RoleRules}. */
final class RoleReader {
  /** The words of {@code tag:}, and what it is when it is not given. */
  static final Set<String> TAGS = Set.of("REDACTED", "ABSTRED", "PSEUDED", "SUBSETTED");

  private static final Set<String> KEYS =
      Set.of(
          "purpose",
          "types",
          "hide",
          "change",
          "derived",
          "tag",
          "versions",
          "absent",
          "compartment",
          "deny-segments",
          "counts",
          "preset",
          "pseudonym",
          "observe",
          "accept-risk");
  private static final Set<String> KEYS_NOT_YET = Set.of("include", "write");
  private static final Set<String> TYPE_KEYS =
      Set.of("do", "show", "hide", "change", "search", "include", "accept-risk", "except");
  private static final Set<String> TYPE_KEYS_NOT_YET = Set.of("write", "max-size");

  /** What {@code defaults:} says. */
  record Defaults(String absent, Set<String> tags) {}

  private final Definitions definitions;
  private final String name;
  private final Defaults defaults;
  private final Segments segments;
  private final long forbidden;
  private final KeyNames keys;
  private final Consumer<Problem> problems;
  private final List<String> purposes = new ArrayList<>();
  private final Map<String, Terms> typeTerms = new TreeMap<>();
  private final TermsReader termsReader;
  private Terms terms;
  private boolean observed;

  /**
   * @param forbidden the segments that a forbid may deny, besides those that the role names
   * @param relations those that {@code when} may name
   */
  RoleReader(
      Definitions definitions,
      String name,
      Defaults defaults,
      Segments segments,
      long forbidden,
      Map<String, Relation> relations,
      KeyNames keys,
      Consumer<Problem> problems) {
    this.definitions = definitions;
    this.name = name;
    this.defaults = defaults;
    this.segments = segments;
    this.forbidden = forbidden;
    this.keys = keys;
    this.problems = problems;
    this.termsReader = new TermsReader(definitions, relations, problems);
  }

  List<String> purposes() {
    return List.copyOf(purposes);
  }

  /** What else must be, so that the role applies. */
  Terms terms() {
    return terms;
  }

  /** Likewise, so that its rule for a type applies. */
  Map<String, Terms> typeTerms() {
    return Map.copyOf(typeTerms);
  }

  /** Whether what it says is told and not done. */
  boolean observed() {
    return observed;
  }

  RoleRules read(Yaml node) {
    Fields fields = new Fields(node, "roles." + name, both(KEYS, TermsReader.ROLE_KEYS), problems);
    fields.texts("purpose").forEach(purpose -> purposes.add(purpose.text()));
    if (purposes.isEmpty()) {
      fields.error(
          node.at(),
          "purpose is missing: a role applies only for a stated purpose of use",
          "E-MISSING");
    }
    fields.notYet(KEYS_NOT_YET);
    Yaml compartment = fields.take("compartment");
    Set<String> denied = segments(fields);
    List<Pattern> hide = fields.texts("hide");
    Preset preset = Preset.read(fields, definitions, problems);
    Problem.Location changedAt = fields.at("change");
    Problem.Location derivedAt = fields.at("derived");
    List<Change> change = ChangeReader.read(fields, keys, problems);
    boolean keepDerived = derived(fields);
    Set<String> tags = fields.has("tag") ? tags(fields, problems) : defaults.tags();
    Problem.Location versionsAt = fields.at("versions");
    boolean versions = fields.word("versions", "hide", Set.of("show", "hide")).equals("show");
    String absent = fields.word("absent", defaults.absent(), Set.of("unknown", "masked"));
    Set<String> risk = risk(fields, fields.take("accept-risk"));
    int smallestCount = CountsReader.read(fields, problems);
    observed = ObserveReader.read(fields, problems);
    AudienceKey pseudonym =
        new PseudonymRules(fields, problems)
            .read(keys, keepDerived, observed, preset == null ? "" : preset.name());
    Map<String, TypeRule> types = types(fields, fields.take("types"));
    terms = termsReader.role(fields, types.keySet());
    if (preset != null) {
      preset.exclude(fields, "change", changedAt, !change.isEmpty());
      preset.exclude(fields, "derived", derivedAt, keepDerived);
      preset.exclude(fields, "versions", versionsAt, versions);
      hide = preset.hide(hide);
      change = preset.change();
      types = preset.types(types);
    }
    fields.finish();
    new InteractionWords(problems).requireVersions(versions, fields.path("types"), types.values());
    CompartmentRule rule =
        compartment == null
            ? null
            : new CompartmentReader(definitions, problems)
                .read(compartment, fields.path("compartment"), types);
    return new RoleRules(
        name,
        types,
        hide,
        change,
        keepDerived,
        tags,
        absent,
        versions,
        risk,
        rule,
        segments.bits(denied),
        segments.watch(segments.bits(denied) | forbidden),
        smallestCount,
        pseudonym);
  }

  private Set<String> segments(Fields fields) {
    Set<String> denied = new TreeSet<>();
    for (Pattern segment : fields.texts("deny-segments")) {
      if (!segments.names().contains(segment.text())) {
        problems.accept(
            Problem.error(
                segment.at(),
                segment.path(),
                "there is no segment '"
                    + segment.text()
                    + "'."
                    + Nearest.hint(segment.text(), segments.names()),
                "E-SEGMENT"));
      }
      denied.add(segment.text());
    }
    return denied;
  }

  private static Set<String> both(Set<String> some, Set<String> more) {
    Set<String> both = new TreeSet<>(some);
    both.addAll(more);
    return both;
  }

  private boolean derived(Fields fields) {
    Problem.Location at = fields.at("derived");
    boolean keep = fields.word("derived", "drop", Set.of("keep", "drop")).equals("keep");
    if (keep) {
      problems.accept(
          Problem.warning(
              at,
              fields.path("derived"),
              "narrative and signatures stay although elements they may repeat are hidden",
              "W-DERIVED"));
    }
    return keep;
  }

  static Set<String> tags(Fields fields, Consumer<Problem> problems) {
    Set<String> tags = new TreeSet<>();
    for (Pattern tag : fields.texts("tag")) {
      if (!TAGS.contains(tag.text())) {
        problems.accept(
            Problem.error(
                tag.at(),
                tag.path(),
                "'"
                    + tag.text()
                    + "' is not one of REDACTED, ABSTRED, PSEUDED, SUBSETTED."
                    + Nearest.hint(tag.text(), TAGS),
                "E-VALUE"));
      }
      tags.add(tag.text());
    }
    return tags;
  }

  private Map<String, TypeRule> types(Fields role, Yaml node) {
    Map<String, TypeRule> types = new TreeMap<>();
    if (!(node instanceof Yaml.Mapping mapping)) {
      role.error(
          node == null ? role.at() : node.at(),
          "types must map resource types to rules",
          "E-MISSING");
      return types;
    }
    Set<String> named = new HashSet<>();
    mapping.entries().forEach(entry -> named.add(entry.key()));
    for (Yaml.Entry entry : mapping.entries()) {
      for (TypeRule rule : rules(role.path("types." + entry.key()), entry, named)) {
        types.put(rule.type(), rule);
      }
    }
    return types;
  }

  /** A named type is one rule; a star is one for each type that is not named itself. */
  private List<TypeRule> rules(String path, Yaml.Entry entry, Set<String> named) {
    boolean star = entry.key().startsWith("*");
    if (star ? stars(entry.key()) == null : !definitions.isResource(entry.key())) {
      Set<String> words = new TreeSet<>(definitions.resources());
      words.addAll(Set.of("*", "*compartment"));
      problems.accept(
          Problem.error(
              entry.at(),
              path,
              "there is no resource type '"
                  + entry.key()
                  + "' in R4."
                  + Nearest.hint(entry.key(), words),
              "E-TYPE"));
      return List.of();
    }
    Fields fields =
        new Fields(entry.value(), path, both(TYPE_KEYS, TermsReader.TYPE_KEYS), problems);
    fields.notYet(TYPE_KEYS_NOT_YET);
    Set<String> does = new InteractionWords(problems).read(fields, star ? null : entry.key());
    Yaml shown = fields.take("show");
    boolean all = shown instanceof Yaml.Scalar scalar && scalar.text().equals("all");
    List<Pattern> show = all ? List.of() : shown(path, shown, entry);
    List<Pattern> hide = fields.texts("hide");
    List<Change> change = ChangeReader.read(fields, keys, problems);
    List<Pattern> search = search(fields, does);
    List<RoleRules.Include> include =
        new IncludeReader(definitions, problems).read(fields, star ? null : entry.key(), does);
    Set<String> risk = risk(fields, fields.take("accept-risk"));
    Set<String> except = new HashSet<>();
    except(fields, star, except);
    Set<String> types = new TreeSet<>(star ? stars(entry.key()) : List.of(entry.key()));
    types.removeIf(type -> star && (named.contains(type) || except.contains(type)));
    Terms own = termsReader.type(fields, types);
    fields.finish();
    List<TypeRule> rules = new ArrayList<>();
    for (String type : types) {
      Set<String> may = InteractionWords.of(type, does);
      rules.add(
          new TypeRule(type, may, all, show, hide, change, search, include, risk, entry.at()));
      typeTerms.put(type, own);
    }
    return rules;
  }

  /** Null when not given. A list that narrows nothing would be taken for a permission. */
  private List<Pattern> search(Fields fields, Set<String> does) {
    if (!fields.has("search")) {
      return null;
    }
    if (!does.isEmpty() && !does.contains("search")) {
      problems.accept(
          Problem.error(
              fields.at("search"),
              fields.path("search"),
              "narrows a search that do does not permit. Add search to do, or remove this list.",
              "E-SEARCH-DO"));
    }
    return fields.texts("search");
  }

  /** A misspelt exception would show what it means to leave out. */
  private void except(Fields fields, boolean star, Set<String> except) {
    if (fields.has("except") && !star) {
      fields.error(fields.at(), "except belongs to '*' and '*compartment' only", "E-EXCEPT");
    }
    for (Pattern type : fields.texts("except")) {
      if (!definitions.isResource(type.text())) {
        problems.accept(
            Problem.error(
                type.at(),
                type.path(),
                "there is no resource type '"
                    + type.text()
                    + "' in R4."
                    + Nearest.hint(type.text(), definitions.resources()),
                "E-TYPE"));
      }
      except.add(type.text());
    }
  }

  private Collection<String> stars(String key) {
    return switch (key) {
      case "*" -> definitions.resources();
      case "*compartment" ->
          definitions.resources().stream()
              .filter(type -> !definitions.patientCompartment(type).isEmpty())
              .toList();
      default -> null;
    };
  }

  private List<Pattern> shown(String path, Yaml shown, Yaml.Entry entry) {
    if (shown == null) {
      problems.accept(
          Problem.error(
              entry.at(), path, "show is missing: 'all' or a list of elements", "E-MISSING"));
      return List.of();
    }
    // Read through a mapping of one key, so that lists are read in one place.
    Yaml.Mapping one =
        new Yaml.Mapping(List.of(new Yaml.Entry("show", shown.at(), shown)), shown.at());
    return new Fields(one, path, Set.of("show"), problems).texts("show");
  }

  private Set<String> risk(Fields rule, Yaml node) {
    Set<String> risk = new HashSet<>();
    if (node instanceof Yaml.Mapping mapping) {
      for (Yaml.Entry entry : mapping.entries()) {
        if (!(entry.value() instanceof Yaml.Scalar reason) || reason.text().isBlank()) {
          problems.accept(
              Problem.error(
                  entry.at(), rule.path("accept-risk." + entry.key()), "needs a reason", "E-RISK"));
        }
        risk.add(entry.key());
      }
    } else if (node != null) {
      rule.error(node.at(), "accept-risk maps elements to reasons", "E-TYPE");
    }
    return risk;
  }
}
