package io.sallyport.policy.fhir;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class SearchClosureTest {
  private final Definitions r4 = Definitions.r4();
  private final SearchClosure closure = SearchClosure.of(r4);

  /**
   * A parameter whose reads we cannot name is blocked; these are the ones, and each has its reason.
   */
  @Test
  void everyPublishedParameterIsUnderstoodButTheNamedOnes() {
    Set<String> blocked = new TreeSet<>();
    int understood = 0;
    for (String type : r4.resources()) {
      for (Definitions.SearchParameter parameter : r4.searchParameters(type)) {
        if (closure.reads(type, parameter.code(), "").isEmpty()) {
          blocked.add(
              parameter.code().startsWith("_") ? parameter.code() : type + "." + parameter.code());
        } else {
          understood++;
        }
      }
    }
    assertThat(understood).isGreaterThan(2000);
    // No expression: _content, _query, _text. A component that starts at %resource: the composites.
    assertThat(blocked)
        .containsExactlyInAnyOrder(
            "_content",
            "_query",
            "_text",
            "MolecularSequence.chromosome-variant-coordinate",
            "MolecularSequence.referenceseqid-variant-coordinate");
  }

  @Test
  void everyReadPathExists() {
    for (String type : r4.resources()) {
      for (Definitions.SearchParameter parameter : r4.searchParameters(type)) {
        for (String path : closure.reads(type, parameter.code(), "")) {
          assertThat(exists(path)).as(type + "." + parameter.code() + " reads " + path).isTrue();
        }
      }
    }
  }

  /** Walks a path through the definitions, a choice by its bare or its typed name. */
  private boolean exists(String path) {
    String[] steps = path.split("\\.");
    Set<String> here = Set.of(steps[0]);
    for (int i = 1; i < steps.length; i++) {
      Set<String> next = new TreeSet<>();
      for (String type : here) {
        for (Definitions.Element element : r4.type(type).elements()) {
          for (String wanted : element.types()) {
            String typed =
                element.name() + Character.toUpperCase(wanted.charAt(0)) + wanted.substring(1);
            if (element.name().equals(steps[i]) || (element.choice() && typed.equals(steps[i]))) {
              next.add(wanted);
            }
          }
        }
      }
      here = next;
    }
    return !here.isEmpty();
  }

  @Test
  void everyTypeOfAChoiceThatACompositeReadsIsRead() {
    assertThat(closure.reads("Observation", "code-value-date", ""))
        .contains("Observation.valueDateTime", "Observation.valuePeriod");
  }

  @Test
  void whatIsNotUnderstoodReadsNothing() {
    Expressions expressions = new Expressions(r4);
    for (String odd :
        List.of(
            "Patient.name.first()",
            "Patient.name | Patient.birthDate.toString()",
            "Patient.name or Patient.gender",
            "(Patient.name",
            "Patient.deceased.as(Quantity)")) {
      assertThat(expressions.read("Patient", odd).results()).as(odd).isEmpty();
    }
    assertThat(expressions.read("Patient", "Patient.name | Patient.gender").results()).hasSize(2);
  }

  @Test
  void leavesFollowTheParametersType() {
    assertThat(closure.reads("Patient", "birthdate", "")).containsExactly("Patient.birthDate");
    assertThat(closure.reads("Patient", "identifier", ""))
        .containsExactly("Patient.identifier.system", "Patient.identifier.value");
    assertThat(closure.reads("Observation", "code", ""))
        .containsExactly("Observation.code.coding.code", "Observation.code.coding.system");
    assertThat(closure.reads("Observation", "subject", ""))
        .containsExactly("Observation.subject.reference");
    assertThat(closure.reads("Observation", "patient", ""))
        .containsExactly("Observation.subject.reference");
    assertThat(closure.reads("Patient", "email", ""))
        .containsExactly("Patient.telecom.system", "Patient.telecom.value");
    assertThat(closure.reads("Patient", "deceased", "")).contains("Patient.deceased");
    assertThat(closure.reads("Patient", "_id", "")).containsExactly("Patient.id");
    assertThat(closure.reads("Patient", "_tag", ""))
        .containsExactly("Patient.meta.tag.code", "Patient.meta.tag.system");
    assertThat(closure.reads("Observation", "value-quantity", ""))
        .contains("Observation.valueQuantity.value");
  }

  @Test
  @Tag("A2")
  void modifiersAddWhatTheyRead() {
    assertThat(closure.reads("Observation", "code", "text"))
        .contains("Observation.code.text", "Observation.code.coding.display");
    assertThat(closure.reads("Observation", "subject", "identifier"))
        .contains("Observation.subject.identifier");
    assertThat(closure.reads("Patient", "birthdate", "missing"))
        .containsExactly("Patient.birthDate");
    assertThat(closure.reads("Patient", "birthdate", "sneaky")).isEmpty();
    // An element is not missing where only a text, a display or an extension of it is there.
    assertThat(closure.reads("Observation", "code", "missing")).containsExactly("Observation.code");
    assertThat(closure.reads("Observation", "subject", "missing"))
        .containsExactly("Observation.subject");
    assertThat(closure.reads("Observation", "subject", "Patient"))
        .containsExactly("Observation.subject.reference");
  }

  /** FHIR R4 search.html, the table of modifiers: what is not there for a type reads nothing. */
  @Test
  @Tag("A2")
  void aModifierIsOneOfItsParametersType() {
    Map<String, Set<String>> legal =
        Map.of(
            "string", Set.of("exact", "contains"),
            "token", Set.of("text", "not", "in", "not-in", "above", "below", "of-type"),
            "reference", Set.of("identifier", "above", "below"),
            "uri", Set.of("above", "below"),
            "date", Set.of(),
            "number", Set.of(),
            "quantity", Set.of());
    Map<String, String> examples =
        Map.of(
            "string", "Patient.family",
            "token", "Patient.identifier",
            "reference", "Observation.subject",
            "uri", "ValueSet.url",
            "date", "Patient.birthdate",
            "number", "RiskAssessment.probability",
            "quantity", "Observation.value-quantity");
    Set<String> all = new TreeSet<>();
    legal.values().forEach(all::addAll);
    examples.forEach(
        (parameterType, example) -> {
          String[] at = example.split("\\.");
          assertThat(r4.searchParameter(at[0], at[1]).type()).isEqualTo(parameterType);
          assertThat(closure.reads(at[0], at[1], "missing")).as(example).isNotEmpty();
          for (String modifier : all) {
            assertThat(closure.reads(at[0], at[1], modifier).isEmpty())
                .as(example + ":" + modifier)
                .isEqualTo(!legal.get(parameterType).contains(modifier));
          }
        });
  }

  @Test
  void aTypeAsModifierIsOneThatTheParameterCanLeadTo() {
    assertThat(closure.reads("Observation", "performer", "Practitioner")).isNotEmpty();
    assertThat(closure.reads("Observation", "focus", "Medication")).isNotEmpty();
    for (String wrong : List.of("Practitioner", "Nonsense", "Resource", "DomainResource", "Age")) {
      assertThat(closure.reads("Observation", "subject", wrong)).as(wrong).isEmpty();
    }
    assertThat(closure.reads("Patient", "gender", "Patient")).isEmpty();
  }

  /**
   * All of nothing is true: a composite must read its components, or hidden values can be bisected.
   */
  @Test
  @Tag("A6")
  void compositesReadTheirComponents() {
    assertThat(closure.reads("Observation", "code-value-quantity", ""))
        .contains("Observation.code", "Observation.valueQuantity");
    assertThat(closure.reads("Observation", "component-code-value-quantity", ""))
        .contains("Observation.component.code", "Observation.component.valueQuantity");
  }

  @Test
  @Tag("A1")
  void hidingTheIdentityOfAPatientClosesFifteenParameters() {
    Set<String> hidden = Set.of("birthDate", "name", "telecom", "address", "identifier");
    long closed =
        r4.searchParameters("Patient").stream()
            .filter(p -> p.bases().contains("Patient"))
            .filter(
                p ->
                    closure.reads("Patient", p.code(), "").stream()
                        .anyMatch(path -> hidden.contains(path.split("\\.")[1])))
            .count();
    assertThat(closed).isEqualTo(15);
  }

  @Test
  void unknownParametersReadNothingAndAreBlocked() {
    assertThat(closure.reads("Patient", "nonsense", "")).isEmpty();
    assertThat(closure.reads("Patient", "_has", "")).isEmpty();
  }
}
