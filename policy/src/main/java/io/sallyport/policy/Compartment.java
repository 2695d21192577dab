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
    boolean self = type.equals("Patient") && fact.id().equals(patient);
    return rule.membership() == Membership.COMPARTMENT
        ? self || fact.members().contains(patient)
        : patient.equals(subject(fact));
  }

  /**
   * The one patient that a resource is about; null when it is about nobody, or about two, for it is
   * not shown to one of them.
   */
  static String subject(Fact fact) {
    if (fact.type().equals("Patient")) {
      return fact.id();
    }
    List<String> patients = fact.patients();
    return patients.size() == 1 && !ABOUT_OTHERS.contains(fact.type()) ? patients.get(0) : null;
  }

  @Override
  public String toString() {
    return "[phi]";
  }
}
