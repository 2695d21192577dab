package io.sallyport.policy.fhir;

import io.sallyport.policy.fhir.Interaction.Parameter;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * How a caller wants the results of a read or search. It is done by us, after the decision: an
 * upstream that was told would leave out the elements that the decision is made from.
 *
 * @param summary the value of {@code _summary}; "" when not given
 * @param elements those of {@code _elements}, each once; empty when not given
 * @param total the value of {@code _total}; "" when not given
 * @see <a href="https://hl7.org/fhir/R4/search.html#return">FHIR R4 search, result parameters</a>
 */
public record Results(String summary, List<String> elements, String total) {
  static final String SUMMARY = "_summary";
  static final String ELEMENTS = "_elements";
  static final String TOTAL = "_total";

  /** Only the number of matches. */
  static final String COUNT = "count";

  static final Set<String> SUMMARIES = Set.of("true", "text", "data", COUNT, "false");
  static final Set<String> TOTALS = Set.of("none", "estimate", "accurate");

  /** Nothing asked. */
  public static final Results PLAIN = new Results("", List.of(), "");

  public Results {
    elements = List.copyOf(elements);
  }

  /** Whether less than the whole resource is wanted. */
  public boolean subset() {
    return !elements.isEmpty() || Set.of("true", "text", "data").contains(summary);
  }

  /** Whether the number of matches is welcome. */
  public boolean wantsTotal() {
    return !total.equals("none");
  }

  /** As the parameters that say it. */
  List<Parameter> parameters() {
    if (this.equals(PLAIN)) {
      return List.of();
    }
    List<Parameter> parameters = new ArrayList<>();
    add(parameters, SUMMARY, summary);
    add(parameters, ELEMENTS, String.join(",", elements));
    add(parameters, TOTAL, total);
    return parameters;
  }

  private static void add(List<Parameter> parameters, String name, String value) {
    if (!value.isEmpty()) {
      parameters.add(new Parameter(name, "", value));
    }
  }
}
