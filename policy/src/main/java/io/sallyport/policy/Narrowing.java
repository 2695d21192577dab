package io.sallyport.policy;

import io.sallyport.policy.CompartmentRule.Membership;
import io.sallyport.policy.fhir.Definitions;
import io.sallyport.policy.fhir.Interaction;
import io.sallyport.policy.fhir.Interaction.Parameter;
import io.sallyport.policy.fhir.PatientLinks;
import java.util.ArrayList;
import java.util.List;

/**
 * A search in a compartment asks for that patient's records. This saves work and enforces nothing:
 * a server may ignore a parameter, so every entry is judged by {@link Compartment#holds}. What it
 * does enforce is that no request asks about another patient at all.
 */
final class Narrowing {
  /** Which parameters name whom a resource is about, in order of preference. */
  static final List<String> ABOUT = List.of("patient", "subject", "beneficiary");

  private final Definitions definitions;
  private final PatientLinks patients;
  private final Compartment compartment;

  Narrowing(Definitions definitions, Compartment compartment) {
    this.definitions = definitions;
    this.patients = new PatientLinks(definitions);
    this.compartment = compartment;
  }

  /** Whether a read asks for what the compartment cannot hold: known before anybody is asked. */
  static boolean outside(Compartment compartment, Interaction asked) {
    return asked.type().equals("Patient")
        && (compartment.rule().membership() == Membership.SUBJECT
            || asked.kind() == Interaction.Kind.EVERYTHING)
        && !asked.id().equals(compartment.patient());
  }

  /**
   * The search as the upstream shall see it.
   *
   * @throws Refusal NOT_IN_COMPARTMENT when it names another patient; SEARCH_NOT_PERMITTED for a
   *     search of Patient by anything but the own id
   */
  Interaction of(Interaction asked) {
    String type = asked.type();
    if (compartment.rule().beside().contains(type)) {
      return asked;
    }
    return type.equals("Patient") ? patient(asked) : records(asked);
  }

  /**
   * Whether a parameter is the one that narrowing adds. It is allowed whatever the role may search
   * by, for it asks nothing that we would not ask ourselves; a further page repeats it.
   */
  boolean isOurs(String type, Parameter parameter) {
    if (!parameter.value().endsWith(compartment.patient())) {
      return false; // cheaply: most parameters ask for something else
    }
    Parameter ours = added(type);
    return ours != null
        && parameter.code().equals(ours.code())
        && parameter.value().equals(ours.value());
  }

  /** Null where the type has no parameter for whom it is about. */
  private Parameter added(String type) {
    if (type.equals("Patient")) {
      return new Parameter("_id", "", compartment.patient());
    }
    String code = patients.about(type);
    return code == null ? null : new Parameter(code, "", "Patient/" + compartment.patient());
  }

  private Interaction patient(Interaction asked) {
    List<Parameter> sent = new ArrayList<>();
    for (Parameter parameter : asked.parameters()) {
      boolean mine = isOurs("Patient", parameter);
      if (!mine && !parameter.name().equals("_count") && !IncludeRules.asks(parameter)) {
        throw new Refusal(
            Reason.SEARCH_NOT_PERMITTED, "a compartment of one patient is searched by _id only");
      }
      if (!mine) {
        sent.add(parameter);
      }
    }
    sent.add(added("Patient"));
    return asked.with(sent);
  }

  private Interaction records(Interaction asked) {
    boolean named = false;
    for (Parameter parameter : asked.parameters()) {
      if (patients.toPatient(asked.type(), parameter.name())
          && links(asked.type(), parameter.name())) {
        named |= own(asked.type(), parameter);
      }
    }
    Parameter about = named ? null : added(asked.type());
    if (about == null) {
      return asked;
    }
    List<Parameter> sent = new ArrayList<>(asked.parameters());
    sent.add(about);
    return asked.with(sent);
  }

  /** Whether a parameter is a link by which the compartment has resources of a type. */
  private boolean links(String type, String code) {
    return about(type, code)
        || (compartment.rule().membership() == Membership.COMPARTMENT
            && definitions.patientCompartment(type).contains(code));
  }

  /** Whether one names whom a type is about, or is the one that puts it into a compartment. */
  private boolean about(String type, String code) {
    return PatientLinks.ABOUT.contains(code) || code.equals(patients.link(type));
  }

  /** Whether a parameter names the own patient; about another the search is refused. */
  private boolean own(String type, Parameter parameter) {
    String value = parameter.value();
    boolean plain = parameter.modifier().isEmpty() || parameter.modifier().equals("Patient");
    if (plain && value.equals("Patient/" + compartment.patient())) {
      return true;
    }
    // Without a type the id may be a group's, where the parameter leads to one as well.
    boolean only =
        parameter.name().equals("patient")
            || parameter.modifier().equals("Patient")
            || definitions
                .searchParameter(type, parameter.name())
                .targets()
                .equals(List.of("Patient"));
    if (plain && only && value.equals(compartment.patient())) {
      return true;
    }
    if (about(type, parameter.name())) {
      throw new Refusal(Reason.NOT_IN_COMPARTMENT, "the search is about somebody else");
    }
    return false; // a performer or a recipient may be anybody: the entries tell
  }
}
