package io.sallyport.policy.redact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sallyport.policy.PolicySet;
import io.sallyport.policy.Refusal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Ways around a view that somebody found once. */
class LeakTest {
  private static final Rebase REBASE = new Rebase("http://ehr.internal/fhir", "https://out/fhir");

  @Test
  void anExtensionHiddenByItsUrlGoesAlsoWhereUrlsAreHidden() {
    assertThat(
            redact(
                "hide: ['Extension(urn:secret)', '**.url']",
                "{\"resourceType\":\"Patient\",\"id\":\"1\",\"extension\":[{\"url\":\"urn:secret\",\"valueString\":\"canary\"}]}"))
        .doesNotContain("canary");
  }

  @Test
  @Tag("C8")
  void anExtensionHiddenByItsUrlGoesWithWhateverItHolds() {
    for (String value :
        List.of(
            "\"valueCodeableConcept\":{\"coding\":[{\"code\":\"canary\"}]}",
            "\"extension\":[{\"url\":\"urn:a\",\"valueString\":\"canary\"}]")) {
      for (String extension :
          List.of("\"url\":\"urn:secret\"," + value, value + ",\"url\":\"urn:secret\"")) {
        assertThat(
                redact(
                    "hide: ['Extension(urn:secret)']",
                    "{\"resourceType\":\"Patient\",\"id\":\"1\",\"extension\":[{"
                        + extension
                        + "}]}"))
            .as(extension)
            .doesNotContain("canary", "urn:secret");
      }
    }
  }

  @Test
  void anExtensionWhoseUrlIsNoStringGoesWhereUrlsAreHidden() {
    assertThat(
            redact(
                "hide: ['Extension(urn:secret)']",
                "{\"resourceType\":\"Patient\",\"id\":\"1\",\"extension\":[{\"url\":[\"urn:secret\"],\"valueString\":\"canary\"}]}"))
        .doesNotContain("canary");
  }

  @Test
  void whatExtendsAnIdIsNotShownUnlessItIsListed() {
    assertThat(
            redactBy(
                "types: {Patient: {do: [read], show: [active, deceased, link]}}",
                "{\"resourceType\":\"Patient\",\"id\":\"1\",\"_id\":{\"id\":\"canary\",\"extension\":[{\"url\":\"urn:a\",\"valueString\":\"canary\"}]},\"active\":true}"))
        .contains("\"id\":\"1\"")
        .doesNotContain("canary", "_id");
  }

  @Test
  @Tag("C4")
  void referencesToAContainedResourceThatWentGoWholeHoweverWritten() {
    String types = "types: {Observation: {do: [read], show: all}}";
    String head = "{\"resourceType\":\"Observation\",\"id\":\"1\",";
    String contained = "\"contained\":[{\"resourceType\":\"Patient\",\"id\":\"p\"}],";
    String without = redactBy(types, head + "\"status\":\"final\"}");
    for (String reference :
        List.of(
            "{\"reference\":\"#p\",\"display\":\"canary\"}",
            "{\"display\":\"canary\",\"reference\":\"\\u0023p\",\"_reference\":{\"id\":\"canary\"}}")) {
      assertThat(
              redactBy(
                  types,
                  head + "\"subject\":" + reference + "," + contained + "\"status\":\"final\"}"))
          .isEqualTo(without);
    }
  }

  @Test
  void anIdOfOneContainerIsNotThatOfAnother() {
    String types =
        "types: {Bundle: {do: [read], show: all}, Observation: {do: [read], show: all}, Device: {do: [read], show: all}}";
    String entry =
        "{\"resource\":{\"resourceType\":\"Observation\",\"contained\":[{\"resourceType\":\"%s\",\"id\":\"p\",\"status\":\"active\"}],\"device\":{\"reference\":\"#p\"}}}";
    assertThat(
            redactBy(
                types,
                "{\"resourceType\":\"Bundle\",\"type\":\"collection\",\"entry\":["
                    + entry.formatted("Patient")
                    + ","
                    + entry.formatted("Device")
                    + "]}"))
        .containsOnlyOnce("\"#p\"")
        .contains("Device");
  }

  @Test
  @Tag("C10")
  void whatIsDerivedGoesWithWhatStandsBesideIt() {
    assertThat(
            redactBy(
                "types: {Provenance: {do: [read], show: all}, Patient: {do: [read], show: all, hide: [birthDate]}}",
                "{\"resourceType\":\"Provenance\",\"id\":\"1\",\"signature\":[{\"data\":\"QUFB\",\"_data\":{\"id\":\"canary\"},\"when\":\"2020-01-01T00:00:00Z\"}]}"))
        .doesNotContain("canary", "QUFB")
        .contains("2020");
  }

  @Test
  @Tag("C1")
  void aNarrativeMayNotRepeatWhatANestedResourceLost() {
    String text =
        "\"text\":{\"status\":\"generated\",\"div\":\"<div xmlns='http://www.w3.org/1999/xhtml'>canary</div>\"}";
    String contained =
        "\"contained\":[{\"resourceType\":\"Patient\",\"id\":\"p\",\"gender\":\"male\",\"birthDate\":\"1970-01-01\"}]";
    String out =
        redact(
            "hide: [Patient.birthDate]",
            "{\"resourceType\":\"Observation\",\"id\":\"1\","
                + text
                + ","
                + contained
                + ",\"status\":\"final\"}");
    assertThat(out).doesNotContain("canary", "1970").contains("REDACTED", "\"gender\":\"male\"");
  }

  @Test
  void documentsMessagesAndOutcomesAreNotReleased() {
    for (String body :
        List.of(
            "{\"resourceType\":\"Bundle\",\"id\":\"1\",\"type\":\"document\"}",
            "{\"id\":\"1\",\"type\":\"message\",\"resourceType\":\"Bundle\"}",
            "{\"resourceType\":\"OperationOutcome\",\"id\":\"1\",\"issue\":[{\"severity\":\"error\",\"code\":\"x\"}]}")) {
      assertThatThrownBy(() -> redact("hide: []", body)).isInstanceOf(Refusal.class);
    }
  }

  /** What an answer looks like may depend on the view and on what is seen, on nothing else. */
  @Test
  @Tag("C4")
  void aContainedResourceOfATypeNotShownLeavesNoTrace() {
    String types = "types: {Observation: {do: [read], show: all}}";
    String text =
        "\"text\":{\"status\":\"generated\",\"div\":\"<div xmlns='http://www.w3.org/1999/xhtml'>t</div>\"},";
    String head = "{\"resourceType\":\"Observation\",\"id\":\"1\"," + text;
    String contained =
        "\"contained\":[{\"resourceType\":\"Patient\",\"id\":\"p\",\"birthDate\":\"1970-01-01\"}],"
            + "\"focus\":[{\"reference\":\"#p\"}],";
    String with = redactBy(types, head + contained + "\"status\":\"final\"}");
    assertThat(with).isEqualTo(redactBy(types, head + "\"status\":\"final\"}"));
  }

  @Test
  @Tag("C13")
  void anEntryWhoseResourceIsNotShownGoesWhole() {
    String types = "types: {Bundle: {do: [read], show: all}, Patient: {do: [read], show: all}}";
    String bundle = "{\"resourceType\":\"Bundle\",\"id\":\"1\",\"type\":\"collection\",\"entry\":[";
    String seen =
        "{\"fullUrl\":\"urn:uuid:1\",\"resource\":{\"resourceType\":\"Patient\",\"id\":\"p\",\"active\":true}}";
    for (String hidden :
        List.of(
            "{\"fullUrl\":\"urn:uuid:2\",\"resource\":{\"resourceType\":\"Person\",\"id\":\"x\"}}",
            "{\"fullUrl\":\"urn:uuid:2\",\"resource\":{\"resourceType\":\"Bundle\",\"type\":\"document\"}}",
            "{\"fullUrl\":\"urn:uuid:2\",\"resource\":{\"resourceType\":\"OperationOutcome\",\"id\":\"x\"}}")) {
      assertThat(redactBy(types, bundle + hidden + "," + seen + "]}"))
          .as(hidden)
          .isEqualTo(redactBy(types, bundle + seen + "]}"));
      assertThat(redactBy(types, bundle + seen + "," + hidden + "]}"))
          .as(hidden)
          .isEqualTo(redactBy(types, bundle + seen + "]}"));
    }
  }

  @Test
  void aNestedPatientIsAFact() {
    Redacted redacted =
        run(
            "hide: []",
            "{\"resourceType\":\"Bundle\",\"id\":\"1\",\"type\":\"collection\",\"entry\":[{\"resource\":{\"resourceType\":\"Patient\",\"id\":\"p9\",\"active\":true}}]}");
    assertThat(redacted.facts().get(0).patients()).containsExactly("p9");
  }

  @Test
  @Tag("D")
  void theInternalHostIsFoundHoweverItIsWritten() {
    for (String reference :
        List.of(
            "http://ehr.internal/fhir/Patient/p1",
            "http:\\/\\/ehr.internal\\/fhir\\/Patient\\/p1",
            "http:\\/\\/ehr.internal/fhir/Patient/p1",
            "http:\\u002f\\u002fehr.internal/fhir/Patient/p1",
            "HTTP://EHR.internal/fhir/Patient/p1",
            "\\u0050atient/p1",
            "Patient\\u002fp1")) {
      Redacted redacted =
          run(
              "hide: []",
              "{\"resourceType\":\"Observation\",\"id\":\"1\",\"subject\":{\"reference\":\""
                  + reference
                  + "\"}}");
      assertThat(text(redacted).toLowerCase()).as(reference).doesNotContain("ehr.internal");
      assertThat(redacted.facts().get(0).patients()).as(reference).containsExactly("p1");
    }
  }

  private static String redact(String rule, String resource) {
    return text(run(rule, resource));
  }

  private static String redactBy(String types, String resource) {
    return text(read("hide: []", types, resource));
  }

  private static String text(Redacted redacted) {
    StringBuilder out = new StringBuilder();
    redacted.writeTo(
        (s, offset, length) -> out.append(new String(s, offset, length, StandardCharsets.UTF_8)));
    return out.toString();
  }

  private static Redacted run(String rule, String resource) {
    return read(rule, "types: {\"*\": {do: [read], show: all}}", resource);
  }

  private static Redacted read(String rule, String types, String resource) {
    String policy =
        """
        policy: 1
        identity: {role: {claim: r}}
        roles:
          reader:
            purpose: [TREAT]
            %s
            %s
        """
            .formatted(rule, types);
    List<String> problems = new ArrayList<>();
    PolicySet set = PolicySet.read("leak.yaml", policy, p -> problems.add(p.toString()));
    assertThat(set).as(problems.toString()).isNotNull();
    byte[] bytes = resource.getBytes(StandardCharsets.UTF_8);
    byte[] padded = Arrays.copyOf(bytes, bytes.length + Redactor.PADDING);
    return new Redactor(Limits.DEFAULT)
        .redact(set.view("reader"), Redactor.Layer.EXCHANGE, padded, 0, bytes.length, null, REBASE);
  }
}
