package io.sallyport.policy.redact;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.policy.PolicySet;
import io.sallyport.policy.Problem;
import io.sallyport.policy.RoleRules.Pattern;
import io.sallyport.policy.fhir.Definitions;
import io.sallyport.policy.fhir.Definitions.Element;
import io.sallyport.policy.fhir.Definitions.Kind;
import io.sallyport.policy.fhir.Definitions.Type;
import io.sallyport.policy.redact.Redactor.Layer;
import io.sallyport.policy.redact.View.Visibility;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The samples for de-identified data: what they name, and that nothing else is left. */
class PresetSamplesTest {
  private static final Path ROOT = Path.of(System.getProperty("sallyport.root", ".."));
  private static final Definitions R4 = Definitions.r4();

  private static final View SAFE_HARBOR = view("safe-harbor");
  private static final View LIMITED = view("limited-data-set");

  private static final Problem.Location AT = new Problem.Location("table", 1, 1);

  /** A primitive element that a view shows, somehow. */
  private record Leaf(String path, String type, String owner, String changed) {}

  private static View view(String name) {
    try {
      List<Problem> problems = new ArrayList<>();
      String text = Files.readString(ROOT.resolve("config-samples/policies/" + name + ".yaml"));
      PolicySet policy = PolicySet.read(name, text, problems::add);
      assertThat(problems)
          .allSatisfy(problem -> assertThat(problem.code()).isEqualTo("W-REQUIRED"));
      return policy.view(name);
    } catch (IOException missing) {
      throw new AssertionError(missing);
    }
  }

  private static List<Leaf> leaves(View view) {
    List<Leaf> leaves = new ArrayList<>();
    for (String type : R4.resources()) {
      if (view.shows(type)) {
        leaves(view, type, type, List.of(), leaves);
      }
    }
    return leaves;
  }

  private static void leaves(View view, String path, String type, List<String> in, List<Leaf> to) {
    List<String> chain = new ArrayList<>(in);
    chain.add(type);
    for (Element element : R4.type(type).elements()) {
      for (String of : element.types()) {
        String here = path + "." + element.name() + (element.choice() ? PathRule.capital(of) : "");
        Type definition = R4.type(of);
        if (view.visibility(here) == Visibility.HIDDEN || chain.contains(of)) {
          continue;
        }
        if (definition.kind() == Kind.PRIMITIVE) {
          to.add(new Leaf(here, of, type, view.changed(here)));
        } else {
          leaves(view, here, of, chain, to);
        }
      }
    }
  }

  @Test
  void safeHarborLeavesCodesNumbersYearsAndWhatIsNamed() {
    List<Leaf> leaves = leaves(SAFE_HARBOR);
    assertThat(leaves).hasSizeGreaterThan(100);
    for (Leaf leaf : leaves) {
      String kept =
          switch (leaf.type()) {
            case "date", "dateTime" -> "year";
            case "code", "boolean", "uri" -> "";
            case "decimal" -> leaf.owner().equals("Age") ? "age-cap" : "";
            case "string" ->
                leaf.path().equals("Patient.address.postalCode")
                    ? "zip3"
                    : leaf.owner().equals("Coding") && leaf.path().endsWith(".version")
                            || Set.of("Patient.address.state", "Patient.address.country")
                                .contains(leaf.path())
                        ? ""
                        : "no text";
            default -> "nothing of this type";
          };
      assertThat(leaf.changed()).as(leaf.toString()).isEqualTo(kept);
    }
  }

  @Test
  void aLimitedDataSetLeavesNoTextButPlacesUnitsAndIds() {
    List<Leaf> leaves = leaves(LIMITED);
    assertThat(leaves).hasSizeGreaterThan(100);
    Set<String> texts =
        Set.of("Address.city", "Address.state", "Address.postalCode", "Address.country");
    for (Leaf leaf : leaves) {
      String name = leaf.path().substring(leaf.path().lastIndexOf('.') + 1);
      if (leaf.type().equals("string") || leaf.type().equals("markdown")) {
        boolean id = name.equals("id");
        boolean unit =
            name.equals("unit") || (leaf.owner().equals("Coding") && name.equals("version"));
        boolean reference = leaf.owner().equals("Reference") && name.equals("reference");
        assertThat(id || unit || reference || texts.contains(leaf.owner() + "." + name))
            .as(leaf.toString())
            .isTrue();
      }
      assertThat(leaf.type())
          .as(leaf.toString())
          .isNotIn("base64Binary", "xhtml", "url", "oid", "uuid");
    }
  }

  /** 164.514(b)(2)(i)(A) to (R), and (e)(2) beside it. */
  @ParameterizedTest
  @CsvSource({
    "A, Patient.name, HIDDEN, HIDDEN",
    "A, Patient.contact, HIDDEN, HIDDEN",
    "A, Patient.managingOrganization, HIDDEN, HIDDEN",
    "A, Observation.subject.display, HIDDEN, HIDDEN",
    "A, Observation.performer, HIDDEN, HIDDEN",
    "A, Condition.note, HIDDEN, HIDDEN",
    "B, Patient.address.line, HIDDEN, HIDDEN",
    "B, Patient.address.text, HIDDEN, HIDDEN",
    "B, Patient.address.district, HIDDEN, HIDDEN",
    "B, Patient.address.city, HIDDEN, FULL",
    "B, Patient.address.state, FULL, FULL",
    "B, Patient.address.postalCode, CHANGED, FULL",
    "B, Encounter.location, HIDDEN, HIDDEN",
    "C, Patient.birthDate, HIDDEN, FULL",
    "C, Patient.deceasedDateTime, CHANGED, FULL",
    "C, Encounter.period.start, CHANGED, FULL",
    "C, Encounter.period.end, CHANGED, FULL",
    "C, Condition.onsetDateTime, CHANGED, FULL",
    "C, Condition.onsetAge.value, CHANGED, FULL",
    "C, Condition.onsetString, HIDDEN, HIDDEN",
    "C, Condition.recordedDate, CHANGED, FULL",
    "C, Observation.issued, HIDDEN, FULL",
    "C, Patient.meta.lastUpdated, HIDDEN, FULL",
    "C, Observation.valueDateTime, HIDDEN, FULL",
    "D-F, Patient.telecom, HIDDEN, HIDDEN",
    "G-K, Patient.identifier, HIDDEN, HIDDEN",
    "G-K, Encounter.identifier, HIDDEN, HIDDEN",
    "G-K, Observation.subject.identifier, HIDDEN, HIDDEN",
    "L-M, Observation.device, HIDDEN, HIDDEN",
    "N-O, Patient.meta.source, HIDDEN, HIDDEN",
    "P-Q, Patient.photo, HIDDEN, HIDDEN",
    "R, Patient.id, HIDDEN, FULL",
    "R, Observation.subject.reference, HIDDEN, FULL",
    "R, Patient.text, HIDDEN, HIDDEN",
    "R, Patient.extension, HIDDEN, HIDDEN",
    "R, Patient.contained, HIDDEN, HIDDEN",
    "R, Observation.code.text, HIDDEN, HIDDEN",
    "R, Observation.valueString, HIDDEN, HIDDEN",
    "R, Claim.id, HIDDEN, HIDDEN",
    "R, Patient.meta.versionId, HIDDEN, FULL",
    "R, Observation.encounter.reference, HIDDEN, FULL",
    "B, Patient.address.country, FULL, FULL",
    "A, Patient.name.family, HIDDEN, HIDDEN",
    "A, Patient.name.text, HIDDEN, HIDDEN",
    "A, Patient.contact.name, HIDDEN, HIDDEN",
    "A, RelatedPerson.name, HIDDEN, HIDDEN",
    "A, Person.name, HIDDEN, HIDDEN",
    "A, Practitioner.name, HIDDEN, HIDDEN",
    "A, Account.name, HIDDEN, HIDDEN",
    "A, Group.name, HIDDEN, HIDDEN",
    "A, List.title, HIDDEN, HIDDEN",
    "A, CareTeam.name, HIDDEN, HIDDEN",
    "A, Organization.name, HIDDEN, HIDDEN",
    "A, Location.name, HIDDEN, HIDDEN",
    "A, Observation.note.authorString, HIDDEN, HIDDEN",
    "A, Encounter.subject.display, HIDDEN, HIDDEN",
    "A, Consent.sourceAttachment, HIDDEN, HIDDEN",
    "A, Provenance.signature, HIDDEN, HIDDEN",
    "B, Patient.contact.address, HIDDEN, HIDDEN",
    "B, Location.address, HIDDEN, HIDDEN",
    "B, Location.position, HIDDEN, HIDDEN",
    "B, Organization.address, HIDDEN, HIDDEN",
    "B, Practitioner.address, HIDDEN, HIDDEN",
    "B, RelatedPerson.address, HIDDEN, HIDDEN",
    "C, Patient.multipleBirthInteger, HIDDEN, HIDDEN",
    "C, FamilyMemberHistory.born, HIDDEN, HIDDEN",
    "C, FamilyMemberHistory.age, HIDDEN, HIDDEN",
    "C, Encounter.statusHistory.period, HIDDEN, HIDDEN",
    "C, MedicationRequest.dosageInstruction.timing, HIDDEN, HIDDEN",
    "D-F, Patient.contact.telecom, HIDDEN, HIDDEN",
    "D-F, Practitioner.telecom, HIDDEN, HIDDEN",
    "D-F, RelatedPerson.telecom, HIDDEN, HIDDEN",
    "D-F, Organization.telecom, HIDDEN, HIDDEN",
    "D-F, Location.telecom, HIDDEN, HIDDEN",
    "D-F, HealthcareService.telecom, HIDDEN, HIDDEN",
    "D-F, Endpoint.contact, HIDDEN, HIDDEN",
    "G-K, Coverage.subscriberId, HIDDEN, HIDDEN",
    "G-K, Coverage.dependent, HIDDEN, HIDDEN",
    "G-K, Coverage.class.value, HIDDEN, HIDDEN",
    "G-K, Coverage.identifier, HIDDEN, HIDDEN",
    "G-K, Claim.identifier, HIDDEN, HIDDEN",
    "G-K, ExplanationOfBenefit.identifier, HIDDEN, HIDDEN",
    "G-K, Account.identifier, HIDDEN, HIDDEN",
    "G-K, Practitioner.identifier, HIDDEN, HIDDEN",
    "G-K, Practitioner.qualification.identifier, HIDDEN, HIDDEN",
    "G-K, RelatedPerson.identifier, HIDDEN, HIDDEN",
    "G-K, Claim.insurance.preAuthRef, HIDDEN, HIDDEN",
    "G-K, ExplanationOfBenefit.preAuthRef, HIDDEN, HIDDEN",
    "G-K, Condition.subject.identifier, HIDDEN, HIDDEN",
    "L-M, Device.identifier, HIDDEN, HIDDEN",
    "L-M, Device.udiCarrier, HIDDEN, HIDDEN",
    "L-M, Device.serialNumber, HIDDEN, HIDDEN",
    "L-M, Device.distinctIdentifier, HIDDEN, HIDDEN",
    "L-M, Device.lotNumber, HIDDEN, HIDDEN",
    "L-M, DeviceUseStatement.device, HIDDEN, HIDDEN",
    "L-M, Claim.accident.location, HIDDEN, HIDDEN",
    "L-M, Procedure.focalDevice, HIDDEN, HIDDEN",
    "L-M, Procedure.usedReference, HIDDEN, HIDDEN",
    "N-O, Patient.photo.url, HIDDEN, HIDDEN",
    "N-O, Endpoint.address, HIDDEN, HIDDEN",
    "N-O, DocumentReference.content.attachment.url, HIDDEN, HIDDEN",
    "N-O, AuditEvent.agent.network, HIDDEN, HIDDEN",
    "N-O, AuditEvent.source, HIDDEN, HIDDEN",
    "N-O, PractitionerRole.endpoint, HIDDEN, HIDDEN",
    "P-Q, Patient.photo.data, HIDDEN, HIDDEN",
    "P-Q, Practitioner.photo, HIDDEN, HIDDEN",
    "P-Q, RelatedPerson.photo, HIDDEN, HIDDEN",
    "P-Q, Person.photo, HIDDEN, HIDDEN",
    "P-Q, Media.content, HIDDEN, HIDDEN",
    "P-Q, DiagnosticReport.presentedForm, HIDDEN, HIDDEN",
    "P-Q, DiagnosticReport.media, HIDDEN, HIDDEN",
    "P-Q, BodyStructure.image, HIDDEN, HIDDEN",
    "P-Q, Observation.bodySite.text, HIDDEN, HIDDEN",
    "R, Patient.implicitRules, HIDDEN, HIDDEN",
    "R, Observation.specimen, HIDDEN, HIDDEN",
    "R, Observation.basedOn, HIDDEN, HIDDEN",
    "R, ImagingStudy.identifier, HIDDEN, HIDDEN",
    "R, ImagingStudy.series.uid, HIDDEN, HIDDEN",
    "R, Specimen.accessionIdentifier, HIDDEN, HIDDEN",
    "R, Bundle.identifier, HIDDEN, HIDDEN",
    "R, Composition.identifier, HIDDEN, HIDDEN",
    "R, DocumentReference.masterIdentifier, HIDDEN, HIDDEN",
    "R, Communication.payload, HIDDEN, HIDDEN",
    "R, QuestionnaireResponse.item, HIDDEN, HIDDEN",
    "R, Task.input, HIDDEN, HIDDEN",
    "R, Flag.code, HIDDEN, HIDDEN",
    "R, AuditEvent.entity.query, HIDDEN, HIDDEN",
  })
  void eachIdentifierIsAsTheRuleSays(
      String identifier, String path, Visibility safe, Visibility limited) {
    // A path that names nothing is hidden, too.
    assertThat(PathRule.parse(R4, new Pattern(path, AT, "p"), null, problem -> {}))
        .as(path)
        .isNotNull();
    assertThat(SAFE_HARBOR.visibility(path)).as(identifier).isEqualTo(safe);
    assertThat(LIMITED.visibility(path)).as(identifier).isEqualTo(limited);
  }

  @Test
  void aPatientAsSafeHarbor() {
    String json =
        "{\"resourceType\":\"Patient\",\"id\":\"p1\",\"meta\":{\"source\":\"urn:a\"},\"active\":true,"
            + "\"text\":{\"status\":\"generated\",\"div\":\"<div>Ann</div>\"},"
            + "\"identifier\":[{\"value\":\"123-45-6789\"}],\"name\":[{\"family\":\"Ann\"}],"
            + "\"gender\":\"female\",\"birthDate\":\"1930-02-03\",\"deceasedDateTime\":\"2020-04-05\","
            + "\"address\":[{\"line\":[\"1 Main St\"],\"city\":\"Bath\",\"state\":\"ME\",\"postalCode\":\"03601\"}]}";
    assertThat(Views.redact(SAFE_HARBOR, Layer.ELEMENT, json))
        .isEqualTo(
            "{\"resourceType\":\"Patient\",\"active\":true,\"gender\":\"female\","
                + "\"deceasedDateTime\":\"2020\",\"address\":[{\"state\":\"ME\",\"postalCode\":\"000\"}]}");
  }
}
