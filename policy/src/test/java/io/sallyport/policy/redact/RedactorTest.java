package io.sallyport.policy.redact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sallyport.policy.Reason;
import io.sallyport.policy.Refusal;
import io.sallyport.policy.redact.Redactor.Layer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RedactorTest {
  private static final View HIDES_BIRTH =
      Views.role().keepDerived().all("Patient", "birthDate", "name.given").compile();

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        // first, middle, last and only member
        "{\"birthDate\":\"1970\",\"resourceType\":\"Patient\"}|{\"resourceType\":\"Patient\"}",
        "{\"resourceType\":\"Patient\",\"birthDate\":\"1970\",\"id\":\"a\"}"
            + "|{\"resourceType\":\"Patient\",\"id\":\"a\"}",
        "{\"resourceType\":\"Patient\",\"birthDate\":\"1970\"}|{\"resourceType\":\"Patient\"}",
        // what is empty afterwards goes too, and so does its list
        "{\"resourceType\":\"Patient\",\"name\":[{\"given\":[\"A\"]}],\"id\":\"a\"}"
            + "|{\"resourceType\":\"Patient\",\"id\":\"a\"}",
        "{\"resourceType\":\"Patient\",\"name\":[{\"given\":[\"A\"]},{\"family\":\"F\"}]}"
            + "|{\"resourceType\":\"Patient\",\"name\":[{\"family\":\"F\"}]}",
        // the underscore sibling is the same element
        "{\"resourceType\":\"Patient\",\"_birthDate\":{\"id\":\"x\"},\"birthDate\":\"1970\"}"
            + "|{\"resourceType\":\"Patient\"}",
        // an escaped key names the same element
        "{\"resourceType\":\"Patient\",\"birth\\u0044ate\":\"1970\"}|{\"resourceType\":\"Patient\"}",
        // what the definitions do not know, or know as something else, is not released
        "{\"resourceType\":\"Patient\",\"ssn\":{\"a\":[1,{}]},\"id\":\"a\"}"
            + "|{\"resourceType\":\"Patient\",\"id\":\"a\"}",
        "{\"resourceType\":\"Patient\",\"gender\":{\"a\":\"b\"},\"maritalStatus\":\"x\"}"
            + "|{\"resourceType\":\"Patient\"}",
        // white space and number forms stay
        "{ \"resourceType\" : \"Patient\" , \"multipleBirthInteger\":1.50e+2 }"
            + "|{ \"resourceType\" : \"Patient\" , \"multipleBirthInteger\":1.50e+2 }",
      })
  void hiddenElementsGoWithTheirCommas(String in, String out) {
    assertThat(Views.redact(HIDES_BIRTH, Layer.ELEMENT, in)).isEqualTo(out);
  }

  @Test
  @Tag("C5")
  @Tag("C6")
  @Tag("C8")
  void allowListBringsNoNarrativeExtensionOrDisplayUnlessNamed() {
    View view = Views.role().only("Observation", "code", "status", "subject").compile();
    String json =
        "{\"resourceType\":\"Observation\",\"id\":\"o\",\"text\":{\"status\":\"generated\",\"div\":\"d\"},"
            + "\"extension\":[{\"url\":\"u\",\"valueString\":\"s\"}],\"status\":\"final\","
            + "\"code\":{\"coding\":[{\"code\":\"c\",\"display\":\"D\"}],\"text\":\"T\"},"
            + "\"subject\":{\"reference\":\"Patient/p\",\"display\":\"Name\"},"
            + "\"valueQuantity\":{\"value\":1}}";
    assertThat(Views.redact(view, Layer.ELEMENT, json))
        .isEqualTo(
            "{\"resourceType\":\"Observation\",\"id\":\"o\",\"status\":\"final\","
                + "\"code\":{\"coding\":[{\"code\":\"c\"}]},\"subject\":{\"reference\":\"Patient/p\"}}");
  }

  @Test
  @Tag("C1")
  void narrativeGoesWithWhatItMayRepeat() {
    String json =
        "{\"resourceType\":\"Patient\",\"text\":{\"status\":\"generated\",\"div\":\"born 1970\"},"
            + "\"birthDate\":\"1970\"}";
    View view = Views.role().all("Patient", "birthDate").compile();
    assertThat(Views.redact(view, Layer.ELEMENT, json)).isEqualTo("{\"resourceType\":\"Patient\"}");
    assertThat(Views.redact(HIDES_BIRTH, Layer.ELEMENT, json)).contains("div");
  }

  @ParameterizedTest
  @CsvSource({
    "HumanName, name",
    "**.family, family",
    "*.identifier, identifier",
    "Element.id, elementId",
    "DomainResource.text, div",
    "Resource.meta, profile",
    "Extension(urn:secret), urn:secret",
    "Patient.deceasedBoolean, deceasedBoolean",
    "Patient.deceased, deceasedBoolean",
    "Patient.contact.*, contact"
  })
  void rolePatternHidesAndTheRestStays(String pattern, String gone) {
    String json =
        "{\"resourceType\":\"Patient\",\"meta\":{\"profile\":[\"p\"]},\"text\":{\"status\":\"generated\",\"div\":\"x\"},"
            + "\"extension\":[{\"url\":\"urn:secret\",\"valueString\":\"s\"},{\"url\":\"urn:b\",\"valueBoolean\":true}],"
            + "\"identifier\":[{\"system\":\"s\"}],\"name\":[{\"id\":\"elementId\",\"family\":\"F\",\"given\":[\"G\"]}],"
            + "\"deceasedBoolean\":true,\"contact\":[{\"gender\":\"male\"}]}";
    View view = Views.everything(pattern).compile();
    assertThat(json).contains("\"" + gone + "\"");
    assertThat(Views.redact(view, Layer.ELEMENT, json))
        .doesNotContain("\"" + gone + "\"")
        .contains("urn:b");
  }

  @Test
  @Tag("C4")
  void containedResourceOfATypeNotShownGoesWithReferencesToIt() {
    View view = Views.role().keepDerived().all("Observation").compile();
    String json =
        "{\"resourceType\":\"Observation\",\"subject\":{\"reference\":\"#p\"},"
            + "\"contained\":[{\"resourceType\":\"Patient\",\"id\":\"p\",\"birthDate\":\"1970\"}],\"status\":\"final\"}";
    assertThat(Views.redact(view, Layer.ELEMENT, json))
        .isEqualTo("{\"resourceType\":\"Observation\",\"status\":\"final\"}");
  }

  @Test
  @Tag("F3")
  void exchangeLayerTagsHidesVersionsAndRebases() {
    String json =
        "{\"resourceType\":\"Patient\",\"meta\":{\"versionId\":\"7\",\"lastUpdated\":\"2020-01-01T00:00:00Z\"},"
            + "\"managingOrganization\":{\"reference\":\"http:\\/\\/ehr.internal\\/fhir\\/Organization/1\"},"
            + "\"generalPractitioner\":[{\"reference\":\"http://ehr.internal/fhirx/Practitioner/1\"}]}";
    assertThat(Views.redact(HIDES_BIRTH, Layer.EXCHANGE, json))
        .contains("\"code\":\"REDACTED\"", "\"code\":\"SUBSETTED\"")
        .contains("\"https://fhir.example/r4\\/Organization/1\"")
        .contains("http://ehr.internal/fhirx/Practitioner/1")
        .doesNotContain("versionId", "lastUpdated");
  }

  @Test
  @Tag("C14")
  void tagsDoNotTellWhetherSomethingWasHidden() {
    String with = "{\"resourceType\":\"Patient\",\"birthDate\":\"1970\",\"id\":\"a\"}";
    String without = "{\"resourceType\":\"Patient\",\"id\":\"a\"}";
    assertThat(Views.redact(HIDES_BIRTH, Layer.EXCHANGE, with))
        .isEqualTo(Views.redact(HIDES_BIRTH, Layer.EXCHANGE, without));
  }

  @Test
  void factsNameTheResourceAndItsPatients() {
    View view = Views.role().only("Observation", "status").compile();
    String json =
        "{\"resourceType\":\"Observation\",\"id\":\"o1\",\"status\":\"final\","
            + "\"subject\":{\"reference\":\"http://ehr.internal/fhir/Patient/p1/_history/2\"}}";
    Redacted redacted =
        Views.redact(
            new Redactor(Limits.DEFAULT),
            view,
            Layer.EXCHANGE,
            json.getBytes(StandardCharsets.UTF_8));
    Fact fact = redacted.facts().get(0);
    assertThat(fact.type()).isEqualTo("Observation");
    assertThat(fact.id()).isEqualTo("o1");
    assertThat(fact.patients()).containsExactly("p1");
    assertThat(redacted.removed()).isEqualTo(java.util.Map.of("Observation.subject", 1));
  }

  @Test
  void resultOutlivesTheRedactorsNextResource() {
    Redactor redactor = new Redactor(Limits.DEFAULT);
    byte[] first =
        "{\"resourceType\":\"Patient\",\"id\":\"a\",\"birthDate\":\"1970\"}"
            .getBytes(StandardCharsets.UTF_8);
    byte[] second = "{\"resourceType\":\"Patient\",\"id\":\"b\"}".getBytes(StandardCharsets.UTF_8);
    Redacted redacted = Views.redact(redactor, HIDES_BIRTH, Layer.ELEMENT, first);
    Views.redact(redactor, HIDES_BIRTH, Layer.ELEMENT, second);
    assertThat(Views.string(redacted)).isEqualTo("{\"resourceType\":\"Patient\",\"id\":\"a\"}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"resourceType\":\"Patient\",\"id\":\"a\",\"id\":\"b\"}",
        "{\"resourceType\":\"Patient\",\"id\":\"a\",\"\\u0069d\":\"b\"}",
        "{\"resourceType\":\"Patient\",\"x\":1,\"x\":2}",
        "{\"resourceType\":\"Patient\",\"x\":1,\"\\u0078\":2}",
        "{\"resourceType\":\"Patient\",\"resourceType\":\"Observation\"}",
        "{\"resourceType\":\"Patient\",\"id\":\"\\ud800\"}",
        "{\"resourceType\":\"Patient\",\"id\":\"\\udc00\\ud800\"}",
        "{\"resourceType\":\"Patient\",\"id\":\"a\",}",
        "{\"resourceType\":\"Patient\",\"id\":\"a\"}x",
        "{\"resourceType\":\"Patient\",\"multipleBirthInteger\":01}",
        "{\"resourceType\":\"Patient\",\"multipleBirthInteger\":1.}",
        "{\"resourceType\":\"Patient\",\"id\":\"a\tb\"}",
        "{\"resourceType\":\"Patient\",\"id\":\"\\x\"}",
        "{\"resourceType\":\"Patient\",\"active\":nul}",
        "{\"resourceType\":\"Patient\",\"name\":[]}",
        "{\"id\":\"a\"}",
        "[]",
        "",
      })
  void whatIsNotStrictFhirJsonIsRefused(String json) {
    assertRefused(json.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void invalidUtf8IsRefused() {
    byte[][] wrong = {{(byte) 0xc0, (byte) 0xaf}, {(byte) 0xed, (byte) 0xa0, (byte) 0x80}, {-1}};
    for (byte[] bytes : wrong) {
      String text = "{\"resourceType\":\"Patient\",\"id\":\"@\"}";
      byte[] head = text.substring(0, text.indexOf('@')).getBytes(StandardCharsets.UTF_8);
      byte[] tail = text.substring(text.indexOf('@') + 1).getBytes(StandardCharsets.UTF_8);
      byte[] json = Arrays.copyOf(head, head.length + bytes.length + tail.length);
      System.arraycopy(bytes, 0, json, head.length, bytes.length);
      System.arraycopy(tail, 0, json, head.length + bytes.length, tail.length);
      assertRefused(json);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"x", "extension"})
  void depthIsBounded(String key) {
    String json =
        "{\"resourceType\":\"Patient\",\"" + key + "\":" + "[{\"extension\":".repeat(1500);
    assertRefused(json.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void base64MayBeAsLongAsABinaryAndNothingElseMay() {
    Limits limits = new Limits(256, 256, 100, 40, 200, 400);
    View view = Views.everything("**.display").compile();
    String binary = "{\"resourceType\":\"Binary\",\"contentType\":\"%s\",\"data\":\"%s\"}";
    String patient = "{\"resourceType\":\"Patient\",\"photo\":[{\"data\":\"%s\"}]}";
    Redactor redactor = new Redactor(limits);
    for (String fits :
        List.of(binary.formatted("a/b", "A".repeat(300)), patient.formatted("A".repeat(100)))) {
      byte[] json = fits.getBytes(StandardCharsets.UTF_8);
      assertThat(Views.bytes(Views.redact(redactor, view, Layer.ELEMENT, json))).isEqualTo(json);
    }
    for (String over :
        List.of(
            binary.formatted("a/b", "A".repeat(400)),
            binary.formatted("a".repeat(50), "A"),
            patient.formatted("A".repeat(200)))) {
      assertThatThrownBy(
              () ->
                  Views.redact(
                      redactor, view, Layer.ELEMENT, over.getBytes(StandardCharsets.UTF_8)))
          .isInstanceOfSatisfying(
              Refusal.class, r -> assertThat(r.reason()).isEqualTo(Reason.UPSTREAM_TOO_LARGE));
    }
  }

  @Test
  void typeNotShownIsRefused() {
    assertThatThrownBy(
            () ->
                Views.redact(
                    HIDES_BIRTH, Layer.ELEMENT, "{\"resourceType\":\"Person\",\"id\":\"a\"}"))
        .isInstanceOfSatisfying(
            Refusal.class, r -> assertThat(r.reason()).isEqualTo(Reason.NO_RULE_PERMITS));
  }

  private static void assertRefused(byte[] json) {
    assertThatThrownBy(
            () -> Views.redact(new Redactor(Limits.DEFAULT), HIDES_BIRTH, Layer.EXCHANGE, json))
        .isInstanceOfSatisfying(
            Refusal.class, r -> assertThat(r.reason()).isEqualTo(Reason.UPSTREAM_INVALID));
  }
}
