package io.sallyport.policy;

import io.sallyport.policy.fhir.Definitions;
import io.sallyport.policy.source.Yaml;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/** {@code forbid:} of a policy. */
final class ForbidReader {
  private final Definitions definitions;
  private final Segments segments;
  private final Set<String> roles;
  private final Consumer<Problem> problems;

  ForbidReader(
      Definitions definitions, Segments segments, Set<String> roles, Consumer<Problem> problems) {
    this.definitions = definitions;
    this.segments = segments;
    this.roles = roles;
    this.problems = problems;
  }

  List<Forbid> read(Yaml node) {
    List<Forbid> forbids = new ArrayList<>();
    if (node == null) {
      return forbids;
    }
    if (!(node instanceof Yaml.Sequence items)) {
      problems.accept(Problem.error(node.at(), "forbid", "must be a list of rules", "E-TYPE"));
      return forbids;
    }
    Set<String> keys =
        Set.of(
            "role",
            "type",
            "interaction",
            "purpose",
            "segment",
            "unless",
            "write",
            "write-element");
    for (int i = 0; i < items.items().size(); i++) {
      String path = "forbid[" + i + "]";
      Fields fields = new Fields(items.items().get(i), path, keys, problems);
      boolean writes = fields.has("write") || fields.has("write-element");
      known(fields, "write", new TreeSet<>(definitions.resources()), "resource type");
      fields.texts("write-element");
      boolean reads =
          List.of("role", "type", "interaction", "purpose", "segment", "unless").stream()
              .anyMatch(fields::has);
      if (writes && reads) {
        fields.error(
            fields.at(),
            "write and write-element stand alone in a rule: this one would forbid no read. Split it.",
            "E-FORBID");
      }
      Yaml unless = fields.take("unless");
      Set<String> unlessRoles = Set.of();
      Set<String> unlessPurposes = Set.of();
      if (unless != null) {
        Fields inner = new Fields(unless, path + ".unless", Set.of("role", "purpose"), problems);
        unlessRoles = known(inner, "role", roles, "role");
        unlessPurposes = words(inner.texts("purpose"));
        inner.finish();
      }
      Set<String> to = known(fields, "role", roles, "role");
      Set<String> types =
          known(fields, "type", new TreeSet<>(definitions.resources()), "resource type");
      Set<String> interactions =
          known(fields, "interaction", InteractionWords.BUILT, "interaction");
      Set<String> purposes = words(fields.texts("purpose"));
      Set<String> named = known(fields, "segment", new TreeSet<>(segments.names()), "segment");
      fields.finish();
      if (!writes && !reads) {
        fields.error(fields.at(), "names nothing to forbid", "E-FORBID");
      }
      // Writes do not pass in this version at all: rules about them hold by themselves.
      if (!writes) {
        forbids.add(
            new Forbid(
                to,
                types,
                interactions,
                purposes,
                segments.bits(named),
                unlessRoles,
                unlessPurposes,
                path));
      }
    }
    return forbids;
  }

  private Set<String> known(Fields fields, String key, Set<String> words, String what) {
    List<RoleRules.Pattern> given = fields.texts(key);
    for (RoleRules.Pattern word : given) {
      if (!words.contains(word.text())) {
        problems.accept(
            Problem.error(
                word.at(),
                word.path(),
                "there is no "
                    + what
                    + " '"
                    + word.text()
                    + "'."
                    + Nearest.hint(word.text(), words),
                "E-VALUE"));
      }
    }
    return words(given);
  }

  private static Set<String> words(List<RoleRules.Pattern> given) {
    Set<String> words = new TreeSet<>();
    given.forEach(word -> words.add(word.text()));
    return words;
  }
}
