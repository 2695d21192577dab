package io.sallyport.policy;

import io.sallyport.policy.redact.Fact;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * What must hold between one caller and the patient a resource is about, and for which patients it
 * is known to. Until it is known it does not hold: whoever does not ask releases nothing.
 *
 * <p>One for each decision; lives with its exchange, on one thread.
 */
public final class Related {
  /** How many patients of one answer are remembered; those before are asked for again. */
  private static final int KNOWN_MAX = 4096;

  private static final Pattern ID = Pattern.compile("[A-Za-z0-9\\-.]{1,64}");

  private final String user;
  private final String named;
  private final List<Relation> relations;
  private final Broken broken;
  private final Set<String> beside;
  private final Map<String, Boolean> known = new HashMap<>();
  private Predicate<String> rest;

  /**
   * @param user {@code Practitioner/p1}
   * @param named the id of the patient that the request names, or ""
   * @param relations all of which must hold, at least one where no glass is broken
   * @param broken the glass that the request breaks: then nothing is released that is not about
   *     that one patient; null for none
   */
  Related(String user, String named, List<Relation> relations, Broken broken) {
    this.user = user;
    this.named = named;
    this.relations = List.copyOf(relations);
    this.broken = broken;
    this.beside = new HashSet<>(broken == null ? relations.get(0).beside() : Set.of());
    relations.forEach(relation -> beside.retainAll(relation.beside()));
  }

  /** The glass that the request breaks: it must be recorded first; null for none. */
  public Broken broken() {
    return broken;
  }

  /** The caller: {@code Practitioner/p1}. */
  public String user() {
    return user;
  }

  /** The id of the patient that the request names; "" when it does not. */
  public String named() {
    return named;
  }

  /** All of which must hold. */
  public List<Relation> relations() {
    return relations;
  }

  /**
   * The patient of whom it is not known whether the relations hold, and must be, before a resource
   * is judged; null when there is none.
   */
  String asks(Fact fact) {
    String patient = beside.contains(fact.type()) ? null : patient(fact);
    return patient == null || rest != null || known.containsKey(patient) ? null : patient;
  }

  /** Whether a resource may be released as far as the relations go. */
  boolean hold(Fact fact) {
    if (beside.contains(fact.type())) {
      return true;
    }
    String patient = patient(fact);
    return patient != null
        && (rest == null ? known.getOrDefault(patient, false) : rest.test(patient));
  }

  // An id is looked up by: one that FHIR does not have is nobody's.
  private String patient(Fact fact) {
    String patient = Compartment.subject(fact);
    boolean another = broken != null && !named.isEmpty() && !named.equals(patient);
    return patient != null && !another && ID.matcher(patient).matches() ? patient : null;
  }

  /** Whether all relations hold with a patient was found out. */
  public void learn(String patient, boolean all) {
    if (known.size() >= KNOWN_MAX) {
      known.clear();
    }
    known.put(patient, all);
  }

  /**
   * For who has nobody to ask: which of them hold.
   *
   * @param holds whether a relation, by its name, holds with a patient, by its id
   */
  public void suppose(BiPredicate<String, String> holds) {
    rest = patient -> relations.stream().allMatch(relation -> holds.test(relation.name(), patient));
  }

  @Override
  public String toString() {
    return "[phi]";
  }
}
