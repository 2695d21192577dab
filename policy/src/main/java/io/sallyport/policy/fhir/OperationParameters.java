package io.sallyport.policy.fhir;

import io.sallyport.policy.Reason;
import io.sallyport.policy.Refusal;
import io.sallyport.policy.fhir.Interaction.Kind;
import io.sallyport.policy.fhir.Interaction.Parameter;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * What history and the operations take beside an id: each parameter once, plainly, and with a value
 * of its type.
 *
 * @see <a href="https://hl7.org/fhir/R4/http.html#history">FHIR R4 history</a>
 * @see <a href="https://hl7.org/fhir/R4/patient-operation-everything.html">Patient/$everything</a>
 * @see <a href="https://hl7.org/fhir/R4/observation-operation-lastn.html">Observation/$lastn</a>
 */
final class OperationParameters {
  private static final Predicate<String> NUMBER =
      value -> value.matches("[0-9]{1,4}") && Integer.parseInt(value) > 0;

  private static final Predicate<String> INSTANT =
      matches(
          "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,9})?"
              + "(Z|[+-][0-9]{2}:[0-9]{2})");

  private static final Predicate<String> DATE = matches("[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?");

  /** By kind and name, the values that each takes. */
  private static final Map<Kind, Map<String, Predicate<String>>> KNOWN =
      Map.of(
          Kind.HISTORY,
          Map.of("_since", INSTANT, "_at", DATE.or(INSTANT), "_count", NUMBER),
          Kind.EVERYTHING,
          Map.of(
              "start",
              DATE,
              "end",
              DATE,
              "_since",
              INSTANT,
              "_type",
              value -> true, // names of types, which the definitions tell
              "_count",
              NUMBER),
          Kind.LASTN,
          Map.of("max", NUMBER, "_count", NUMBER));

  private final Definitions definitions;

  OperationParameters(Definitions definitions) {
    this.definitions = definitions;
  }

  private static Predicate<String> matches(String pattern) {
    return Pattern.compile(pattern).asMatchPredicate();
  }

  /** Refuses what the interaction does not take; $lastn takes what a search does, besides. */
  void check(Kind kind, List<Parameter> parameters) {
    Set<String> once = new HashSet<>();
    for (Parameter parameter : parameters) {
      String name = parameter.name();
      Predicate<String> type = KNOWN.get(kind).get(name);
      if (type == null) {
        if (kind != Kind.LASTN || name.equals("_sort") || name.contains("include")) {
          throw new Refusal(Reason.UNKNOWN_PARAMETER, "the operation takes no such parameter");
        }
        continue;
      }
      if (!parameter.modifier().isEmpty() || !once.add(name) || !type.test(parameter.value())) {
        throw new Refusal(
            Reason.MALFORMED_REQUEST, name + " is given once, plainly, with a value of its type");
      }
      boolean types = name.equals("_type");
      if (types && !List.of(parameter.value().split(",", -1)).stream().allMatch(this::isType)) {
        throw new Refusal(Reason.MALFORMED_REQUEST, "_type names no resource type");
      }
    }
  }

  private boolean isType(String name) {
    return definitions.isResource(name);
  }
}
