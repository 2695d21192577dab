package io.sallyport.policy.fhir;

import java.util.ArrayList;
import java.util.List;

/**
 * A request understood as one FHIR RESTful interaction. It is the only form in which a request goes
 * on: what the policy judged is what the upstream is sent, rebuilt from here.
 *
 * @param kind which interaction
 * @param type the resource type; "" for {@link Kind#CAPABILITIES}
 * @param id the logical id; "" when the kind has none
 * @param version the version id; "" but for {@link Kind#VREAD}
 * @param parameters search parameters in the order given, decoded; {@code _count} and {@code _sort}
 *     included
 * @param results how the answer is wanted: ours to do, never sent on
 * @see <a href="https://hl7.org/fhir/R4/http.html">FHIR R4 RESTful API</a>
 */
public record Interaction(
    Kind kind,
    String type,
    String id,
    String version,
    List<Parameter> parameters,
    Results results) {
  private static final String SORT = "_sort";
  private static final String ID = "_id";

  /** The interactions that exist so far. Anything else is refused by {@link InteractionParser}. */
  public enum Kind {
    READ("read"),
    VREAD("vread"),
    SEARCH("search"),
    /** Of a resource, or of a type where there is no id. */
    HISTORY("history"),
    /** Of a Patient. */
    EVERYTHING("$everything"),
    /** Of Observation. */
    LASTN("$lastn"),
    CAPABILITIES("capabilities");

    private final String code;

    Kind(String code) {
      this.code = code;
    }

    /** The word a policy's {@code do:} uses. */
    public String code() {
      return code;
    }

    /** Whether it is answered by a Bundle of entries, each of which is judged. */
    public boolean bundles() {
      return this == SEARCH || this == HISTORY || this == EVERYTHING || this == LASTN;
    }
  }

  /**
   * One search or result parameter.
   *
   * @param name without its modifier: {@code birthdate}
   * @param modifier without its colon: {@code missing}; "" when none
   * @param value decoded
   */
  public record Parameter(String name, String modifier, String value) {
    /** Name and modifier as on the wire. */
    public String code() {
      return modifier.isEmpty() ? name : name + ":" + modifier;
    }
  }

  /** How many matches the caller wants on a page; -1 when it does not say. */
  public int count() {
    for (Parameter parameter : parameters) {
      if (parameter.name().equals("_count")) {
        return Integer.parseInt(parameter.value());
      }
    }
    return -1;
  }

  public Interaction {
    parameters = List.copyOf(parameters);
  }

  /** One whose results are wanted as they are. */
  public Interaction(
      Kind kind, String type, String id, String version, List<Parameter> parameters) {
    this(kind, type, id, version, parameters, Results.PLAIN);
  }

  /** The same with other search parameters. */
  public Interaction with(List<Parameter> others) {
    return new Interaction(kind, type, id, version, others, results);
  }

  /**
   * The same search, where nothing else decides it in the order of the ids: its own {@code _sort}
   * goes before.
   *
   * @see <a href="https://hl7.org/fhir/R4/search.html#sort">FHIR R4 search, sorting</a>
   */
  public Interaction thenById() {
    List<Parameter> sorted = new ArrayList<>(parameters);
    for (int i = 0; i < sorted.size(); i++) {
      if (sorted.get(i).name().equals(SORT)) {
        String keys = sorted.get(i).value();
        boolean already = List.of(keys.replace("-", "").split(",")).contains(ID);
        sorted.set(i, new Parameter(SORT, "", already ? keys : keys + "," + ID));
        return with(sorted);
      }
    }
    sorted.add(new Parameter(SORT, "", ID));
    return with(sorted);
  }

  /** Whether only the number of matches is wanted: {@code _summary=count} or {@code _count=0}. */
  public boolean counts() {
    if (results.summary().equals(Results.COUNT)) {
      return true;
    }
    for (Parameter parameter : parameters) {
      if (countsNothing(parameter)) {
        return true;
      }
    }
    return false;
  }

  /** {@code _count=0} "SHALL be treated the same as _summary=count" (FHIR R4 search). */
  static boolean countsNothing(Parameter parameter) {
    return parameter.name().equals("_count") && parameter.value().chars().allMatch(c -> c == '0');
  }
}
