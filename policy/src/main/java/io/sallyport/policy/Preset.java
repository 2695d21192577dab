package io.sallyport.policy;

import io.sallyport.policy.RoleRules.Change;
import io.sallyport.policy.RoleRules.Pattern;
import io.sallyport.policy.RoleRules.TypeRule;
import io.sallyport.policy.fhir.Definitions;
import io.sallyport.policy.redact.View;
import io.sallyport.policy.source.Yaml;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * {@code preset:} of a role: a shipped policy file whose one role it is narrowed to. What the role
 * lists itself only takes away: an element is shown where both show it, hidden where either hides
 * it, and changed as the preset changes it.
 *
 * @see <a href="https://www.ecfr.gov/current/title-45/section-164.514">45 CFR 164.514(b)(2),
 *     (e)</a>
 */
final class Preset {
  /** Methods that leave nothing of what an identifier was. */
  private static final Set<String> SAFE = Set.of("year", "zip3", "age-cap", "replace", "round");

  private static final List<String> NAMES = List.of("limited-data-set", "safe-harbor");

  private final String name;
  private final RoleRules rules;
  private final View view;
  private final Consumer<Problem> problems;

  private Preset(String name, RoleRules rules, View view, Consumer<Problem> problems) {
    this.name = name;
    this.rules = rules;
    this.view = view;
    this.problems = problems;
  }

  /** Takes the key {@code preset}; null when it is not there, or no preset, which is reported. */
  static Preset read(Fields fields, Definitions definitions, Consumer<Problem> problems) {
    Problem.Location at = fields.at("preset");
    String name = fields.text("preset", null);
    if (name == null) {
      return null;
    }
    if (!NAMES.contains(name)) {
      problems.accept(
          Problem.error(
              at,
              fields.path("preset"),
              "there is no preset '" + name + "'." + Nearest.hint(name, new TreeSet<>(NAMES)),
              "E-PRESET"));
      return null;
    }
    RoleRules rules = shipped(name, definitions);
    return new Preset(name, rules, View.compile(definitions, rules, told -> {}), problems);
  }

  String name() {
    return name;
  }

  /** The role of a shipped file, which says more about itself to whoever reads it. */
  private static RoleRules shipped(String name, Definitions definitions) {
    String file = "presets/" + name + ".yaml";
    try (DataInputStream in = new DataInputStream(Preset.class.getResourceAsStream(file))) {
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      Consumer<Problem> wrong =
          problem -> {
            if (problem.isError()) {
              throw new IllegalStateException(problem.toString());
            }
          };
      Yaml.Mapping root = (Yaml.Mapping) Yaml.read(file, text, wrong);
      Yaml roles = member(root, "roles");
      RoleReader.Defaults defaults = new RoleReader.Defaults("unknown", RoleReader.TAGS);
      KeyNames keys = new KeyNames(key -> null, wrong);
      return new RoleReader(definitions, name, defaults, Segments.NONE, 0, Map.of(), keys, wrong)
          .read(member((Yaml.Mapping) roles, name));
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  private static Yaml member(Yaml.Mapping mapping, String key) {
    return mapping.entries().stream()
        .filter(entry -> entry.key().equals(key))
        .map(Yaml.Entry::value)
        .findFirst()
        .orElseThrow();
  }

  /** What may not be said beside a preset, for it would show more. */
  void exclude(Fields fields, String key, Problem.Location at, boolean said) {
    if (said) {
      problems.accept(
          Problem.error(
              at,
              fields.path(key),
              "would show what the preset '" + name + "' does not. Remove it.",
              "E-PRESET"));
    }
  }

  List<Pattern> hide(List<Pattern> own) {
    List<Pattern> all = new ArrayList<>(own);
    all.addAll(rules.hide());
    return all;
  }

  List<Change> change() {
    return rules.change();
  }

  /** The types of both, each with what both show. */
  Map<String, TypeRule> types(Map<String, TypeRule> own) {
    Map<Problem.Location, Integer> places = new HashMap<>();
    own.values().forEach(rule -> places.merge(rule.at(), 1, Integer::sum));
    Map<String, TypeRule> types = new TreeMap<>();
    for (TypeRule rule : own.values()) {
      TypeRule preset = rules.types().get(rule.type());
      if (preset != null) {
        types.put(rule.type(), both(rule, preset));
      } else if (places.get(rule.at()) == 1) {
        problems.accept(
            Problem.error(
                rule.at(),
                rule.type(),
                "the preset '" + name + "' does not show this type. Remove it, or the preset.",
                "E-PRESET"));
      }
    }
    return types;
  }

  private TypeRule both(TypeRule own, TypeRule preset) {
    List<Pattern> hide = new ArrayList<>(own.hide());
    hide.addAll(preset.hide());
    List<Change> change = new ArrayList<>(preset.change());
    for (Change mine : own.change()) {
      String path = own.type() + "." + path(own.type(), mine.pattern().text());
      if (!view.changed(path).isEmpty()) {
        problems.accept(
            Problem.error(
                mine.pattern().at(),
                mine.pattern().path(),
                "the preset '" + name + "' shows it as '" + view.changed(path) + "' already.",
                "E-PRESET"));
      }
      if (name.equals("safe-harbor") && !SAFE.contains(mine.method())) {
        problems.accept(
            Problem.error(
                mine.pattern().at(),
                mine.pattern().path(),
                "'"
                    + mine.method()
                    + "' is not Safe Harbor: 45 CFR 164.514(b)(2)(i) leaves the year of a date, and (c)"
                    + " no code that is made of what it stands for. Hide it, or take the preset"
                    + " limited-data-set.",
                "E-PRESET"));
      }
      change.add(mine);
    }
    TreeSet<String> risk = new TreeSet<>(own.acceptRisk());
    risk.addAll(preset.acceptRisk());
    List<Pattern> show = own.showAll() ? preset.show() : shown(own, preset);
    return new TypeRule(
        own.type(),
        own.does(),
        false,
        show,
        hide,
        change,
        own.search(),
        own.include(),
        risk,
        own.at());
  }

  /** Of each path that one lists and the other covers, the longer one. */
  private List<Pattern> shown(TypeRule own, TypeRule preset) {
    List<Pattern> shown = new ArrayList<>();
    for (Pattern mine : own.show()) {
      int before = shown.size();
      String a = path(own.type(), mine.text());
      for (Pattern theirs : preset.show()) {
        String b = path(own.type(), theirs.text());
        if (covers(a, b)) {
          shown.add(new Pattern(theirs.text(), mine.at(), mine.path()));
        } else if (covers(b, a)
            && view.visibility(own.type() + "." + a) != View.Visibility.HIDDEN) {
          shown.add(mine);
        }
      }
      if (shown.size() == before) {
        problems.accept(
            Problem.warning(
                mine.at(),
                mine.path(),
                "'" + a + "' is not shown: the preset '" + name + "' leaves it out",
                "W-PRESET"));
      }
    }
    return shown;
  }

  private static String path(String type, String text) {
    String path = text.replace("[x]", "");
    return path.startsWith(type + ".") ? path.substring(type.length() + 1) : path;
  }

  /** Whether a path is another or leads to it; {@code value} also to {@code valueQuantity.code}. */
  private static boolean covers(String path, String other) {
    String[] steps = path.split("\\.");
    String[] more = other.split("\\.");
    if (steps.length > more.length) {
      return false;
    }
    for (int i = 0; i < steps.length; i++) {
      boolean typed =
          more[i].startsWith(steps[i])
              && more[i].length() > steps[i].length()
              && Character.isUpperCase(more[i].charAt(steps[i].length()));
      if (!more[i].equals(steps[i]) && !(typed && choice(steps[i], more[i]))) {
        return false;
      }
    }
    return true;
  }

  /** An element whose name merely goes on with a capital is another one. */
  private static boolean choice(String name, String typed) {
    String type = typed.substring(name.length());
    return Definitions.r4().types().stream()
        .anyMatch(one -> one.name().equalsIgnoreCase(type) && one.name().indexOf('.') < 0);
  }
}
