package io.sallyport.policy;

import io.sallyport.policy.RoleRules.Include;
import io.sallyport.policy.RoleRules.Pattern;
import io.sallyport.policy.fhir.Definitions;
import io.sallyport.policy.fhir.Definitions.SearchParameter;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * Reads {@code include:} of a type: the pairs that a search of it may ask for, {@code
 * Observation:subject} for {@code _include} and {@code rev:Provenance:target} for {@code
 * _revinclude}, with a third part where only one target type is meant.
 */
final class IncludeReader {
  private static final String REVERSE = "rev:";

  private final Definitions definitions;
  private final Consumer<Problem> problems;

  IncludeReader(Definitions definitions, Consumer<Problem> problems) {
    this.definitions = definitions;
    this.problems = problems;
  }

  /**
   * Takes the key.
   *
   * @param type whose rule it stands in; null in the rule of a star
   */
  List<Include> read(Fields fields, String type, Set<String> does) {
    List<Include> pairs = new ArrayList<>();
    if (!fields.has("include")) {
      return pairs;
    }
    Problem.Location at = fields.at("include");
    String path = fields.path("include");
    List<Pattern> written = fields.texts("include");
    if (type == null) {
      report(at, path, "belongs to a type that is named: a pair is of one search.");
    } else if (!does.isEmpty() && !does.contains("search")) {
      report(at, path, "is of searches, and do permits none. Add search to do, or remove it.");
    } else {
      for (Pattern pattern : written) {
        Include pair = pair(pattern, type);
        if (pair != null) {
          pairs.add(pair);
        }
      }
    }
    return pairs;
  }

  private Include pair(Pattern pattern, String type) {
    boolean reverse = pattern.text().startsWith(REVERSE);
    String text = reverse ? pattern.text().substring(REVERSE.length()) : pattern.text();
    String[] parts = text.split(":", -1);
    if (parts.length < 2 || parts.length > 3) {
      return wrong(
          pattern,
          "is no pair. Write Type:parameter for _include, rev:Type:parameter for _revinclude.");
    }
    if (!definitions.isResource(parts[0])) {
      return wrong(pattern, noType(parts[0], definitions.resources()));
    }
    SearchParameter parameter = definitions.searchParameter(parts[0], parts[1]);
    if (parameter == null || !parameter.type().equals("reference")) {
      Set<String> references = new TreeSet<>();
      definitions.searchParameters(parts[0]).stream()
          .filter(other -> other.type().equals("reference"))
          .forEach(other -> references.add(other.code()));
      String why =
          parameter == null
              ? "names no search parameter: '" + parts[1] + "' on " + parts[0] + "."
              : "leads nowhere: '" + parts[1] + "' is of type " + parameter.type() + ".";
      return wrong(pattern, why + Nearest.hint(parts[1], references));
    }
    List<String> targets = Chains.targets(parameter);
    String target = parts.length == 3 ? parts[2] : "";
    if (!target.isEmpty() && !targets.contains(target)) {
      return wrong(pattern, "does not lead to '" + target + "'." + Nearest.hint(target, targets));
    }
    return new Include(reverse, parts[0], parts[1], target, pattern);
  }

  private static String noType(String name, Iterable<String> resources) {
    Set<String> names = new TreeSet<>();
    resources.forEach(names::add);
    return name.equals("*")
        ? "would include whatever is linked. Name each pair that may come."
        : "names no resource type: '" + name + "'." + Nearest.hint(name, names);
  }

  private Include wrong(Pattern pattern, String why) {
    report(pattern.at(), pattern.path(), "'" + pattern.text() + "' " + why);
    return null;
  }

  private void report(Problem.Location at, String path, String message) {
    problems.accept(Problem.error(at, path, message, "E-INCLUDE"));
  }
}
