package io.sallyport.policy;

import io.sallyport.policy.CompartmentRule.Membership;
import io.sallyport.policy.redact.Fact;
import java.util.List;
import java.util.Set;

/**
 * The one patient whose records a caller may see. It is decided by what each released resource
 * itself says: a record system may ignore what it is asked to narrow a search to.
 *
 * @param patient the logical id of the caller's own patient
 * @see <a href="https://hl7.org/fhir/R4/compartmentdefinition-patient.html">Patient compartment</a>
 */
public record Compartment(String patient, CompartmentRule rule) {
  /**
   * They name a patient among what was touched, changed or linked, which is not whom they are
   * about.
   */
  static final Set<String> ABOUT_OTHERS = Set.of("AuditEvent", "Person", "Provenance");

  /** Whether a resource with these facts may be released. A fact that is missing denies. */
  public boolean holds(Fact fact) {
    String type = fact.type();
    if (rule.beside().contains(type)) {
      return true;
    }
    if (type.equals("Patient") && fact.id().equals(patient)) {
      return true;
    }
    if (rule.membership() == Membership.COMPARTMENT) {
      return fact.members().contains(patient);
    }
    // A resource about two patients is not shown to one of them.
    return !type.equals("Patient")
        && !ABOUT_OTHERS.contains(type)
        && fact.patients().equals(List.of(patient));
  }

  @Override
  public String toString() {
    return "[phi]";
  }
}
