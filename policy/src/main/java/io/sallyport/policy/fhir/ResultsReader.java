package io.sallyport.policy.fhir;

import io.sallyport.policy.Reason;
import io.sallyport.policy.Refusal;
import io.sallyport.policy.fhir.Definitions.Element;
import io.sallyport.policy.fhir.Interaction.Kind;
import io.sallyport.policy.fhir.Interaction.Parameter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Takes the parameters that say how results are wanted out of those of a request. */
final class ResultsReader {
  private static final Set<String> NAMES = Set.of(Results.SUMMARY, Results.ELEMENTS, Results.TOTAL);

  private final Definitions definitions;

  ResultsReader(Definitions definitions) {
    this.definitions = definitions;
  }

  /** An interaction of what was asked: result parameters apart, the rest in the order given. */
  Interaction of(Kind kind, String type, String id, String version, List<Parameter> parameters) {
    Map<String, String> given = new HashMap<>();
    List<Parameter> rest = new ArrayList<>(parameters.size());
    for (Parameter parameter : parameters) {
      if (!NAMES.contains(parameter.name())) {
        rest.add(parameter);
      } else if (!parameter.modifier().isEmpty()
          || given.put(parameter.name(), parameter.value()) != null) {
        throw new Refusal(
            Reason.MALFORMED_REQUEST, parameter.name() + " may be given once, plainly");
      }
    }
    if (given.isEmpty()) {
      return new Interaction(kind, type, id, version, rest);
    }
    return new Interaction(kind, type, id, version, rest, results(kind, type, given));
  }

  private Results results(Kind kind, String type, Map<String, String> given) {
    if (given.containsKey(Results.SUMMARY) && given.containsKey(Results.ELEMENTS)) {
      throw new Refusal(Reason.MALFORMED_REQUEST, "_summary and _elements exclude each other");
    }
    String summary = word(given, Results.SUMMARY, Results.SUMMARIES);
    String total = word(given, Results.TOTAL, Results.TOTALS);
    if (kind != Kind.SEARCH && (!total.isEmpty() || summary.equals(Results.COUNT))) {
      throw new Refusal(Reason.UNKNOWN_PARAMETER, "only the results of a search are counted");
    }
    String elements = given.get(Results.ELEMENTS);
    return new Results(summary, elements == null ? List.of() : elements(type, elements), total);
  }

  private static String word(Map<String, String> given, String name, Set<String> words) {
    String word = given.get(name);
    if (word != null && !words.contains(word)) {
      throw new Refusal(Reason.MALFORMED_REQUEST, name + " has a value that FHIR does not know");
    }
    return word == null ? "" : word;
  }

  /** The elements of a resource itself, by name; a choice as {@code value}. */
  private List<String> elements(String type, String listed) {
    Set<String> elements = new LinkedHashSet<>();
    for (String name : listed.split(",", -1)) {
      if (definitions.type(type).elements().stream().map(Element::name).noneMatch(name::equals)) {
        throw new Refusal(Reason.UNKNOWN_PARAMETER, "_elements names no element of the type");
      }
      elements.add(name);
    }
    return List.copyOf(elements);
  }
}
