package io.sallyport.policy.fhir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ca.uhn.fhir.context.BaseRuntimeChildDefinition;
import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.context.RuntimeResourceDefinition;
import io.sallyport.policy.fhir.extract.Extract;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DefinitionsTest {
  private final Definitions r4 = Definitions.r4();

  @Test
  void everyConcreteResourceTypeOfR4IsThere() {
    assertThat(r4.resources()).hasSize(146).contains("Patient", "Observation", "Bundle", "Binary");
    assertThat(r4.isResource("DomainResource")).isFalse();
    assertThat(r4.isResource("HumanName")).isFalse();
  }

  @Test
  void everyElementsTypesResolve() {
    Set<String> unknown = new TreeSet<>();
    for (Definitions.Type type : r4.types()) {
      for (Definitions.Element element : type.elements()) {
        assertThat(element.types()).as(element.path()).isNotEmpty();
        for (String name : element.types()) {
          if (r4.type(name) == null) {
            unknown.add(element.path() + ": " + name);
          }
        }
      }
    }
    assertThat(unknown).isEmpty();
  }

  /** HAPI generated its model from the same publication, by other code: names must agree. */
  @Test
  void theElementsOfEveryResourceAreThoseThatHapiKnows() {
    FhirContext context = FhirContext.forR4Cached();
    Set<String> differences = new TreeSet<>();
    for (String type : r4.resources()) {
      RuntimeResourceDefinition hapi = context.getResourceDefinition(type);
      Set<String> theirs =
          hapi.getChildren().stream()
              .map(BaseRuntimeChildDefinition::getElementName)
              .map(n -> n.replace("[x]", ""))
              .collect(Collectors.toCollection(TreeSet::new));
      Set<String> ours =
          r4.type(type).elements().stream()
              .map(Definitions.Element::name)
              .collect(Collectors.toCollection(TreeSet::new));
      Set<String> beyond = new TreeSet<>(theirs);
      beyond.removeAll(ours);
      beyond.forEach(name -> differences.add(type + "." + name));
      ours.removeAll(theirs);
      assertThat(ours).as(type + " beyond HAPI").isSubsetOf("id", "extension", "modifierExtension");
    }
    // HAPI's classes inherit these from its MetadataResource; R4's definitions do not have them.
    assertThat(differences)
        .containsExactlyInAnyOrder(
            "ChargeItemDefinition.name",
            "CompartmentDefinition.jurisdiction",
            "CompartmentDefinition.title",
            "EffectEvidenceSynthesis.experimental",
            "Evidence.experimental",
            "EvidenceVariable.experimental",
            "ExampleScenario.description",
            "ExampleScenario.title",
            "GraphDefinition.title",
            "NamingSystem.experimental",
            "NamingSystem.title",
            "NamingSystem.url",
            "NamingSystem.version",
            "RiskEvidenceSynthesis.experimental",
            "SearchParameter.title");
  }

  @Test
  void thePatientCompartmentIsThePublishedOne() {
    long members = r4.resources().stream().filter(t -> !r4.patientCompartment(t).isEmpty()).count();
    assertThat(members).isEqualTo(66);
    assertThat(r4.patientCompartment("AllergyIntolerance"))
        .containsExactlyInAnyOrder("patient", "recorder", "asserter");
  }

  @Test
  void clinicalTypesNameTheirPatient() {
    assertThat(r4.patientPaths("Observation")).containsExactly("Observation.subject");
    assertThat(r4.patientPaths("Encounter")).containsExactly("Encounter.subject");
    assertThat(r4.patientPaths("Condition")).containsExactly("Condition.subject");
    assertThat(r4.patientPaths("AllergyIntolerance")).containsExactly("AllergyIntolerance.patient");
    assertThat(r4.patientPaths("Coverage")).containsExactly("Coverage.beneficiary");
    assertThat(r4.patientPaths("MedicationRequest")).containsExactly("MedicationRequest.subject");
    assertThat(r4.patientPaths("Patient")).isEmpty();
  }

  @Test
  void choicesContentReferencesAndModifiersAreKept() {
    assertThat(element("Observation", "value").choice()).isTrue();
    assertThat(element("Observation", "value").types()).contains("Quantity", "string");
    assertThat(element("Questionnaire.item", "item").types()).containsExactly("Questionnaire.item");
    assertThat(element("Observation.component", "referenceRange").types())
        .containsExactly("Observation.referenceRange");
    assertThat(element("Patient", "active").modifier()).isTrue();
    assertThat(element("Patient", "name").list()).isTrue();
    assertThat(element("date", "extension").list()).isTrue();
    assertThat(element("Patient", "contained").types()).containsExactly("Resource");
  }

  @Test
  void searchParametersOfTheAbstractTypesAreEveryTypes() {
    assertThat(r4.searchParameter("Patient", "birthdate").type()).isEqualTo("date");
    assertThat(r4.searchParameter("Patient", "_id")).isNotNull();
    assertThat(r4.searchParameter("Patient", "code")).isNull();
    assertThat(r4.searchParameter("Observation", "code-value-quantity").components()).hasSize(2);
  }

  private Definitions.Element element(String type, String name) {
    return r4.type(type).elements().stream()
        .filter(e -> e.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void nobodyCanChangeThem() {
    Definitions.SearchParameter composite = r4.searchParameter("Observation", "code-value-date");
    Definitions.SearchParameter subject = r4.searchParameter("Observation", "subject");
    Definitions.Type patient = r4.type("Patient");
    for (Collection<?> one :
        List.of(
            r4.resources(),
            r4.types(),
            r4.searchParameters("Patient"),
            r4.patientCompartment("Observation"),
            r4.patientPaths("Observation"),
            patient.elements(),
            patient.elements().get(0).types(),
            composite.components(),
            composite.bases(),
            subject.targets())) {
      assertThat(one).isNotEmpty();
      assertThatThrownBy(one::clear).isInstanceOf(UnsupportedOperationException.class);
    }
  }

  @Test
  void theyAreExtractedAnewWhenTheirSourcesHaveChanged(@TempDir Path dir) throws Exception {
    Path out = dir.resolve("r4.definitions");
    Extract.main(new String[] {out.toString()});
    List<String> made = Files.readAllLines(out);
    assertThat(made).hasSizeGreaterThan(5_000);
    assertThat(made.get(0)).matches("V\t[0-9a-f]{64}");

    // The same sources: what is there stands, even if it is not what we wrote.
    Files.write(out, made.subList(0, 10));
    Extract.main(new String[] {out.toString()});
    assertThat(Files.readAllLines(out)).hasSize(10);

    // Of other sources, or of an older build, whose first line was another.
    for (String first : List.of("V\t" + "0".repeat(64), made.get(1))) {
      Files.writeString(out, first + "\n");
      Extract.main(new String[] {out.toString()});
      assertThat(Files.readAllLines(out)).isEqualTo(made);
    }
  }
}
