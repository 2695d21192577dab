package io.sallyport.policy;

import io.sallyport.policy.Relation.Term;
import io.sallyport.policy.Relation.Value;
import io.sallyport.policy.fhir.Definitions;
import io.sallyport.policy.fhir.Definitions.SearchParameter;
import io.sallyport.policy.fhir.Interaction;
import io.sallyport.policy.fhir.Interaction.Kind;
import io.sallyport.policy.fhir.Interaction.Parameter;
import io.sallyport.policy.fhir.InteractionParser;
import io.sallyport.policy.fhir.SearchClosure;
import io.sallyport.policy.source.Yaml;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code relations:} of a policy: what the record system is asked about user and patient. */
final class RelationReader {
  /** Whoever leaves a care team is let in for so long at most. */
  static final int CACHE_SECONDS_MAX = 600;

  private static final int CACHE_SECONDS = 60;
  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9]*(-[a-z0-9]+)*");
  private static final Pattern DURATION = Pattern.compile("([0-9]{1,4})(s|m)");
  private static final Pattern PLACEHOLDER = Pattern.compile("\\{[^}]*}?");

  // They stand for the placeholders while the search is read; no id of a record looks like them.
  private static final String USER = "Practitioner/-.user.-";
  private static final String PATIENT = "Patient/-.patient.-";

  private final Definitions definitions;
  private final SearchClosure closure;
  private final Consumer<Problem> problems;

  RelationReader(Definitions definitions, SearchClosure closure, Consumer<Problem> problems) {
    this.definitions = definitions;
    this.closure = closure;
    this.problems = problems;
  }

  /** The relations by name; what is wrong with one has been told. */
  Map<String, Relation> read(Yaml node) {
    Map<String, Relation> relations = new LinkedHashMap<>();
    if (node == null) {
      return relations;
    }
    if (!(node instanceof Yaml.Mapping mapping) || mapping.entries().isEmpty()) {
      error(node.at(), "relations", "must map names to {ask: …, cache: 60s}", "E-TYPE");
      return relations;
    }
    for (Yaml.Entry entry : mapping.entries()) {
      String path = "relations." + entry.key();
      if (!NAME.matcher(entry.key()).matches() || isCondition(entry.key())) {
        error(entry.at(), path, "must be a name in small letters, as care-team", "E-RELATION");
      }
      Fields fields = new Fields(entry.value(), path, Set.of("ask", "cache", "beside"), problems);
      Problem.Location at = fields.at("ask");
      String ask = fields.text("ask", "");
      int cache = cache(fields);
      Set<String> beside =
          new CompartmentReader(definitions, problems).beside(fields, "the relation");
      fields.finish();
      relations.put(entry.key(), relation(entry.key(), ask, at, path + ".ask", beside, cache));
    }
    return relations;
  }

  /** A name that a condition could be, too. */
  static boolean isCondition(String name) {
    return Set.of("token", "request", "resource", "now", "true", "false").contains(name);
  }

  private int cache(Fields fields) {
    Problem.Location at = fields.at("cache");
    String text = fields.text("cache", CACHE_SECONDS + "s");
    Matcher duration = DURATION.matcher(text);
    int seconds =
        duration.matches()
            ? Integer.parseInt(duration.group(1)) * (duration.group(2).equals("m") ? 60 : 1)
            : 0;
    if (seconds < 1 || seconds > CACHE_SECONDS_MAX) {
      error(
          at,
          fields.path("cache"),
          "must be from 1s to "
              + CACHE_SECONDS_MAX / 60
              + "m: for so long who has left is still let in",
          "E-VALUE");
    }
    return seconds;
  }

  private Relation relation(
      String name, String ask, Problem.Location at, String path, Set<String> beside, int cache) {
    Interaction search = search(ask, at, path);
    if (search == null) {
      return new Relation(name, "", List.of(), beside, cache);
    }
    List<Term> terms = new ArrayList<>();
    for (Parameter parameter : search.parameters()) {
      Term term = term(search.type(), parameter, at, path);
      if (term != null) {
        terms.add(term);
      }
    }
    needs(terms, Value.USER, "{user}", at, path);
    needs(terms, Value.PATIENT, "{patient}", at, path);
    return new Relation(name, search.type(), terms, beside, cache);
  }

  /** Without either it would ask about nobody, and hold for everybody. */
  private void needs(
      List<Term> terms, Value value, String written, Problem.Location at, String path) {
    if (terms.stream().noneMatch(term -> term.value() == value)) {
      error(at, path, "asks by no reference that is " + written, "E-RELATION");
    }
  }

  /** Null when it is none: reported. */
  private Interaction search(String ask, Problem.Location at, String path) {
    if (ask.isEmpty()) {
      error(
          at,
          path,
          "is missing: a search, as CareTeam?patient={patient}&participant={user}&status=active",
          "E-MISSING");
      return null;
    }
    String filled = ask.replace("{user}", USER).replace("{patient}", PATIENT);
    Matcher other = PLACEHOLDER.matcher(filled);
    if (other.find()) {
      String hint = Nearest.hint(other.group(), List.of("{user}", "{patient}"));
      error(
          at,
          path,
          "there is no placeholder '" + other.group() + "', only {user} and {patient}." + hint,
          "E-RELATION");
      return null;
    }
    int question = filled.indexOf('?');
    String type = question < 0 ? filled : filled.substring(0, question);
    if (!definitions.isResource(type)) {
      error(
          at,
          path,
          "there is no resource type '"
              + type
              + "' in R4."
              + Nearest.hint(type, definitions.resources()),
          "E-RELATION");
      return null;
    }
    try {
      Interaction search =
          new InteractionParser(definitions)
              .parse("GET", type, question < 0 ? "" : filled.substring(question + 1), "", null);
      if (search.kind() == Kind.SEARCH && InteractionParser.canonical(search).length() < 2048) {
        return search;
      }
      error(at, path, "is no search of a type by parameters, or too long", "E-RELATION");
    } catch (Refusal refused) {
      error(at, path, "is no search: " + refused.detail(), "E-RELATION");
    }
    return null;
  }

  /** Only what the answer itself can prove is asked: references and codes, plainly. */
  private Term term(String type, Parameter parameter, Problem.Location at, String path) {
    SearchParameter known = definitions.searchParameter(type, parameter.name());
    if (known == null) {
      List<String> codes =
          definitions.searchParameters(type).stream().map(SearchParameter::code).toList();
      error(
          at,
          path,
          type
              + " has no search parameter '"
              + parameter.code()
              + "' in R4."
              + Nearest.hint(parameter.name(), codes),
          "E-RELATION");
      return null;
    }
    String value = parameter.value();
    boolean user = value.equals(USER);
    boolean patient = value.equals(PATIENT);
    boolean id = parameter.name().equals("_id");
    boolean reference = known.type().equals("reference");
    if (!user && !patient && (value.contains("-.user.-") || value.contains("-.patient.-"))) {
      error(at, path, "a placeholder is the whole value of a parameter", "E-RELATION");
      return null;
    }
    boolean fits =
        user
            ? reference
            : patient
                ? reference || (id && type.equals("Patient"))
                : known.type().equals("token") && value.indexOf('\\') < 0;
    List<List<String>> paths = paths(type, parameter);
    if (!fits || !parameter.modifier().isEmpty() || paths.isEmpty()) {
      error(
          at,
          path,
          "'"
              + parameter.code()
              + "' cannot be proven by what the answer says. Ask by references that are {user} or"
              + " {patient}, and by codes.",
          "E-RELATION");
      return null;
    }
    Value kind = user ? Value.USER : patient ? Value.PATIENT : Value.FIXED;
    return new Term(parameter.name(), kind, kind == Value.FIXED ? value : "", paths);
  }

  /** From the resource down; a coding by its code, beside which the system stands. */
  private List<List<String>> paths(String type, Parameter parameter) {
    Set<String> reads = new TreeSet<>(closure.reads(type, parameter.name(), parameter.modifier()));
    reads.removeIf(path -> path.endsWith(".system"));
    return reads.stream()
        .map(path -> List.of(path.substring(type.length() + 1).split("\\.")))
        .toList();
  }

  private void error(Problem.Location at, String path, String message, String code) {
    problems.accept(Problem.error(at, path, message, code));
  }
}
