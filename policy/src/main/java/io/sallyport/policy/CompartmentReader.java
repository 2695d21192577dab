package io.sallyport.policy;

import io.sallyport.policy.CompartmentRule.Membership;
import io.sallyport.policy.RoleRules.Pattern;
import io.sallyport.policy.RoleRules.TypeRule;
import io.sallyport.policy.fhir.Definitions;
import io.sallyport.policy.source.Yaml;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/** {@code compartment: {Patient: token.patient, membership: subject, beside: [Practitioner]}}. */
final class CompartmentReader {
  /**
   * Types outside the compartment that hold or may point to patients' records all the same, or
   * whatever somebody put into them.
   */
  private static final Set<String> OF_SOMEBODY =
      Set.of(
          "Binary",
          "BiologicallyDerivedProduct",
          "Bundle",
          "Contract",
          "Device",
          "GuidanceResponse",
          "Linkage",
          "MessageHeader",
          "Parameters",
          "PaymentNotice",
          "PaymentReconciliation",
          "Task",
          "VerificationResult");

  private final Definitions definitions;
  private final Consumer<Problem> problems;

  CompartmentReader(Definitions definitions, Consumer<Problem> problems) {
    this.definitions = definitions;
    this.problems = problems;
  }

  /** Null when it names no claim: reported, so that the file is not loaded. */
  CompartmentRule read(Yaml node, String path, Map<String, TypeRule> types) {
    Fields fields = new Fields(node, path, Set.of("Patient", "membership", "beside"), problems);
    String claim = fields.text("Patient", "");
    String membership = fields.word("membership", "subject", Set.of("subject", "compartment"));
    Set<String> beside = beside(fields, "the compartment");
    fields.finish();
    if (!claim.startsWith("token.") || claim.equals("token.")) {
      fields.error(
          node.at(),
          "Patient must name a claim, as token.patient: the caller's own patient",
          "E-VALUE");
      return null;
    }
    CompartmentRule rule =
        new CompartmentRule(
            claim.substring("token.".length()),
            membership.equals("subject") ? Membership.SUBJECT : Membership.COMPARTMENT,
            beside);
    nobodys(node, path, types, rule);
    return rule;
  }

  /**
   * {@code beside:}, types that are nobody's records.
   *
   * @param what they stand beside, in words
   */
  Set<String> beside(Fields fields, String what) {
    Set<String> beside = new TreeSet<>();
    for (Pattern type : fields.texts("beside")) {
      String name = type.text();
      if (!definitions.isResource(name)) {
        report(
            type,
            "there is no resource type '"
                + name
                + "' in "
                + definitions.version()
                + "."
                + Nearest.hint(name, definitions.resources()));
      } else if (name.equals("Patient")
          || OF_SOMEBODY.contains(name)
          || !definitions.patientCompartment(name).isEmpty()
          || !definitions.patientPaths(name).isEmpty()) {
        report(
            type,
            "a "
                + name
                + " may be some patient's record, so it cannot stand beside "
                + what
                + ", where everybody sees everything. Take it out of the list: it is then judged by whose"
                + " it is.");
      } else {
        beside.add(name);
      }
    }
    return Set.copyOf(beside);
  }

  private void report(Pattern type, String message) {
    problems.accept(Problem.error(type.at(), type.path(), message, "E-BESIDE"));
  }

  /** Types of which nothing can ever be this caller's. */
  private void nobodys(Yaml node, String path, Map<String, TypeRule> types, CompartmentRule rule) {
    Set<String> nobodys = new TreeSet<>();
    for (String type : types.keySet()) {
      boolean linked =
          rule.membership() == Membership.COMPARTMENT
              ? !definitions.patientCompartment(type).isEmpty()
              : !definitions.patientPaths(type).isEmpty()
                  && !Compartment.ABOUT_OTHERS.contains(type);
      if (!linked && !type.equals("Patient") && !rule.beside().contains(type)) {
        nobodys.add(type);
      }
    }
    if (!nobodys.isEmpty()) {
      problems.accept(
          Problem.warning(
              node.at(),
              path,
              "nothing says whose these are, so none of them is ever released to this role: "
                  + String.join(", ", nobodys)
                  + ". Take them out of types (except, below '*compartment'), or list under beside"
                  + " those that are nobody's.",
              "W-COMPARTMENT"));
    }
  }
}
