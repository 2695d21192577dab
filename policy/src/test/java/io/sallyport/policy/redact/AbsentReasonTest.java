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
        .isEqualTo("{\"resourceType\":\"Appointment\",\"participant\":[" + UNKNOWN + "]}");
  }

  @Test
  void aChoiceSaysItOnceAndOnlyWhereAllItsTypesAreHidden() {
    String json = "{\"resourceType\":\"MedicationRequest\",\"id\":\"1\"}";
    assertThat(Views.redact(view("MedicationRequest", "medication"), Layer.EXCHANGE, json))
        .contains("\"medicationCodeableConcept\":" + UNKNOWN)
        .doesNotContain("medicationReference");
    assertThat(Views.redact(view("MedicationRequest", "medicationReference"), Layer.EXCHANGE, json))
        .doesNotContain("medication\"", "medicationCodeableConcept");
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
  void anExtensionWithoutItsUrlSaysNothing() {
    Views views = Views.everything("**.url");
    views.tags = Set.of();
    assertThat(
            Views.redact(
                views.compile(),
                Layer.EXCHANGE,
                "{\"resourceType\":\"Patient\",\"extension\":[{\"url\":\"u\",\"valueCode\":\"c\"}]}"))
        .doesNotContain("data-absent-reason");
  }
}
