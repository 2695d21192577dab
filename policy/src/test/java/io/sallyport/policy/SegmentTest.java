package io.sallyport.policy;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.policy.fhir.InteractionParser;
import io.sallyport.policy.redact.BundleStream;
import io.sallyport.policy.redact.Envelope;
import io.sallyport.policy.redact.Fact;
import io.sallyport.policy.redact.Limits;
import io.sallyport.policy.redact.Rebase;
import io.sallyport.policy.redact.Redacted;
import io.sallyport.policy.redact.Redactor;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Resources of a segment that a caller is denied are not there for it. */
class SegmentTest {
  private static final Rebase REBASE =
      new Rebase("http://ehr.internal/fhir", "https://fhir.example/r4");
  private static final String INLINE =
      "http://hl7.org/fhir/uv/security-label-ds4p/StructureDefinition/extension-inline-sec-label";
  private static final String ACT = "http://terminology.hl7.org/CodeSystem/v3-ActCode";
  private static final String CONFIDENTIALITY =
      "http://terminology.hl7.org/CodeSystem/v3-Confidentiality";

  private static final String POLICY =
      """
      policy: 1
      fhir: R4
      identity:
        role: {claim: roles}
      segments:
        substance-use: {labels: [v3-ActCode|SUD], codes: [sud.csv, "http://loinc.org|5641-*"]}
        psych-notes: {labels: [v3-ActCode|PSYTHPN]}
        restricted: {labels: [v3-Confidentiality|R, v3-Confidentiality|V]}
      forbid:
        - {segment: psych-notes, unless: {purpose: [TREAT], role: [doctor]}}
      roles:
        doctor:
          purpose: [TREAT, HRESCH]
          types: {"*": {do: [read, search], show: all}}
        clerk:
          purpose: [HPAYMT]
          deny-segments: [substance-use, restricted]
          types:
            "*": {do: [read, search], show: all}
            Encounter: {do: [read, search], show: [status, class, subject]}
      """;
  private static final String VALUE_SET =
      """
      # A remark, and an empty line.

      http://hl7.org/fhir/sid/icd-10-cm,F11*,"Opioid related disorders, all"
      http://snomed.info/sct,75544000,Opioid dependence
      """;

  private final PolicySet policy = read(POLICY, VALUE_SET, new ArrayList<>());

  private static PolicySet read(String text, String valueSet, List<String> problems) {
    return PolicySet.read(
        "seg.yaml",
        text,
        name -> name.equals("sud.csv") ? valueSet : null,
        problem -> {
          if (problem.isError()) {
            problems.add(problem.toString());
          }
        });
  }

  private Decision.Permit permit(String role, String purpose, String type) {
    return (Decision.Permit)
        policy.decide(
            role,
            List.of(purpose),
            new AccessRequest(
                new Claims(Map.of()),
                new InteractionParser(policy.definitions()).parse("GET", type, null, "", null),
                Instant.EPOCH));
  }

  /** Whether one resource may be read. */
  private boolean reads(String role, String purpose, String json) {
    String type = json.substring(17, json.indexOf('"', 17));
    Decision.Permit permit = permit(role, purpose, type);
    byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
    Redacted redacted =
        new Redactor(Limits.DEFAULT)
            .redact(
                permit.view(),
                Redactor.Layer.EXCHANGE,
                Arrays.copyOf(bytes, bytes.length + Redactor.PADDING),
                0,
                bytes.length,
                type,
                REBASE);
    return permit.release().holds(redacted.facts().get(0));
  }

  private boolean clerkReads(String json) {
    return reads("clerk", "HPAYMT", json);
  }

  private static String condition(String members) {
    return "{\"resourceType\":\"Condition\",\"id\":\"c\"," + members + "}";
  }

  private static String coded(String coding) {
    return condition("\"code\":{\"coding\":[" + coding + "]}");
  }

  private static String labelled(String coding) {
    return condition("\"meta\":{\"security\":[" + coding + "]}");
  }

  private static String coding(String system, String code) {
    return "{\"system\":\"" + system + "\",\"code\":\"" + code + "\"}";
  }

  @Test
  void aLabelOnTheResourceIsItsSegment() {
    assertThat(clerkReads(labelled(coding(ACT, "SUD")))).isFalse();
    assertThat(clerkReads(labelled(coding(ACT, "HIV")))).isTrue();
    assertThat(clerkReads(labelled(coding(CONFIDENTIALITY, "R")))).isFalse();
    assertThat(clerkReads(labelled(coding(CONFIDENTIALITY, "N")))).isTrue();
    assertThat(clerkReads(labelled(coding(ACT, "HIV") + "," + coding(ACT, "SUD")))).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "http://hl7.org/fhir/sid/icd-10-cm,F11,false",
    "http://hl7.org/fhir/sid/icd-10-cm,F11.20,false",
    "http://hl7.org/fhir/sid/icd-10-cm,F1,true",
    "http://hl7.org/fhir/sid/icd-10-cm,F12,true",
    "http://hl7.org/fhir/sid/icd-10-cm,f11.20,true",
    "http://example.org/other,F11.20,true",
    "http://snomed.info/sct,75544000,false",
    "http://snomed.info/sct,755440001,true",
    "http://loinc.org,5641-8,false",
    "http://loinc.org,5642-8,true"
  })
  void aCodeIsOneOfTheSetOrNot(String system, String code, boolean seen) {
    assertThat(clerkReads(coded(coding(system, code)))).isEqualTo(seen);
  }

  @Test
  void aLabelOnAnElementIsTheWholeResources() {
    String extension = "{\"url\":\"" + INLINE + "\",\"valueCoding\":" + coding(ACT, "SUD") + "}";
    assertThat(
            clerkReads(condition("\"note\":[{\"extension\":[" + extension + "],\"text\":\"t\"}]")))
        .isFalse();
    assertThat(
            clerkReads(
                condition(
                    "\"recordedDate\":\"2020\",\"_recordedDate\":{\"extension\":["
                        + extension
                        + "]}")))
        .isFalse();
    assertThat(
            clerkReads(
                condition("\"extension\":[{\"url\":\"a\",\"extension\":[" + extension + "]}]")))
        .isFalse();
  }

  @Test
  void whatIsInsideCountsForWhatIsAround() {
    assertThat(
            clerkReads(
                condition(
                    "\"contained\":[{\"resourceType\":\"Observation\",\"id\":\"o\",\"code\":{\"coding\":["
                        + coding("http://snomed.info/sct", "75544000")
                        + "]}}]")))
        .isFalse();
    assertThat(
            clerkReads(
                "{\"resourceType\":\"Bundle\",\"id\":\"b\",\"type\":\"collection\",\"entry\":[{\"resource\":"
                    + labelled(coding(ACT, "SUD"))
                    + "}]}"))
        .isFalse();
    assertThat(
            clerkReads(
                "{\"resourceType\":\"DocumentReference\",\"id\":\"d\",\"securityLabel\":[{\"coding\":["
                    + coding(CONFIDENTIALITY, "V")
                    + "]}]}"))
        .isFalse();
    assertThat(
            clerkReads("{\"resourceType\":\"Composition\",\"id\":\"d\",\"confidentiality\":\"R\"}"))
        .isFalse();
    assertThat(
            clerkReads("{\"resourceType\":\"Composition\",\"id\":\"d\",\"confidentiality\":\"N\"}"))
        .isTrue();
  }

  @Test
  void anElementThatIsHiddenStillTellsOfTheResource() {
    String encounter =
        "{\"resourceType\":\"Encounter\",\"id\":\"e\",\"status\":\"finished\",\"reasonCode\":[{\"coding\":[%s]}]}";
    assertThat(clerkReads(encounter.formatted(coding("http://snomed.info/sct", "75544000"))))
        .isFalse();
    assertThat(clerkReads(encounter.formatted(coding("http://snomed.info/sct", "1")))).isTrue();
    assertThat(
            clerkReads(
                "{\"resourceType\":\"Encounter\",\"id\":\"e\",\"meta\":{\"security\":["
                    + coding(ACT, "SUD")
                    + "]}}"))
        .isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"code\":\"SUD\"}",
        "{\"code\":\"SUD\",\"system\":null}",
        "{\"code\":\"S\\u0055D\",\"system\":\"http://terminology.hl7.org/CodeSystem/v3-ActCode\"}",
        "{\"c\\u006fde\":\"SUD\",\"system\":\"http:\\/\\/terminology.hl7.org\\/CodeSystem\\/v3-ActCode\"}",
        "{\"extension\":[{\"url\":\"x\",\"valueCoding\":{\"system\":\"y\",\"code\":\"z\"}}],"
            + "\"code\":\"SUD\",\"system\":\"http://terminology.hl7.org/CodeSystem/v3-ActCode\"}",
        "{\"code\":{\"value\":\"SUD\"}}",
        "{\"code\":[\"SUD\"]}",
        "{\"code\":7}",
        "\"SUD\""
      })
  void aLabelWrittenCarelesslyIsNoneTheLess(String label) {
    assertThat(clerkReads(labelled(label))).isFalse();
    assertThat(clerkReads(coded(label))).isFalse();
    assertThat(clerkReads(condition("\"meta\":{\"security\":" + label + "}"))).isFalse();
    assertThat(clerkReads(condition("\"meta\":[{\"security\":[" + label + "]}]"))).isFalse();
  }

  @Test
  void whoIsDeniedNothingIsGivenAllOfIt() {
    for (String json : List.of(labelled(coding(ACT, "SUD")), labelled("\"SUD\""))) {
      assertThat(reads("doctor", "TREAT", json)).isTrue();
    }
  }

  @Test
  void aForbidTakesASegmentFromEverybodyElse() {
    String notes = labelled(coding(ACT, "PSYTHPN"));
    assertThat(reads("doctor", "TREAT", notes)).isTrue();
    assertThat(reads("doctor", "HRESCH", notes)).isFalse();
    assertThat(clerkReads(notes)).isFalse();
    assertThat(reads("doctor", "HRESCH", coded(coding(ACT, "other")))).isTrue();
  }

  @Test
  void entriesOfADeniedSegmentAreNotThereAndNotCounted() {
    String bundle =
        "{\"resourceType\":\"Bundle\",\"type\":\"searchset\",\"total\":3,\"entry\":[{\"resource\":"
            + coded(coding("http://snomed.info/sct", "1")).replace("\"c\"", "\"c1\"")
            + "},{\"resource\":"
            + coded(coding("http://snomed.info/sct", "75544000")).replace("\"c\"", "\"c2\"")
            + "},{\"resource\":"
            + labelled(coding(ACT, "HIV")).replace("\"c\"", "\"c3\"")
            + "}]}";
    Decision.Permit permit = permit("clerk", "HPAYMT", "Condition");
    BundleStream stream =
        new BundleStream(
            new Redactor(Limits.DEFAULT),
            permit.view(),
            Limits.DEFAULT,
            new Envelope(
                "Condition", permit.release(), REBASE, url -> null, REBASE.external(), 64 << 10));
    byte[] bytes = bundle.getBytes(StandardCharsets.UTF_8);
    stream.feed(bytes, 0, bytes.length);
    stream.finish();
    Redacted window = stream.window();
    StringBuilder out = new StringBuilder();
    window.writeTo((b, at, n) -> out.append(new String(b, at, n, StandardCharsets.UTF_8)));
    assertThat(window.facts()).extracting(Fact::id).containsExactly("c1", "c3");
    assertThat(window.withheld()).isEqualTo(1);
    assertThat(out.toString()).contains("\"total\":2").doesNotContain("c2").doesNotContain("75544");
  }

  @Test
  void theHashVouchesForTheValueSets() {
    PolicySet other =
        read(POLICY, VALUE_SET + "http://snomed.info/sct,1,more\n", new ArrayList<>());
    assertThat(other.hash()).isNotEqualTo(policy.hash());
    assertThat(read(POLICY, VALUE_SET, new ArrayList<>()).hash()).isEqualTo(policy.hash());
  }

  @Test
  void mistakesAreNamedWithTheirPlace() {
    List<String> problems = new ArrayList<>();
    String broken =
        POLICY
            .replace("deny-segments: [substance-use", "deny-segments: [substance-usage")
            .replace("psych-notes: {labels: [v3-ActCode|PSYTHPN]}", "psych-notes: {labels: []}")
            .replace("v3-Confidentiality|V", "v3-Confidentiality V")
            .replace("5641-*", "*");
    assertThat(read(broken, null, problems)).isNull();
    assertThat(problems)
        .anyMatch(p -> p.contains("seg.yaml:17:21") && p.contains("Did you mean 'substance-use'?"))
        .anyMatch(
            p -> p.contains("seg.yaml:7") && p.contains("psych-notes") && p.contains("no label"))
        .anyMatch(p -> p.contains("seg.yaml:8") && p.contains("is not system|code"))
        .anyMatch(p -> p.contains("seg.yaml:6") && p.contains("'http://loinc.org|*'"))
        .anyMatch(p -> p.contains("seg.yaml:6") && p.contains("'sud.csv' is not there"));
    problems.clear();
    assertThat(read(POLICY, "http://snomed.info/sct\n,F11,x\nsys,*,all\n", problems)).isNull();
    assertThat(problems)
        .singleElement()
        .asString()
        .contains("'sud.csv', line 1, line 2, line 3: must be system,code");
  }
}
