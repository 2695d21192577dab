package io.sallyport.policy;

import io.sallyport.policy.RoleRules.TypeRule;
import io.sallyport.policy.fhir.Definitions;
import io.sallyport.policy.fhir.Interaction;
import io.sallyport.policy.fhir.Interaction.Kind;
import io.sallyport.policy.fhir.Interaction.Parameter;
import io.sallyport.policy.fhir.PatientLinks;
import io.sallyport.policy.fhir.SearchClosure;
import io.sallyport.policy.redact.View;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * What may be asked of history and of operations. They choose what they answer by elements that
 * their parameters do not name: whoever does not see those may not ask.
 */
final class OperationRules {
  private static final String UPDATED = "_lastUpdated";

  private final Definitions definitions;
  private final SearchRules rules;
  private final Role role;

  OperationRules(Definitions definitions, SearchClosure closure, Role role) {
    this.definitions = definitions;
    this.rules = new SearchRules(definitions, closure, role.view());
    this.role = role;
  }

  /**
   * Refuses what a role may not ask.
   *
   * @param unfiltered whether everything of the type is released to the caller whatever it holds
   * @param types the types that come by themselves
   */
  void check(Interaction asked, boolean unfiltered, Set<String> types) {
    switch (asked.kind()) {
      case HISTORY -> history(asked, unfiltered);
      case LASTN -> lastn(unfiltered);
      case EVERYTHING -> everything(asked, types);
      default -> {}
    }
  }

  /**
   * Of a resource, its current version tells whether the older ones are released. Nothing tells it
   * of all resources of a type.
   */
  private void history(Interaction asked, boolean unfiltered) {
    if (asked.id().isEmpty() && !unfiltered) {
      throw refused("the history of a type is for roles that are given all of it");
    }
    for (Parameter parameter : asked.parameters()) {
      if (!parameter.name().equals("_count")) {
        updated(asked.type());
      }
    }
  }

  /**
   * The newest of each code: where some are withheld, one that is missing would tell of them, for
   * older ones are there.
   */
  private void lastn(boolean unfiltered) {
    if (!unfiltered) {
      throw refused("the newest Observations are for roles that are given all of them");
    }
    for (String code : List.of("code", "date")) {
      if (rules.blocker("Observation", code, "") != null) {
        throw refused("the newest by code and date are for roles that see both");
      }
    }
  }

  private void everything(Interaction asked, Set<String> types) {
    if (types.isEmpty()) {
      throw refused("no type of those asked for is the caller's to find by its patient");
    }
    for (Parameter parameter : asked.parameters()) {
      switch (parameter.name()) {
        case "_since" -> types.forEach(this::updated);
        case "start", "end" -> types.forEach(this::whole);
        default -> {}
      }
    }
  }

  private void updated(String type) {
    if (rules.blocker(type, UPDATED, "") != null) {
      throw refused("times of change are for roles that see meta.lastUpdated");
    }
  }

  /** No definition says which dates are meant. */
  private void whole(String type) {
    if (!role.view().whole(type)) {
      throw refused("dates of care are for roles that see all of each type");
    }
  }

  /**
   * The types that a patient's records may be of, of those that were asked for: the role may read
   * or search each, and sees by which elements it is the patient's. What is found by a link that is
   * hidden would tell of it. So would what is nobody's record: a Practitioner comes because some
   * record names them, perhaps one that is withheld, and on whichever page the record system likes.
   *
   * @param open whether nothing but its resources' own facts keeps a type from this caller
   */
  Set<String> everything(Interaction asked, Predicate<String> open) {
    Set<String> types = new TreeSet<>();
    for (TypeRule rule : role.rules().types().values()) {
      String type = rule.type();
      boolean gives = rule.does().contains("read") || rule.does().contains("search");
      if (gives && role.view().shows(type) && linked(type) && open.test(type)) {
        types.add(type);
      }
    }
    for (Parameter parameter : asked.parameters()) {
      if (parameter.name().equals("_type")) {
        types.retainAll(List.of(parameter.value().split(",")));
      }
    }
    return types;
  }

  /**
   * The request for a patient's records as the record system shall see it: for the types that are
   * given, where these are not all. Many in a row that are withheld would tell of themselves.
   */
  Interaction narrowed(Interaction asked, Set<String> types) {
    PatientLinks patients = new PatientLinks(definitions);
    boolean all =
        definitions.resources().stream()
            .allMatch(type -> patients.link(type) == null || types.contains(type));
    if (all) {
      return asked;
    }
    List<Parameter> sent = new ArrayList<>(asked.parameters());
    sent.removeIf(parameter -> parameter.name().equals("_type"));
    sent.add(new Parameter("_type", "", String.join(",", new TreeSet<>(types))));
    return asked.with(sent);
  }

  private boolean linked(String type) {
    if (type.equals("Patient")) {
      return true;
    }
    // Other links do not matter: what is the patient's by them alone is withheld.
    String link = new PatientLinks(definitions).link(type);
    return link != null
        && rules.blocker(type, link, "") == null
        && definitions.patientPaths(type).stream().allMatch(this::seen);
  }

  private boolean seen(String path) {
    return role.view().visibility(path + ".reference") == View.Visibility.FULL;
  }

  private static Refusal refused(String why) {
    return new Refusal(Reason.SEARCH_NOT_PERMITTED, why);
  }

  /** Whether a parameter of this interaction is its own, and no search by an element. */
  static boolean isOwn(Kind kind, Parameter parameter) {
    return kind == Kind.HISTORY
        || kind == Kind.EVERYTHING
        || kind == Kind.LASTN && parameter.name().equals("max");
  }
}
