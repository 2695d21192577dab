package io.sallyport.policy.fhir;

import io.sallyport.policy.Reason;
import io.sallyport.policy.Refusal;
import io.sallyport.policy.fhir.Definitions.SearchParameter;
import io.sallyport.policy.fhir.Interaction.Parameter;
import java.util.List;

/**
 * By which search parameter records are a patient's. A type may have several links to patients:
 * what it is about comes before who performed or received it.
 *
 * @see <a href="https://hl7.org/fhir/R4/compartmentdefinition-patient.html">Patient compartment</a>
 */
public final class PatientLinks {
  /** Which parameters name whom a resource is about, in order of preference. */
  public static final List<String> ABOUT = List.of("patient", "subject", "beneficiary");

  private final Definitions definitions;

  public PatientLinks(Definitions definitions) {
    this.definitions = definitions;
  }

  /** The parameter that names whom a type is about; null where it has none of that meaning. */
  public String about(String type) {
    for (String code : ABOUT) {
      if (toPatient(type, code)) {
        return code;
      }
    }
    return null;
  }

  /**
   * The parameter that a search in the compartment stands for: whom the type is about, or the one
   * link that the compartment lists where it is about nobody; null for a type outside.
   */
  public String link(String type) {
    List<String> links = definitions.patientCompartment(type);
    if (links.isEmpty()) {
      return null;
    }
    String about = about(type);
    return about != null ? about : links.size() == 1 ? links.get(0) : null;
  }

  /** Whether a parameter of a type may name a patient. */
  public boolean toPatient(String type, String code) {
    SearchParameter parameter = definitions.searchParameter(type, code);
    return parameter != null
        && parameter.type().equals("reference")
        && parameter.targets().contains("Patient");
  }

  /** What {@code Patient/123/Condition} asks of Conditions; refuses any other compartment. */
  Parameter compartment(String of, String id, String type) {
    if (!of.equals("Patient")) {
      throw unsupported("only the compartment of a Patient is searched");
    }
    if (type.equals("*")) {
      throw unsupported("a search of all types at once; ask for each, or for $everything");
    }
    if (!definitions.isResource(type)) {
      throw new Refusal(Reason.UNKNOWN_ROUTE, "path names no resource type");
    }
    if (type.equals("Patient")) {
      return new Parameter("_id", "", id);
    }
    String link = link(type);
    if (link == null) {
      throw unsupported("the type is not in the compartment of a patient");
    }
    return new Parameter(link, "", "Patient/" + id);
  }

  private static Refusal unsupported(String why) {
    return new Refusal(Reason.INTERACTION_NOT_SUPPORTED, why);
  }
}
