package io.sallyport.policy.redact;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.policy.redact.Redactor.Layer;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Required elements that are hidden: an answer says so, whether there was a value or not. */
class AbsentReasonTest {
  private static final String UNKNOWN =
      "{\"extension\":[{\"url\":\"http://hl7.org/fhir/StructureDefinition/data-absent-reason\",\"valueCode\":\"unknown\"}]}";

  private static View view(String type, String... hidden) {
    Views views = Views.role().all(type, hidden);
    views.tags = Set.of();
    return views.compile();
  }

  @Test
  @Tag("C14")
  void aHiddenRequiredElementIsSaidToBeAbsent() {
    View view = view("Encounter", "class");
    String with =
        "{\"resourceType\":\"Encounter\",\"class\":{\"code\":\"AMB\"},\"status\":\"planned\"}";
    String without = "{\"resourceType\":\"Encounter\",\"status\":\"planned\"}";
    String said =
        "{\"resourceType\":\"Encounter\",\"status\":\"planned\",\"class\":" + UNKNOWN + "}";
    assertThat(Views.redact(view, Layer.EXCHANGE, with)).isEqualTo(said);
    assertThat(Views.redact(view, Layer.EXCHANGE, without)).isEqualTo(said);
  }

  @Test
  void theElementLayerOnlyTakesOut() {
    assertThat(
            Views.redact(
                view("Encounter", "class"),
                Layer.ELEMENT,
                "{\"resourceType\":\"Encounter\",\"class\":{\"code\":\"AMB\"},\"status\":\"planned\"}"))
        .isEqualTo("{\"resourceType\":\"Encounter\",\"status\":\"planned\"}");
  }

  @Test
  void aPrimitiveSaysItBesideItselfAndAListAsItsItem() {
    assertThat(
            Views.redact(
                view("Observation", "status"),
                Layer.EXCHANGE,
                "{\"resourceType\":\"Observation\",\"status\":\"final\",\"_status\":{\"id\":\"x\"}}"))
        .isEqualTo("{\"resourceType\":\"Observation\",\"_status\":" + UNKNOWN + "}");
    assertThat(
            Views.redact(
                view("Appointment", "participant"),
                Layer.EXCHANGE,
                "{\"resourceType\":\"Appointment\",\"participant\":[{\"status\":\"accepted\"}]}"))
        .isEqualTo(
            "{\"resourceType\":\"Appointment\",\"participant\":["
                + UNKNOWN.substring(0, UNKNOWN.length() - 1)
                + ",\"_status\":"
                + UNKNOWN
                + "}]}");
  }

  @Test
  @Tag("C14")
  void aChoiceSaysItOnceAndNotWhichOfItsHiddenTypesThereWas() {
    String json =
        "{\"resourceType\":\"MedicationRequest\",\"id\":\"1\",\"subject\":{\"reference\":\"Patient/1\"}}";
    assertThat(Views.redact(view("MedicationRequest", "medication"), Layer.EXCHANGE, json))
        .contains("\"medicationCodeableConcept\":" + UNKNOWN)
        .doesNotContain("medicationReference");
    View shown = view("MedicationRequest", "medicationCodeableConcept");
    String said = Views.redact(shown, Layer.EXCHANGE, json);
    assertThat(said).endsWith(",\"medicationReference\":" + UNKNOWN + "}");
    assertThat(
            Views.redact(
                shown, Layer.EXCHANGE, with(json, "medicationCodeableConcept", "{\"text\":\"x\"}")))
        .isEqualTo(said);
    String reference = "{\"reference\":\"Medication/1\"}";
    assertThat(Views.redact(shown, Layer.EXCHANGE, with(json, "medicationReference", reference)))
        .isEqualTo(with(json, "medicationReference", reference));
  }

  private static String with(String json, String key, String value) {
    return json.substring(0, json.length() - 1) + ",\"" + key + "\":" + value + "}";
  }

  @Test
  @Tag("C14")
  void aRequiredValueThatAMethodCannotReadIsSaidToBeAbsentAsOneThatIsHidden() {
    Views views = Views.role().all("Immunization").change("Immunization", "occurrence", "year");
    views.tags = Set.of();
    View view = views.compile();
    String json =
        "{\"resourceType\":\"Immunization\",\"status\":\"completed\",\"vaccineCode\":{\"text\":\"v\"},\"patient\":{\"reference\":\"Patient/1\"}}";
    String said = with(json, "_occurrenceDateTime", UNKNOWN);
    assertThat(Views.redact(view, Layer.EXCHANGE, json)).isEqualTo(said);
    for (String[] unread :
        new String[][] {
          {"occurrenceDateTime", "\"x\""},
          {"occurrenceDateTime", "7"},
          {"occurrenceString", "\"last winter\""},
          {"_occurrenceDateTime", "{\"extension\":[{\"url\":\"u\",\"valueDate\":\"2020-01-01\"}]}"}
        }) {
      assertThat(Views.redact(view, Layer.EXCHANGE, with(json, unread[0], unread[1])))
          .as(unread[1])
          .isEqualTo(said);
    }
    assertThat(
            Views.redact(view, Layer.EXCHANGE, with(json, "occurrenceDateTime", "\"2020-01-02\"")))
        .isEqualTo(with(json, "occurrenceDateTime", "\"2020\""));
  }

  @Test
  @Tag("C4")
  @Tag("C14")
  void aRequiredReferenceToAHiddenContainedResourceIsSaidToBeAbsent() {
    View view = view("Condition");
    String json = "{\"resourceType\":\"Condition\",\"code\":{\"text\":\"c\"}}";
    String hidden =
        with(
            with(json, "subject", "{\"reference\":\"#p\",\"display\":\"Ann\"}"),
            "contained",
            "[{\"resourceType\":\"Patient\",\"id\":\"p\"}]");
    String said = with(json, "subject", UNKNOWN);
    assertThat(Views.redact(view, Layer.EXCHANGE, hidden)).isEqualTo(said);
    assertThat(Views.redact(view, Layer.EXCHANGE, json)).isEqualTo(said);
    String shown = with(json, "subject", "{\"reference\":\"Patient/p\"}");
    assertThat(Views.redact(view, Layer.EXCHANGE, shown)).isEqualTo(shown);
  }

  @Test
  @Tag("C14")
  void aRequiredElementOfWhichNothingIsLeftIsSaidToBeAbsent() {
    Views views = Views.role().only("Observation", "status", "code.coding");
    views.tags = Set.of();
    View view = views.compile();
    String json = "{\"resourceType\":\"Observation\",\"status\":\"final\"}";
    String said = with(json, "code", UNKNOWN);
    assertThat(Views.redact(view, Layer.EXCHANGE, with(json, "code", "{\"text\":\"t\"}")))
        .isEqualTo(said);
    assertThat(Views.redact(view, Layer.EXCHANGE, json)).isEqualTo(said);
  }

  @Test
  @Tag("C8")
  void anExtensionWhoseValueGoesSaysSo() {
    String dar = UNKNOWN.substring(1, UNKNOWN.length() - 1);
    String json =
        "{\"resourceType\":\"Patient\",\"contained\":[{\"resourceType\":\"Organization\",\"id\":\"o\"}],"
            + "\"extension\":[{\"url\":\"u\",\"valueReference\":{\"reference\":\"#o\"}}]}";
    assertThat(Views.redact(view("Patient"), Layer.EXCHANGE, json))
        .isEqualTo("{\"resourceType\":\"Patient\",\"extension\":[{\"url\":\"u\"," + dar + "}]}");
    Views hides = Views.role().all("Patient").hide("Extension.valueCode");
    hides.tags = Set.of();
    String coded =
        "{\"resourceType\":\"Patient\",\"extension\":[{\"url\":\"u\",\"valueCode\":\"c\"}]}";
    assertThat(Views.redact(hides.compile(), Layer.EXCHANGE, coded))
        .isEqualTo("{\"resourceType\":\"Patient\",\"extension\":[{\"url\":\"u\"," + dar + "}]}");
  }

  @Test
  void insideABackboneOnlyWhereSomethingOfItStays() {
    View view = view("Observation", "component.code", "component.interpretation");
    assertThat(
            Views.redact(
                view,
                Layer.EXCHANGE,
                "{\"resourceType\":\"Observation\",\"component\":[{\"code\":{\"text\":\"t\"},\"valueString\":\"v\"},{\"code\":{\"text\":\"u\"}}]}"))
        .isEqualTo(
            "{\"resourceType\":\"Observation\",\"component\":[{\"valueString\":\"v\",\"code\":"
                + UNKNOWN
                + "}]}");
  }

  @Test
  void anExtensionWithoutItsUrlGoes() {
    Views views = Views.everything("**.url");
    views.tags = Set.of();
    assertThat(
            Views.redact(
                views.compile(),
                Layer.EXCHANGE,
                "{\"resourceType\":\"Patient\",\"extension\":[{\"url\":\"u\",\"valueCode\":\"c\"}]}"))
        .isEqualTo("{\"resourceType\":\"Patient\"}");
  }
}
