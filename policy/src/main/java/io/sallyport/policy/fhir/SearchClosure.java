package io.sallyport.policy.fhir;

import io.sallyport.policy.fhir.Definitions.SearchParameter;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Which elements a search parameter reads, computed from its published expression: who may not see
 * an element may not search by it, or the result set answers the question. An empty read-set means
 * blocked, never open: a composite's own expression reads nothing, and all of nothing is true.
 */
public final class SearchClosure {
  /**
   * Modifiers that read what the parameter reads anyway, by its type. {@code missing}, which is for
   * every type, reads all of the element: it is there with a text, and without a code, too.
   *
   * @see <a href="https://hl7.org/fhir/R4/search.html#modifiers">FHIR R4 search, modifiers</a>
   */
  private static final Map<String, Set<String>> SAME =
      Map.of(
          "string", Set.of("exact", "contains"),
          "token", Set.of("not", "in", "not-in", "above", "below"),
          "reference", Set.of("above", "below"),
          "uri", Set.of("above", "below"));

  private final Definitions definitions;
  private final Expressions expressions;

  private SearchClosure(Definitions definitions) {
    this.definitions = definitions;
    this.expressions = new Expressions(definitions);
  }

  public static SearchClosure of(Definitions definitions) {
    return new SearchClosure(definitions);
  }

  /**
   * The paths of the elements that {@code code:modifier} reads on a type, down to the leaves where
   * the parameter's type tells them; empty when it must not be used.
   */
  public Set<String> reads(String type, String code, String modifier) {
    SearchParameter parameter = definitions.searchParameter(type, code);
    if (parameter == null || parameter.expression().isEmpty()) {
      return Set.of();
    }
    Set<String> reads = new TreeSet<>();
    if (parameter.type().equals("composite")) {
      if (!modifier.isEmpty() || !composite(type, parameter, reads)) {
        return Set.of();
      }
      return reads;
    }
    Expressions.Reading reading = expressions.read(type, parameter.expression());
    if (reading.isEmpty()) {
      return Set.of();
    }
    reads.addAll(reading.beside());
    for (Expressions.Step step : reading.results()) {
      if (!leaves(step, parameter, modifier, reads)) {
        return Set.of();
      }
    }
    return reads;
  }

  /** What a token compares whole: a code and perhaps its system. */
  private static final Set<String> CODED = Set.of("CodeableConcept", "Coding", "Identifier");

  /** An expression that chooses among what stands there, or asks whether something does. */
  private static final Pattern CHOOSES =
      Pattern.compile("where\\(|exists\\(|resolve\\(|\\[| and |=");

  /**
   * The paths, by their keys in JSON, of the elements that a token parameter compares, each whole;
   * empty for any other parameter, and for one whose expression does more than name elements.
   */
  public Set<String> compared(String type, String code) {
    SearchParameter parameter = definitions.searchParameter(type, code);
    if (parameter == null
        || !parameter.type().equals("token")
        || CHOOSES.matcher(parameter.expression()).find()) {
      return Set.of();
    }
    Expressions.Reading reading = expressions.read(type, parameter.expression());
    Set<String> paths = new TreeSet<>();
    for (Expressions.Step step : reading.results()) {
      String of = step.types().size() == 1 ? step.types().get(0) : "";
      Definitions.Type datatype = definitions.type(of);
      boolean primitive = datatype != null && datatype.kind() == Definitions.Kind.PRIMITIVE;
      if (!primitive && !CODED.contains(of)) {
        return Set.of();
      }
      paths.add(step.path());
    }
    return reading.beside().isEmpty() ? paths : Set.of();
  }

  /** Adds what every component reads. False when one of them reads nothing: then nobody knows. */
  private boolean composite(String type, SearchParameter parameter, Set<String> reads) {
    if (parameter.components().isEmpty()) {
      return false;
    }
    for (Map.Entry<String, String> component : parameter.components()) {
      Expressions.Reading reading =
          expressions.read(type, parameter.expression(), component.getValue());
      if (reading.isEmpty()) {
        return false;
      }
      reads.addAll(reading.beside());
      for (Expressions.Step step : reading.results()) {
        reads.add(step.path());
      }
    }
    return true;
  }

  private boolean leaves(
      Expressions.Step step, SearchParameter parameter, String modifier, Set<String> reads) {
    boolean known = false;
    for (String type : step.types()) {
      List<String> parts = parts(type, parameter, modifier);
      if (parts != null) {
        known = true;
        if (parts.isEmpty()) {
          reads.add(step.path());
        }
        parts.forEach(part -> reads.add(step.path() + "." + part));
      }
    }
    return known;
  }

  /**
   * The parts of a datatype that a parameter of this type compares; empty for the whole of it; null
   * when the modifier is unknown.
   */
  private List<String> parts(String datatype, SearchParameter parameter, String modifier) {
    String key = parameter.type() + "/" + datatype;
    if (modifier.equals("missing")) {
      return List.of();
    }
    if (modifier.isEmpty() || SAME.getOrDefault(parameter.type(), Set.of()).contains(modifier)) {
      return switch (key) {
        case "token/CodeableConcept" -> List.of("coding.system", "coding.code");
        case "token/Coding" -> List.of("system", "code");
        case "token/Identifier" -> List.of("system", "value");
        case "token/ContactPoint" -> List.of("system", "value");
        case "reference/Reference" -> List.of("reference");
        case "quantity/Quantity" -> List.of("value", "unit", "system", "code", "comparator");
        case "date/Period" -> List.of("start", "end");
        default -> List.of();
      };
    }
    return switch (modifier + "/" + key) {
      case "text/token/CodeableConcept" ->
          List.of("text", "coding.display", "coding.system", "coding.code");
      case "text/token/Coding" -> List.of("display", "system", "code");
      case "text/token/Identifier" -> List.of("type.text", "system", "value");
      case "of-type/token/Identifier" -> List.of("type.coding", "system", "value");
      case "identifier/reference/Reference" -> List.of("identifier", "reference");
      default ->
          // The target's type as modifier: subject:Patient=123.
          key.equals("reference/Reference")
                  && definitions.isResource(modifier)
                  && parameter.targets().contains(modifier)
              ? List.of("reference")
              : null;
    };
  }
}
