package io.sallyport.proxy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code policy redact --as history} and {@code --as batch}: as {@code serve} would answer. */
class RedactBundlesTest {
  private static final String POLICY =
      """
      policy: 1
      fhir: R4
      identity: {role: {claim: roles}, patient: {claim: patient}}
      segments:
        restricted: {labels: [v3-Confidentiality|R]}
      roles:
        ward:
          purpose: [TREAT]
          versions: show
          deny-segments: [restricted]
          types:
            Patient: {do: [read, history], show: all, hide: [birthDate]}
            Observation: {do: [read, search], show: all, hide: [note]}
        auditor:
          purpose: [TREAT]
          versions: show
          types:
            Patient: {do: [read, history], show: all, hide: [birthDate]}
        reader:
          purpose: [TREAT]
          types:
            Patient: {do: [read], show: all, hide: [birthDate]}
        own:
          purpose: [PATRQT]
          compartment: {Patient: token.patient, membership: subject}
          types:
            Patient: {do: [read, search], show: all}
            Observation: {do: [read, search], show: all}
      """;

  private static final String LABEL =
      ",\"security\":[{\"system\":\"http://terminology.hl7.org/CodeSystem/v3-Confidentiality\",\"code\":\"R\"}]";

  @TempDir private Path dir;
  private Path policy;
  private String out;
  private String err;

  @BeforeEach
  void policy() throws IOException {
    policy = Files.writeString(dir.resolve("policy.yaml"), POLICY);
  }

  private int run(String in, String role, String as, String... more) {
    InputStream stdin = System.in;
    PrintStream stdout = System.out;
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    StringWriter errors = new StringWriter();
    List<String> words = new ArrayList<>(List.of("policy", "redact", "--policy", "" + policy));
    words.addAll(List.of("--role", role, "--as", as));
    words.addAll(Arrays.asList(more));
    System.setIn(new ByteArrayInputStream(in.getBytes(StandardCharsets.UTF_8)));
    System.setOut(new PrintStream(bytes, true, StandardCharsets.UTF_8));
    int exit;
    try {
      exit =
          CommandLines.sallyport()
              .setErr(new PrintWriter(errors, true))
              .execute(words.toArray(String[]::new));
    } finally {
      System.setIn(stdin);
      System.setOut(stdout);
    }
    out = bytes.toString(StandardCharsets.UTF_8);
    err = errors.toString();
    return exit;
  }

  private static String patient(String id, int version, String meta, String name) {
    return "{\"resourceType\":\"Patient\",\"id\":\""
        + id
        + "\",\"meta\":{\"versionId\":\""
        + version
        + "\""
        + meta
        + "},\"birthDate\":\"1970-01-0"
        + version
        + "\",\"name\":[{\"family\":\""
        + name
        + "\"}]}";
  }

  private static String version(String resource, String method) {
    return "{\"fullUrl\":\"http://ehr.internal/Patient/p1\",\"resource\":"
        + resource
        + ",\"request\":{\"method\":\""
        + method
        + "\",\"url\":\"http://ehr.internal/Patient/p1\"},\"response\":{\"status\":\"200 x\",\"etag\":\"W/\\\"9\\\"\"}}";
  }

  private static String deletion(String id) {
    return "{\"request\":{\"method\":\"DELETE\",\"url\":\"Patient/" + id + "\"}}";
  }

  private static String bundle(String type, String... entries) {
    return "{\"resourceType\":\"Bundle\",\"type\":\""
        + type
        + "\",\"entry\":["
        + String.join(",", entries)
        + "]}";
  }

  private static String slot(String resource, String status) {
    String holds = resource.isEmpty() ? "" : "\"resource\":" + resource + ",";
    return "{"
        + holds
        + "\"response\":{\"status\":\""
        + status
        + "\",\"etag\":\"W/\\\"7\\\"\",\"location\":\"http://ehr.internal/Patient/p1\"}}";
  }

  private static String observation(String id, String patient) {
    return "{\"resourceType\":\"Observation\",\"id\":\""
        + id
        + "\",\"status\":\"final\",\"note\":[{\"text\":\"secret\"}],\"code\":{\"text\":\"c\"},"
        + "\"subject\":{\"reference\":\"Patient/"
        + patient
        + "\"}}";
  }

  private JsonNode json() throws IOException {
    return new ObjectMapper().readTree(out);
  }

  @Test
  void aHistoryIsOfVersionsAsTheyAreReleased() throws IOException {
    String history =
        bundle(
            "history",
            version(patient("p1", 3, "", "Now"), "PUT"),
            version(patient("p1", 2, LABEL, "Sealed"), "PUT"),
            version(patient("p1", 1, "", "First"), "POST"));
    assertThat(run(history, "ward", "history")).as(err).isZero();
    assertThat(out)
        .contains("\"type\":\"history\"", "Now", "First", "\"method\":\"POST\"", "REDACTED")
        .contains("https://sallyport.example/fhir/Patient/p1/_history")
        .doesNotContain("Sealed", "1970", "ehr.internal", "W/");
    assertThat(json().get("entry")).hasSize(2);
    assertThat(run(history, "auditor", "history")).isZero();
    assertThat(json().get("entry")).hasSize(3);
    assertThat(out).contains("Sealed").doesNotContain("1970");
  }

  /** An older version may lack the label that was put right since. */
  @Test
  void whoIsNotGivenTheCurrentVersionIsGivenNone() {
    String history =
        bundle(
            "history",
            version(patient("p1", 2, LABEL, "Now"), "PUT"),
            version(patient("p1", 1, "", "First"), "POST"));
    assertThat(run(history, "ward", "history")).isEqualTo(3);
    assertThat(out).isEmpty();
    assertThat(err).contains("denied: ");
    String deleted =
        bundle("history", deletion("p1"), version(patient("p1", 1, "", "First"), "POST"));
    assertThat(run(deleted, "ward", "history")).isEqualTo(3);
    assertThat(out).isEmpty();
    assertThat(run(deleted, "auditor", "history")).isZero();
    assertThat(out).contains("\"DELETE\"", "First");
  }

  @Test
  void aHistoryNeedsTheRightToItAndThatOfATypeAllOfIt() {
    String one = bundle("history", version(patient("p1", 1, "", "First"), "POST"));
    assertThat(run(one, "reader", "history")).isEqualTo(3);
    assertThat(err).contains("NO_RULE_PERMITS");
    String two =
        bundle(
            "history",
            version(patient("p1", 1, "", "One"), "POST"),
            version(patient("p2", 1, "", "Two"), "POST"));
    assertThat(run(two, "ward", "history")).isEqualTo(3);
    assertThat(err).contains("SEARCH_NOT_PERMITTED");
    assertThat(out).isEmpty();
    assertThat(run(two, "auditor", "history")).isZero();
    assertThat(out).contains("One", "Two", "https://sallyport.example/fhir/Patient/_history");
  }

  @Test
  void whatIsNoHistoryIsRefusedAndAnEmptyOneNeedsItsType() {
    String search = bundle("searchset", version(patient("p1", 1, "", "First"), "POST"));
    assertThat(run(search, "auditor", "history")).isEqualTo(1);
    assertThat(out).isEmpty();
    String empty = "{\"resourceType\":\"Bundle\",\"type\":\"history\"}";
    assertThat(run(empty, "auditor", "history")).isEqualTo(1);
    assertThat(err).contains("--type");
    assertThat(run(empty, "auditor", "history", "--type", "Patient")).isZero();
    assertThat(run("{\"resourceType\":", "auditor", "history")).isEqualTo(1);
    assertThat(err).contains("byte ");
    // Another reader would find entries behind such a key.
    assertThat(run(empty.replace("type\":\"h", "typ\\u0065\":\"h"), "auditor", "history"))
        .isEqualTo(1);
  }

  @Test
  @Tag("A22")
  void aBatchKeepsItsSlotsAndEachIsDecidedAlone() throws IOException {
    String batch =
        bundle(
            "batch-response",
            slot(patient("p1", 1, "", "One"), "200 OK"),
            slot(patient("p2", 1, LABEL, "Sealed"), "200"),
            slot("", "404 Not Found"),
            slot("{\"resourceType\":\"Claim\",\"id\":\"c1\",\"status\":\"active\"}", "200"),
            slot("{\"resourceType\":\"OperationOutcome\",\"issue\":[]}", "200"),
            slot(bundle("searchset", "{\"resource\":" + observation("o1", "p1") + "}"), "200"),
            slot(bundle("history", version(patient("p1", 3, "", "Now"), "PUT")), "200"),
            slot("", "200"),
            slot(patient("p3", 1, "", "Three"), "503"));
    assertThat(run(batch, "ward", "batch")).as(err).isZero();
    JsonNode answer = json();
    assertThat(answer.get("type").asText()).isEqualTo("batch-response");
    List<String> statuses = answer.findValuesAsText("status");
    statuses.removeIf(status -> status.equals("final"));
    JsonNode entries = answer.get("entry");
    List<String> said = new ArrayList<>();
    entries.forEach(entry -> said.add(entry.at("/response/status").asText()));
    assertThat(said).containsExactly("200", "404", "404", "403", "403", "200", "200", "502", "503");
    assertThat(entries.get(0).at("/response/etag").asText()).isEqualTo("W/\"7\"");
    assertThat(entries.get(5).at("/resource/entry/0/resource/id").asText()).isEqualTo("o1");
    assertThat(entries.get(6).at("/resource/type").asText()).isEqualTo("history");
    // What is withheld and what is not there are told in the same words, but for their number.
    assertThat(entries.get(1).toString().replace("-2", "-3")).isEqualTo(entries.get(2).toString());
    assertThat(out)
        .contains("One", "Now")
        .doesNotContain("Sealed", "Three", "1970", "secret", "ehr.internal", "location");
  }

  @Test
  void versionsAreForWhoIsShownThem() throws IOException {
    String batch = bundle("batch-response", slot(patient("p1", 1, "", "One"), "200"));
    assertThat(run(batch, "reader", "batch")).isZero();
    assertThat(out).contains("One").doesNotContain("W/", "versionId");
  }

  @Test
  void ofABatchOnlyTheOwnRecordsAreThere() throws IOException {
    String batch =
        bundle(
            "batch-response",
            slot(observation("o1", "p1"), "200"),
            slot(observation("o2", "p2"), "200"),
            slot(
                bundle(
                    "searchset",
                    "{\"resource\":" + observation("o3", "p2") + "}",
                    "{\"resource\":" + observation("o4", "p1") + "}"),
                "200"));
    assertThat(run(batch, "own", "batch", "--claim", "patient=p1")).isZero();
    assertThat(out).contains("o1", "o4").doesNotContain("o2", "o3", "p2");
    assertThat(json().at("/entry/1/response/status").asText()).isEqualTo("404");
  }

  @Test
  void whatIsNoBatchIsRefusedAndAnEmptySearchsetNeedsItsType() throws IOException {
    assertThat(run(bundle("searchset", slot("", "404")), "ward", "batch")).isEqualTo(1);
    assertThat(run(patient("p1", 1, "", "One"), "ward", "batch")).isEqualTo(1);
    assertThat(out).isEmpty();
    String none = "{\"resourceType\":\"Bundle\",\"type\":\"searchset\"}";
    String batch = bundle("batch-response", slot("", "404"), slot(none, "200"));
    assertThat(run(batch, "ward", "batch")).isEqualTo(1);
    assertThat(err).contains("entry 2 ", "--type");
    assertThat(out).isEmpty();
    assertThat(run(batch, "ward", "batch", "--type", "Observation")).isZero();
    assertThat(json().at("/entry/1/resource/total").asInt(-1)).isZero();
    assertThat(run("{\"resourceType\":\"Bundle\",\"type\":\"batch-response\"}", "ward", "batch"))
        .isZero();
    assertThat(out).isEqualTo("{\"resourceType\":\"Bundle\",\"type\":\"batch-response\"}");
  }
}
