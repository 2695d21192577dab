package io.sallyport.policy;

import io.sallyport.policy.RoleRules.Pattern;
import io.sallyport.policy.fhir.Definitions;
import io.sallyport.policy.fhir.Definitions.SearchParameter;
import io.sallyport.policy.fhir.SearchClosure;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * {@code search-parameters:} of a policy: the record system's own, each the SearchParameter
 * resource that defines it. They are judged like the published ones: by the elements that their
 * expression reads.
 *
 * @see <a href="https://hl7.org/fhir/R4/searchparameter.html">FHIR R4 SearchParameter</a>
 */
final class SearchParameterReader {
  private static final Set<String> TYPES =
      Set.of("number", "date", "string", "token", "reference", "composite", "quantity", "uri");

  private final Definitions published;
  private final Function<String, String> files;
  private final Consumer<Problem> problems;
  private final StringBuilder read = new StringBuilder();

  SearchParameterReader(
      Definitions published, Function<String, String> files, Consumer<Problem> problems) {
    this.published = published;
    this.files = files;
    this.problems = problems;
  }

  /** The published definitions and those of the files. */
  Definitions read(List<Pattern> names) {
    List<SearchParameter> own = new ArrayList<>();
    List<Pattern> places = new ArrayList<>();
    for (Pattern name : names) {
      String text = files.apply(name.text());
      JsonText json = text == null ? JsonText.EMPTY : JsonText.of(text);
      if (!json.sound()) {
        report(name, "is not there, or is no JSON", "E-FILE");
        continue;
      }
      read.append('\n').append(name.text()).append('\n').append(text);
      SearchParameter parameter = parameter(name, json);
      if (parameter != null) {
        own.add(parameter);
        places.add(name);
      }
    }
    Definitions all = published.with(own);
    for (int i = 0; i < own.size(); i++) {
      untold(places.get(i), own.get(i), all);
    }
    return all;
  }

  /** What was read besides the policy's own text: part of what its hash vouches for. */
  String text() {
    return read.toString();
  }

  private SearchParameter parameter(Pattern name, JsonText json) {
    String code = json.only("code");
    String type = json.only("type");
    List<String> bases = json.at("base");
    if (!"SearchParameter".equals(json.only("resourceType"))) {
      return report(name, "is no SearchParameter", "E-SEARCH-PARAMETER");
    }
    if (code == null || !code.matches("[A-Za-z][A-Za-z0-9-]{0,63}")) {
      return report(name, "has no code as FHIR writes them", "E-SEARCH-PARAMETER");
    }
    if (type == null || !TYPES.contains(type)) {
      return report(name, "has a type that is not one of " + TYPES, "E-SEARCH-PARAMETER");
    }
    if (bases.isEmpty()) {
      return report(name, "has no base", "E-SEARCH-PARAMETER");
    }
    for (String base : bases) {
      if (!published.isResource(base)) {
        return report(name, "has the base '" + base + "', no resource type", "E-SEARCH-PARAMETER");
      }
      if (published.searchParameter(base, code) != null) {
        // Two readers of one name: what we judge would not be what the record system reads.
        return report(
            name, "defines '" + code + "' on " + base + ", which FHIR does", "E-SEARCH-PARAMETER");
      }
    }
    String expression = json.only("expression");
    return new SearchParameter(
        code,
        type,
        bases,
        expression == null ? "" : expression,
        components(json),
        json.at("target"));
  }

  /** Of composites: definition and expression of each part, which are of one length. */
  private static List<Map.Entry<String, String>> components(JsonText json) {
    List<String> definitions = json.at("component.definition");
    List<String> expressions = json.at("component.expression");
    List<Map.Entry<String, String>> components = new ArrayList<>();
    if (definitions.size() == expressions.size()) {
      for (int i = 0; i < definitions.size(); i++) {
        components.add(Map.entry(definitions.get(i), expressions.get(i)));
      }
    }
    return components;
  }

  /** An expression that cannot be read keeps everybody from using the parameter. */
  private void untold(Pattern name, SearchParameter parameter, Definitions all) {
    SearchClosure closure = SearchClosure.of(all);
    for (String base : parameter.bases()) {
      if (closure.reads(base, parameter.code(), "").isEmpty()) {
        problems.accept(
            Problem.warning(
                name.at(),
                name.path(),
                "what '"
                    + parameter.code()
                    + "' reads of "
                    + base
                    + " cannot be told from its expression: nobody may search by it",
                "W-SEARCH-PARAMETER"));
      }
    }
  }

  private SearchParameter report(Pattern name, String why, String code) {
    problems.accept(Problem.error(name.at(), name.path(), "'" + name.text() + "' " + why, code));
    return null;
  }
}
