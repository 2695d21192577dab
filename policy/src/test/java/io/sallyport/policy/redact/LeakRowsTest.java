package io.sallyport.policy.redact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sallyport.policy.Refusal;
import io.sallyport.policy.redact.Redactor.Layer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Rows of the leak catalogue about what a payload says, one by one. */
class LeakRowsTest {
  private static String shown(View view, String json) {
    return Views.redact(view, Layer.EXCHANGE, json);
  }

  @ParameterizedTest
  @Tag("C2")
  @Tag("C3")
  @ValueSource(
      strings = {
        "\"birthDate\":\"canary\"",
        "\"_birthDate\":{\"extension\":[{\"url\":\"u\",\"valueDateTime\":\"canary\"}]}",
        "\"birthDate\":\"1970\",\"_birthDate\":{\"id\":\"canary\"}",
        "\"deceasedDateTime\":\"canary\"",
        "\"_deceasedDateTime\":{\"id\":\"canary\"}",
        "\"_deceasedBoolean\":{\"extension\":[{\"url\":\"u\",\"valueString\":\"canary\"}]}",
        "\"deceasedFoo\":\"canary\"",
        "\"deceasedboolean\":\"canary\"",
        "\"deceased\":\"canary\"",
        "\"multipleBirthInteger\":77777777"
      })
  void bothHalvesAndEveryTypeOfAHiddenElementGo(String member) {
    View view = Views.role().all("Patient", "birthDate", "deceased[x]", "multipleBirth").compile();
    assertThat(shown(view, "{\"resourceType\":\"Patient\",\"id\":\"1\"," + member + "}"))
        .doesNotContain("canary", "77777777", "birthDate", "deceased", "multipleBirth");
  }

  @ParameterizedTest
  @Tag("C9")
  @ValueSource(strings = {"data", "url"})
  void whatStandsBesideHiddenContentDoesNotDescribeIt(String hidden) {
    View view = Views.role().all("DocumentReference", "content.attachment").compile();
    String json =
        "{\"resourceType\":\"DocumentReference\",\"id\":\"1\",\"status\":\"current\",\"content\":[{\"attachment\":"
            + "{\"contentType\":\"text/plain\",\""
            + hidden
            + "\":\"Y2FuYXJ5\",\"hash\":\"Y2FuYXJ5\",\"size\":7777777,"
            + "\"title\":\"canary\",\"creation\":\"1999-09-09\"},\"format\":{\"code\":\"f\"}}]}";
    assertThat(shown(view, json))
        .contains("\"format\"")
        .doesNotContain("canary", "Y2FuYXJ5", "7777777", "1999-09-09");
  }

  @Test
  @Tag("C12")
  void theLabelsThemselvesAreShownOnlyWhereTheyAreListed() {
    String json =
        "{\"resourceType\":\"Patient\",\"id\":\"1\",\"meta\":{\"versionId\":\"canary\",\"profile\":[\"http://canary/hiv\"],"
            + "\"source\":\"canary\",\"security\":[{\"system\":\"http://terminology.hl7.org/CodeSystem/v3-ActCode\",\"code\":\"canary\"}],"
            + "\"tag\":[{\"code\":\"canary\"}]},\"active\":true,\"gender\":\"male\"}";
    String shown = shown(Views.role().only("Patient", "id", "active").compile(), json);
    assertThat(shown).contains("\"active\":true", "REDACTED").doesNotContain("canary");
  }

  @Test
  @Tag("C13")
  void whatIsHiddenIsHiddenHoweverDeepAResourceLies() {
    View view = Views.role().all("Bundle").all("Parameters").all("Patient", "birthDate").compile();
    String patient =
        "{\"resourceType\":\"Patient\",\"id\":\"p\",\"gender\":\"male\",\"birthDate\":\"1970-07-07\"}";
    String parameters =
        "{\"resourceType\":\"Parameters\",\"id\":\"x\",\"parameter\":[{\"name\":\"a\",\"part\":[{\"name\":\"b\",\"resource\":"
            + patient
            + "}]}]}";
    String inner =
        "{\"resourceType\":\"Bundle\",\"id\":\"y\",\"type\":\"collection\",\"entry\":[{\"resource\":"
            + parameters
            + "}]}";
    String outer =
        "{\"resourceType\":\"Bundle\",\"id\":\"z\",\"type\":\"collection\",\"entry\":[{\"resource\":"
            + inner
            + "}]}";
    for (Layer layer : Layer.values()) {
      assertThat(Views.redact(view, layer, outer))
          .contains("\"gender\":\"male\"")
          .doesNotContain("1970", "birthDate");
    }
  }

  @ParameterizedTest
  @Tag("C16")
  @Tag("G6")
  @ValueSource(
      strings = {
        "\"BirthDate\":\"canary\"",
        "\"birthdate\":\"canary\"",
        "\"fhir_comments\":[\"canary\"]",
        "\"x-vendor\":{\"ssn\":\"canary\"}",
        "\"name\":[{\"family\":\"F\",\"fhir_comments\":[\"canary\"],\"Given\":[\"canary\"]}]",
        "\"\":\"canary\"",
        "\"_resourceType\":{\"id\":\"canary\"}",
        "\"resourceType \":\"canary\""
      })
  void whatFhirDoesNotKnowGoesAlsoWhereAllIsShown(String member) {
    assertThat(
            shown(
                Views.role().all("Patient").compile(),
                "{\"resourceType\":\"Patient\",\"id\":\"1\"," + member + "}"))
        .contains("\"id\":\"1\"")
        .doesNotContain("canary");
  }

  @ParameterizedTest
  @Tag("G2")
  @CsvSource(
      delimiter = '~',
      value = {
        "{\"resourceType\":\"Patient\",\"id\":\"1\",\"birth\\u0044ate\":\"1970-07-07\",\"gender\":\"male\"}",
        "{\"resource\\u0054ype\":\"Patient\",\"id\":\"1\",\"\\u0062irthDate\":\"1970-07-07\",\"gender\":\"male\"}",
        "{\"resourceType\":\"P\\u0061tient\",\"id\":\"1\",\"_birth\\u0044ate\":{\"id\":\"1970-07-07\"},\"gender\":\"male\"}"
      })
  void aKeyIsWhatItMeansHoweverItIsWritten(String json) {
    assertThat(shown(Views.role().all("Patient", "birthDate").compile(), json))
        .contains("\"gender\":\"male\"")
        .doesNotContain("1970");
  }

  @Test
  @Tag("G3")
  void theTypeMayComeLast() {
    assertThat(
            shown(
                Views.role().all("Patient", "birthDate").compile(),
                "{\"birthDate\":\"1970-07-07\",\"gender\":\"male\",\"id\":\"1\",\"resourceType\":\"Patient\"}"))
        .contains("\"gender\":\"male\"", "\"resourceType\":\"Patient\"")
        .doesNotContain("1970");
  }

  @ParameterizedTest
  @Tag("G9")
  @ValueSource(strings = {"1.0e400", "-0", "1.00", "0.000000000000000000000000000001", "1E+2"})
  void aNumberStaysAsItWasWritten(String number) {
    String json =
        "{\"resourceType\":\"Observation\",\"id\":\"1\",\"status\":\"final\",\"valueQuantity\":{\"value\":%s}}";
    assertThat(shown(Views.role().all("Observation", "note").compile(), json.formatted(number)))
        .contains("{\"value\":" + number + "}");
  }

  @Test
  @Tag("G9")
  void aNumberHasABound() {
    String json =
        "{\"resourceType\":\"Observation\",\"id\":\"1\",\"status\":\"final\",\"valueQuantity\":{\"value\":%s}}";
    View view = Views.role().all("Observation").compile();
    assertThatThrownBy(() -> shown(view, json.formatted("1".repeat(10_000))))
        .isInstanceOf(Refusal.class);
  }

  /** R5's names: what an R4 view does not know disappears, in all that may be shown. */
  @ParameterizedTest
  @Tag("H")
  @Tag("G11")
  @CsvSource(
      delimiter = '~',
      value = {
        "MedicationRequest~\"medication\":{\"concept\":{\"text\":\"canary\"}}",
        "Encounter~\"class\":[{\"coding\":[{\"code\":\"canary\"}]}]",
        "Encounter~\"reason\":[{\"value\":[{\"concept\":{\"text\":\"canary\"}}]}]",
        "Observation~\"triggeredBy\":[{\"reason\":\"canary\"}]",
        "Patient~\"link\":{\"other\":{\"display\":\"canary\"}}"
      })
  void elementsOfAnotherVersionDisappear(String type, String member) {
    assertThat(
            shown(
                Views.role().all(type).compile(),
                "{\"resourceType\":\"" + type + "\",\"id\":\"1\"," + member + "}"))
        .contains("\"id\":\"1\"")
        .doesNotContain("canary");
  }

  @ParameterizedTest
  @Tag("G11")
  @Tag("H")
  @ValueSource(
      strings = {
        "ActorDefinition",
        "Transport",
        "Foo",
        "patient",
        "DomainResource",
        "BackboneElement"
      })
  void aTypeThatIsNoneOfTheVersionIsNotReleased(String type) {
    View view = Views.everything().compile();
    assertThatThrownBy(() -> shown(view, "{\"resourceType\":\"" + type + "\",\"id\":\"1\"}"))
        .isInstanceOf(Refusal.class);
  }
}
