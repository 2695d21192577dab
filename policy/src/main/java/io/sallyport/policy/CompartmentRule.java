package io.sallyport.policy;

import java.util.Set;

/**
 * What binds a role to one patient, as the file writes it.
 *
 * @param claim the claim that names the caller's own patient
 * @param membership what makes a resource that patient's
 * @param beside types that are nobody's records, as Practitioner, and released to everybody
 */
public record CompartmentRule(String claim, Membership membership, Set<String> beside) {

  /** What makes a resource a patient's own. */
  public enum Membership {
    /**
     * What it is about: its patient, subject or beneficiary is this patient, and no other. The
     * compartment as FHIR publishes it also holds what merely mentions the patient as performer,
     * recipient, actor or member: other people's records.
     */
    SUBJECT,
    /** Any link that the published CompartmentDefinition lists, linked patients included. */
    COMPARTMENT
  }

  /**
   * The compartment of one caller.
   *
   * @param patient the id that the token names
   */
  Compartment of(String patient) {
    return new Compartment(patient, this);
  }
}
