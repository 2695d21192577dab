package io.sallyport.policy.redact;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.policy.TestKey;
import io.sallyport.policy.redact.Redactor.Layer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Where ids stand in a resource, and what of it a role with pseudonyms sees. In what is expected
 * {@code <Patient/p1>} stands for the pseudonym of that id.
 */
class DisguiseTest {
  private static final Pseudonyms PSEUDONYMS = new Pseudonyms(TestKey.of("k"));

  private static Views views() {
    return Views.everything().pseudonym(TestKey.of("k"));
  }

  private static final View RESEARCHER = dropping(views()).compile();

  private static Views dropping(Views views) {
    views.keepDerived = false;
    views.tags = java.util.Set.of();
    return views;
  }

  private static String pseudonym(String type, String id) {
    return PSEUDONYMS.of(type, id);
  }

  private static String filled(String text) {
    StringBuilder filled = new StringBuilder();
    int at = 0;
    for (int from = text.indexOf('<'); from >= 0; from = text.indexOf('<', at)) {
      int to = text.indexOf('>', from);
      int slash = text.indexOf('/', from);
      filled.append(text, at, from);
      filled.append(pseudonym(text.substring(from + 1, slash), text.substring(slash + 1, to)));
      at = to + 1;
    }
    return filled.append(text.substring(at)).toString();
  }

  private static String seen(String json) {
    return Views.redact(RESEARCHER, Layer.EXCHANGE, json);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Patient/p1|Patient/<Patient/p1>",
        "http://ehr.internal/fhir/Patient/p1|https://fhir.example/r4/Patient/<Patient/p1>",
        "HTTP://EHR.internal/fhir/Patient/p1|https://fhir.example/r4/Patient/<Patient/p1>",
        "http:\\/\\/ehr.internal\\/fhir\\/Patient\\/p1|https://fhir.example/r4/Patient/<Patient/p1>",
        "Pat\\u0069ent/p\\u0031|Patient/<Patient/p1>",
        "Patient/p1/_history/3|Patient/<Patient/p1>",
        "Group/g1|Group/<Group/g1>",
        "#|#",
        "#p|#<#/p>",
        // what names a resource otherwise, or somebody else's
        "Patient/p1?x=y|",
        "Patient/p1#a|",
        "Patient/p1/_history|",
        "Patient/p1/_history/3/4|",
        "Patient/p1/|",
        "/Patient/p1|",
        "Patient?identifier=123|",
        "Person1/p1|",
        "Nobody/p1|",
        "p1|",
        "urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0|",
        "urn:oid:1.2.3|",
        "http://other.example/fhir/Patient/p1|",
        "http://ehr.internal/fhirx/Patient/p1|",
        "http://ehr.internal/fhir|",
        "http://ehr.internal/fhir?Patient=p1|",
        "Patient/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa|",
        "Patient/p_1|",
      })
  void aReferenceNamesAResourceByItsPseudonymOrGoes(String in, String out) {
    String json =
        "{\"resourceType\":\"Observation\",\"status\":\"final\",\"code\":{\"text\":\"c\"},\"subject\":{\"reference\":\""
            + in
            + "\",\"type\":\"Patient\"}}";
    String subject =
        out == null
            ? "{\"type\":\"Patient\"}"
            : "{\"reference\":\"" + out + "\",\"type\":\"Patient\"}";
    assertThat(seen(json))
        .isEqualTo(
            filled(
                "{\"resourceType\":\"Observation\",\"status\":\"final\",\"code\":{\"text\":\"c\"},\"subject\":"
                    + subject
                    + "}"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        // names of things stay
        "http://loinc.org|http://loinc.org",
        "urn:oid:2.16.840.1.113883|urn:oid:2.16.840.1.113883",
        "http://hl7.org/fhir/StructureDefinition/Patient|http://hl7.org/fhir/StructureDefinition/Patient",
        "http://hl7.org/fhir/Patient|http://hl7.org/fhir/Patient",
        "local|local",
        // what leads to a resource of the record system does so by its pseudonym
        "Patient/p1|Patient/<Patient/p1>",
        "http://ehr.internal/fhir/ValueSet/v|https://fhir.example/r4/ValueSet/<ValueSet/v>",
        // anything else may tell an id
        "http://pacs.example/fhir/Patient/p1|",
        "http://pacs.example/fhir/Patient/p1/_history/3|",
        "http://ehr.internal/fhir/Patient?_id=p1|",
        "http://ehr.internal/fhir|",
        "urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0|",
        "URN:UUID:0c3151bd|",
        "Patient?_id=p1|",
        "Patient/p1/_history|",
      })
  void aUrlIsANameOrLeadsByAPseudonymOrGoes(String in, String out) {
    String json =
        "{\"resourceType\":\"Observation\",\"code\":{\"coding\":[{\"system\":\""
            + in
            + "\",\"code\":\"c\"}]}}";
    String system = out == null ? "" : "\"system\":\"" + out + "\",";
    assertThat(seen(json))
        .isEqualTo(
            filled(
                "{\"resourceType\":\"Observation\",\"code\":{\"coding\":[{"
                    + system
                    + "\"code\":\"c\"}]}}"));
  }

  @ParameterizedTest
  @CsvSource({
    "Binary/b1, Binary/<Binary/b1>",
    "http://ehr.internal/fhir/Binary/b1, https://fhir.example/r4/Binary/<Binary/b1>",
    "http://pacs.example/wado?study=1.2.3, ''",
    "https://loinc.org, ''",
  })
  void aPlaceStaysOnlyWhereItIsTheRecordSystems(String in, String out) {
    String json =
        "{\"resourceType\":\"Patient\",\"photo\":[{\"title\":\"t\",\"url\":\"" + in + "\"}]}";
    String url = out.isEmpty() ? "" : ",\"url\":\"" + out + "\"";
    assertThat(seen(json))
        .isEqualTo(
            filled("{\"resourceType\":\"Patient\",\"photo\":[{\"title\":\"t\"" + url + "}]}"));
  }

  @Test
  void anIdIsSeenAsItsPseudonymAndOneThatHasNoneIsNotSeen() {
    assertThat(seen("{\"resourceType\":\"Patient\",\"id\":\"p1\",\"active\":true}"))
        .isEqualTo(
            filled("{\"resourceType\":\"Patient\",\"id\":\"<Patient/p1>\",\"active\":true}"));
    String longer = "a".repeat(42);
    assertThat(seen("{\"resourceType\":\"Patient\",\"id\":\"" + longer + "\",\"active\":true}"))
        .isEqualTo("{\"resourceType\":\"Patient\",\"active\":true}");
  }

  @Test
  void whatIsContainedIsNamedByAnotherNameButFoundByIt() {
    assertThat(
            seen(
                "{\"resourceType\":\"Observation\",\"id\":\"o1\",\"contained\":[{\"resourceType\":\"Patient\",\"id\":\"p1\","
                    + "\"managingOrganization\":{\"reference\":\"Organization/p1\"}}],\"subject\":{\"reference\":\"#p1\"}}"))
        .isEqualTo(
            filled(
                "{\"resourceType\":\"Observation\",\"id\":\"<Observation/o1>\",\"contained\":[{\"resourceType\":\"Patient\",\"id\":\"<#/p1>\","
                    + "\"managingOrganization\":{\"reference\":\"Organization/<Organization/p1>\"}}],\"subject\":{\"reference\":\"#<#/p1>\"}}"));
  }

  @Test
  void aContainedResourceThatIsNotShownTakesItsReferencesAlong() {
    View view = dropping(Views.role().all("Observation").pseudonym(TestKey.of("k"))).compile();
    assertThat(
            Views.redact(
                view,
                Layer.EXCHANGE,
                "{\"resourceType\":\"Observation\",\"subject\":{\"reference\":\"#p1\"},\"status\":\"final\","
                    + "\"contained\":[{\"resourceType\":\"Patient\",\"id\":\"p1\"}]}"))
        .isEqualTo("{\"resourceType\":\"Observation\",\"status\":\"final\"}");
  }

  @Test
  void theEntriesOfACollectionAreNamedByPseudonyms() {
    assertThat(
            seen(
                "{\"resourceType\":\"Bundle\",\"type\":\"collection\",\"entry\":[{\"fullUrl\":\"http://ehr.internal/fhir/Patient/p1\","
                    + "\"resource\":{\"resourceType\":\"Patient\",\"id\":\"p1\"}},{\"fullUrl\":\"urn:uuid:p2\",\"resource\":{\"resourceType\":\"Patient\",\"id\":\"p2\"}}]}"))
        .isEqualTo(
            filled(
                "{\"resourceType\":\"Bundle\",\"type\":\"collection\",\"entry\":[{\"fullUrl\":\"https://fhir.example/r4/Patient/<Patient/p1>\","
                    + "\"resource\":{\"resourceType\":\"Patient\",\"id\":\"<Patient/p1>\"}},{\"resource\":{\"resourceType\":\"Patient\",\"id\":\"<Patient/p2>\"}}]}"));
  }

  @Test
  void aListOfUrlsStaysAligned() {
    assertThat(
            seen(
                "{\"resourceType\":\"Patient\",\"meta\":{\"profile\":[\"http://a.example/x\",\"http://b.example/Patient/1\",\"http://c.example/y\"]},\"active\":true}"))
        .isEqualTo(
            "{\"resourceType\":\"Patient\",\"meta\":{\"profile\":[\"http://a.example/x\",\"http://c.example/y\"]},\"active\":true}");
  }

  @Test
  void theNarrativeGoesForItMayNameAnId() {
    String text = "\"text\":{\"status\":\"generated\",\"div\":\"<div>p1</div>\"}";
    assertThat(seen("{\"resourceType\":\"Patient\",\"active\":true," + text + "}"))
        .isEqualTo("{\"resourceType\":\"Patient\",\"active\":true}");
  }

  @Test
  void withoutABaseAnAbsoluteReferenceIsNobodysAndGoes() {
    byte[] json =
        "{\"resourceType\":\"Observation\",\"status\":\"final\",\"subject\":{\"reference\":\"http://ehr.internal/fhir/Patient/p1\"}}"
            .getBytes(StandardCharsets.UTF_8);
    byte[] padded = java.util.Arrays.copyOf(json, json.length + Redactor.PADDING);
    Redacted redacted =
        new Redactor(Limits.DEFAULT)
            .redact(RESEARCHER, Layer.ELEMENT, padded, 0, json.length, null, null);
    assertThat(Views.string(redacted))
        .isEqualTo("{\"resourceType\":\"Observation\",\"status\":\"final\"}");
  }

  @Test
  void theRecordHoldsTheIdsThemselvesAndCountsWhatWentWithoutAPseudonym() {
    byte[] json =
        "{\"resourceType\":\"Observation\",\"id\":\"o1\",\"subject\":{\"reference\":\"Patient/p1\"},\"focus\":[{\"reference\":\"urn:uuid:1\"}]}"
            .getBytes(StandardCharsets.UTF_8);
    Redacted redacted =
        Views.redact(new Redactor(Limits.DEFAULT), RESEARCHER, Layer.EXCHANGE, json);
    assertThat(redacted.facts()).isEqualTo(List.of(new Fact("Observation", "o1", List.of("p1"))));
    assertThat(redacted.removed()).isEqualTo(Map.of("pseudonym", 1));
  }

  @Test
  void everyResourceIsLabelledWhateverItHolds() {
    Views views = views();
    views.keepDerived = false;
    views.tags = java.util.Set.of("REDACTED", "PSEUDED");
    View view = views.compile();
    assertThat(Views.redact(view, Layer.EXCHANGE, "{\"resourceType\":\"Patient\",\"active\":true}"))
        .contains("\"code\":\"REDACTED\"", "\"code\":\"PSEUDED\"");
    assertThat(view.whole("Patient")).isFalse();
    assertThat(view.partial()).isTrue();
  }

  @Test
  void aHashedNameIsLabelledAsReplacedAndNotAsLessExact() {
    Views views = Views.role().all("Patient").change("Patient", "name.family", "hash: {key: k}");
    views.tags = java.util.Set.of("ABSTRED", "PSEUDED");
    assertThat(
            Views.redact(
                views.compile(), Layer.EXCHANGE, "{\"resourceType\":\"Patient\",\"active\":true}"))
        .contains("\"code\":\"PSEUDED\"")
        .doesNotContain("ABSTRED");
  }
}
