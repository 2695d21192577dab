package io.sallyport.policy;

import io.sallyport.policy.fhir.Interaction;
import io.sallyport.policy.fhir.Interaction.Kind;
import io.sallyport.policy.fhir.Interaction.Parameter;
import io.sallyport.policy.fhir.InteractionParser;
import io.sallyport.policy.redact.JsonTree;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A fact between a user and a patient that the record system is asked for: {@code
 * CareTeam?patient={patient}&participant={user}&status=active}. It holds when the answer has a
 * resource of which every parameter is true by its own elements: a server may ignore what it is
 * asked, and what it says of itself proves nothing.
 *
 * @param name as the policy writes it: {@code care-team}
 * @param type the resource type that is searched
 * @param terms what its resource must say, all of them
 * @param beside types that are nobody's record, and released although no relation can hold with
 *     them
 * @param cacheSeconds how long an answer that it holds is taken for true
 */
public record Relation(
    String name, String type, List<Term> terms, Set<String> beside, int cacheSeconds) {
  /** What one value of a parameter stands for. */
  public enum Value {
    USER,
    PATIENT,
    /** A token as it is written. */
    FIXED
  }

  /**
   * One parameter.
   *
   * @param code as in the search, with its modifier
   * @param value what it is asked with
   * @param text of {@link Value#FIXED}: as written, several separated by commas
   * @param paths the elements that it reads, from the resource: {@code
   *     participant.member.reference}
   */
  public record Term(String code, Value value, String text, List<List<String>> paths) {
    public Term {
      paths = List.copyOf(paths);
    }
  }

  public Relation {
    terms = List.copyOf(terms);
    beside = Set.copyOf(beside);
  }

  /**
   * What the record system is asked, relative to its base, its values percent-encoded.
   *
   * @param user {@code Practitioner/p1}
   * @param patient the patient's id
   */
  public String ask(String user, String patient) {
    List<Parameter> parameters = new ArrayList<>();
    for (Term term : terms) {
      parameters.add(new Parameter(term.code(), "", text(term, user, patient)));
    }
    return InteractionParser.canonical(new Interaction(Kind.SEARCH, type, "", "", parameters));
  }

  private static String text(Term term, String user, String patient) {
    return switch (term.value()) {
      case USER -> user;
      case PATIENT -> term.code().equals("_id") ? patient : "Patient/" + patient;
      case FIXED -> term.text();
    };
  }

  /**
   * Whether an answer proves it.
   *
   * @param json the answer, whole
   * @param base the record system's base URL without a slash at its end
   * @throws Refusal UPSTREAM_INVALID when it is not a strict JSON searchset
   */
  public boolean provenBy(byte[] json, String base, String user, String patient) {
    Object root = JsonTree.of(json);
    if (!(root instanceof Map<?, ?> bundle)
        || !"Bundle".equals(bundle.get("resourceType"))
        || !"searchset".equals(bundle.get("type"))) {
      throw new Refusal(Reason.UPSTREAM_INVALID, "not a searchset");
    }
    for (Object resource : JsonTree.at(root, List.of("entry", "resource"))) {
      if (resource instanceof Map<?, ?> map
          && type.equals(map.get("resourceType"))
          && terms.stream().allMatch(term -> says(resource, term, base, user, patient))) {
        return true;
      }
    }
    return false;
  }

  private static boolean says(
      Object resource, Term term, String base, String user, String patient) {
    String wanted = text(term, user, patient);
    for (List<String> path : term.paths()) {
      if (term.value() == Value.FIXED) {
        for (String token : wanted.split(",")) {
          if (token(resource, path, token)) {
            return true;
          }
        }
      } else if (JsonTree.at(resource, path).stream()
          .anyMatch(value -> value instanceof String text && same(text, wanted, base))) {
        return true;
      }
    }
    return false;
  }

  /** A literal reference, relative or below the record system's base, of whichever version. */
  private static boolean same(String reference, String wanted, String base) {
    String relative =
        reference.startsWith(base + "/") ? reference.substring(base.length() + 1) : reference;
    return relative.equals(wanted) || relative.startsWith(wanted + "/_history/");
  }

  /** {@code code} or {@code system|code}: both halves of one and the same coding. */
  private static boolean token(Object resource, List<String> path, String token) {
    int bar = token.indexOf('|');
    String code = token.substring(bar + 1);
    int last = path.size() - 1;
    if (bar < 0) {
      return JsonTree.at(resource, path).contains(code);
    }
    String system = token.substring(0, bar);
    return JsonTree.at(resource, path.subList(0, last)).stream()
        .anyMatch(
            coding ->
                coding instanceof Map<?, ?> map
                    && code.equals(map.get(path.get(last)))
                    && (system.isEmpty()
                        ? map.get("system") == null
                        : system.equals(map.get("system"))));
  }
}
