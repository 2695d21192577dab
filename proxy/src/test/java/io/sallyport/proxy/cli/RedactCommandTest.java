package io.sallyport.proxy.cli;

import static org.assertj.core.api.Assertions.assertThat;

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
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code policy redact} on the demo's policy and the Synthea sample, as a person calls it. */
class RedactCommandTest {
  @TempDir Path dir;
  private Path policy;
  private String out;
  private String err;

  @BeforeEach
  void demoPolicy() throws IOException {
    try (InputStream in = RedactCommand.class.getResourceAsStream("/policies/demo.yaml")) {
      policy = Files.write(dir.resolve("policy.yaml"), in.readAllBytes());
    }
  }

  private int run(String in, Object... more) {
    InputStream stdin = System.in;
    PrintStream stdout = System.out;
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    StringWriter told = new StringWriter();
    StringWriter errors = new StringWriter();
    List<String> words = new ArrayList<>(List.of("policy", "redact", "--policy", "" + policy));
    Arrays.stream(more).map(Object::toString).forEach(words::add);
    System.setIn(new ByteArrayInputStream(in.getBytes(StandardCharsets.UTF_8)));
    System.setOut(new PrintStream(bytes, true, StandardCharsets.UTF_8));
    int exit;
    try {
      exit =
          CommandLines.sallyport()
              .setOut(new PrintWriter(told, true))
              .setErr(new PrintWriter(errors, true))
              .execute(words.toArray(String[]::new));
    } finally {
      System.setIn(stdin);
      System.setOut(stdout);
    }
    out = bytes.toString(StandardCharsets.UTF_8) + told;
    err = errors.toString();
    return exit;
  }

  private static List<String> synthea(String type) throws IOException {
    String name = "/io/sallyport/loadtest/synthea/" + type + ".ndjson";
    try (InputStream in = RedactCommand.class.getResourceAsStream(name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    }
  }

  private static String patient() throws IOException {
    return synthea("Patient").get(0);
  }

  private static String id(String resource) {
    return resource.replaceFirst("(?s).*?\"id\"\\s*:\\s*\"([^\"]+)\".*", "$1");
  }

  private static String entry(String resource, String mode) {
    return "{\"fullUrl\":\"https://ehr.internal/fhir/x\",\"resource\":"
        + resource
        + ",\"search\":{\"mode\":\""
        + mode
        + "\",\"score\":0.9}}";
  }

  private static String searchset(String... entries) {
    return "{\"resourceType\":\"Bundle\",\"type\":\"searchset\",\"total\":99,\"entry\":["
        + String.join(",", entries)
        + "],\"link\":[{\"relation\":\"next\",\"url\":\"https://ehr.internal/fhir?p=2\"}]}";
  }

  private static final String OUTCOME =
      "{\"resourceType\":\"OperationOutcome\",\"issue\":[{\"severity\":\"warning\",\"code\":"
          + "\"processing\",\"diagnostics\":\"ehr-secret\"}]}";

  @Test
  void theElementLayerIsExactWhereNothingIsHidden() throws IOException {
    assertThat(run(patient() + "\n", "--role", "physician", "--purpose", "TREAT")).isZero();
    assertThat(out).isEqualTo(patient() + "\n");
  }

  @Test
  void theElementLayerHidesAndAddsNoTag() throws IOException {
    assertThat(run(patient(), "--role", "nurse", "--purpose", "TREAT")).isZero();
    assertThat(out).contains("\"birthDate\"").doesNotContain("\"line\"", "\"div\"", "REDACTED");
    assertThat(
            run(patient(), "--role", "nurse", "--purpose", "TREAT", "--as", "read", "--fhir", "R4"))
        .isZero();
    assertThat(out).contains("\"birthDate\"", "REDACTED").doesNotContain("\"line\"", "\"div\"");
  }

  @Test
  void aDenialIsThreeWithItsReasonAndNothingOnStandardOutput() throws IOException {
    String encounter = synthea("Encounter").get(0);
    String claim = synthea("Claim").get(0);
    assertThat(run(patient(), "--role", "nurse")).isZero();
    denied(patient(), "NO_PURPOSE", "--role", "nurse", "--purpose", "HRESCH");
    denied(claim, "NO_RULE_PERMITS", "--role", "nurse", "--purpose", "TREAT");
    denied(encounter, "NO_RULE_PERMITS", "--role", "researcher", "--purpose", "HRESCH");
    denied(
        patient(),
        "NO_RULE_PERMITS",
        "--role",
        "researcher",
        "--purpose",
        "HRESCH",
        "--as",
        "read");
    denied(OUTCOME, "NO_RULE_PERMITS", "--role", "physician", "--purpose", "TREAT", "--as", "read");
    denied(
        "{\"resourceType\":\"Binary\",\"contentType\":\"text/plain\"}",
        "NO_RULE_PERMITS",
        "--role",
        "physician",
        "--purpose",
        "TREAT",
        "--as",
        "read");
    denied(
        searchset(entry(claim, "match")),
        "NO_RULE_PERMITS",
        "--role",
        "nurse",
        "--purpose",
        "TREAT",
        "--as",
        "search");
  }

  private void denied(String in, String reason, Object... words) {
    assertThat(run(in, words)).as(reason).isEqualTo(3);
    assertThat(err).contains("denied: " + reason).doesNotContain("Exception");
    assertThat(out).isEmpty();
  }

  @Test
  void whatIsForbiddenIsDeniedWhateverTheRoleSays() throws IOException {
    String text = Files.readString(policy);
    Files.writeString(
        policy,
        text.replace("roles:\n", "forbid:\n  - {type: [Patient], role: [nurse]}\nroles:\n"));
    denied(patient(), "FORBIDDEN", "--role", "nurse", "--purpose", "TREAT");
    denied(
        searchset(entry(patient(), "match")),
        "FORBIDDEN",
        "--role",
        "nurse",
        "--purpose",
        "TREAT",
        "--as",
        "search");
    assertThat(run(patient(), "--role", "physician", "--purpose", "TREAT")).isZero();
  }

  @Test
  void aRoleThatOnlySearchesSeesTheElementsItSearches() throws IOException {
    assertThat(run(patient(), "--role", "researcher", "--purpose", "HRESCH")).isZero();
    assertThat(out).contains("\"gender\"").doesNotContain("\"birthDate\"", "\"family\"");
  }

  @Test
  void aClaimFeedsTheCompartment() throws IOException {
    String mine = "patient=" + id(patient());
    Object[] app = {"--role", "patient-app", "--purpose", "PATRQT", "--claim", mine};
    assertThat(run(patient(), app)).isZero();
    denied(synthea("Patient").get(1), "NOT_IN_COMPARTMENT", app);
    denied(patient(), "NOT_IN_COMPARTMENT", "--role", "patient-app", "--purpose", "PATRQT");
    // Two patients are no answer to whose compartment it is.
    denied(
        patient(),
        "NOT_IN_COMPARTMENT",
        "--role",
        "patient-app",
        "--purpose",
        "PATRQT",
        "--claim",
        mine,
        "--claim",
        "patient=other");

    String two = searchset(entry(synthea("Patient").get(1), "match"), entry(patient(), "match"));
    List<Object> words = new ArrayList<>(List.of(app));
    words.addAll(List.of("--as", "search"));
    assertThat(run(two, words.toArray())).isZero();
    assertThat(out).contains(id(patient())).doesNotContain(id(synthea("Patient").get(1)));
  }

  @Test
  void aRelationHoldsWhereItIsSaidAndNowhereElse() throws IOException {
    Files.writeString(
        policy,
        """
        policy: 1
        fhir: R4
        identity:
          role: {claim: roles}
        relations:
          care-team: {ask: "CareTeam?patient={patient}&participant={user}"}
        roles:
          nurse:
            purpose: [TREAT]
            when: [care-team]
            types:
              Patient: {do: [read, search], show: all}
        """);
    assertThat(run(patient(), "--role", "nurse", "--relation", "care-team")).isZero();
    assertThat(out).contains(id(patient()));
    denied(patient(), "NO_RULE_PERMITS", "--role", "nurse"); // no user
    denied(
        patient(),
        "NOT_IN_COMPARTMENT",
        "--role",
        "nurse",
        "--claim",
        "fhirUser=Practitioner/n1",
        "--as",
        "read");
    assertThat(run(patient(), "--role", "nurse", "--relation", "care-teem")).isEqualTo(2);
    assertThat(err).contains("care-teem");
    assertThat(
            run(
                searchset(entry(patient(), "match")),
                "--role",
                "nurse",
                "--relation",
                "care-team",
                "--as",
                "search"))
        .isZero();
    assertThat(out).contains(id(patient()));
  }

  @Test
  void aSearchsetHasTheEnvelopeThatServeWrites() throws IOException {
    String in =
        searchset(
            entry(OUTCOME, "outcome"),
            entry(synthea("Claim").get(0), "include"),
            entry(patient(), "match"));
    Object[] nurse = {"--role", "nurse", "--purpose", "TREAT", "--as", "search"};
    assertThat(run(in, nurse)).isZero();
    assertThat(out)
        .startsWith(
            // A nurse is shown every Patient.
            "{\"resourceType\":\"Bundle\",\"type\":\"searchset\",\"total\":99,\"entry\":[{\"fullUrl\":")
        .contains(id(patient()), "REDACTED", "\"relation\":\"self\"", "Patient\"}", "\"next\"")
        .doesNotContain("ehr.internal", "ehr-secret", "score", "\"Claim\"", "\"line\"");
  }

  @Test
  void anEmptySearchsetNeedsItsType() {
    String empty = "{\"resourceType\":\"Bundle\",\"type\":\"searchset\"}";
    Object[] nurse = {"--role", "nurse", "--purpose", "TREAT", "--as", "search"};
    assertThat(run(empty, nurse)).isEqualTo(1);
    assertThat(err).contains("--type");
    List<Object> words = new ArrayList<>(List.of(nurse));
    words.addAll(List.of("--type", "Patient"));
    assertThat(run(empty, words.toArray())).isZero();
    assertThat(out).contains("\"total\":0");
    words.set(words.size() - 1, "Claim");
    denied(empty, "NO_RULE_PERMITS", words.toArray());
  }

  @Test
  void inputThatCannotBeJudgedIsOneWithItsPosition() throws IOException {
    String cut = patient().substring(0, 200);
    for (String bad : List.of("", "[]", cut, patient() + "x", "{\"resourceType\":\"Patient\",}")) {
      assertThat(run(bad, "--role", "nurse", "--purpose", "TREAT")).as(bad).isEqualTo(1);
      assertThat(err).contains("byte ").doesNotContain("Exception");
      assertThat(out).isEmpty();
    }
    for (String bad : List.of("", "{\"a\":", searchset(entry(patient(), "match")) + "x")) {
      assertThat(run(bad, "--role", "nurse", "--purpose", "TREAT", "--as", "search")).isEqualTo(1);
      assertThat(err).contains("byte ").doesNotContain("Exception");
      assertThat(out).isEmpty();
    }
  }

  @Test
  void wrongUseIsTwo() {
    assertThat(run("", "--role", "nurze")).isEqualTo(2);
    assertThat(err).contains("nurse");
    assertThat(run("", "--role", "nurse", "--as", "document")).isEqualTo(2);
    assertThat(run("", "--role", "nurse", "--as", "read", "--type", "Patient")).isEqualTo(2);
    assertThat(run("", "--role", "nurse", "--as", "batch", "--format", "ndjson")).isEqualTo(2);
    assertThat(run("", "--role", "nurse", "--format", "xml")).isEqualTo(2);
    assertThat(run("", "--role", "nurse", "--fhir", "R5")).isEqualTo(2);
    assertThat(run("", "--role", "nurse", "--claim", "hunter2")).isEqualTo(2);
    assertThat(err).doesNotContain("hunter2");
    assertThat(run("", "--role", "nurse", "file.json")).isEqualTo(2);
    assertThat(run("", "--role", "nurse", "--out", dir)).isEqualTo(2);
    assertThat(run("", "--role", "nurse", "--type", "Patient")).isEqualTo(2);
    assertThat(run("", "--role", "nurse", "--as", "search", "--format", "ndjson")).isEqualTo(2);
    assertThat(run("", "--role", "nurse", "--as", "search", "--type", "Patiend")).isEqualTo(2);
  }

  @Test
  @Tag("G13")
  void linesAreRedactedOneByOneAndDeniedOnesLeftOut() throws IOException {
    String lines =
        String.join("\n", synthea("Patient").get(0), synthea("Claim").get(0), patient()) + "\r\n";
    Object[] nurse = {"--role", "nurse", "--purpose", "TREAT", "--format", "ndjson"};
    assertThat(run(lines, nurse)).isZero();
    assertThat(out.lines().filter(l -> !l.isBlank()))
        .hasSize(2)
        .allMatch(l -> l.contains("\"Patient\"") && !l.contains("\"line\""));
    assertThat(err).contains("NO_RULE_PERMITS=1");
    denyAll(String.join("\n", synthea("Claim")), nurse);
    assertThat(run(patient() + "\n{\"resourceType\":\"Patient\"\n", nurse)).isEqualTo(1);
    assertThat(err).contains("line 2: byte ");
  }

  private void denyAll(String lines, Object... words) {
    assertThat(run(lines, words)).isEqualTo(3);
    assertThat(out).isEmpty();
    assertThat(err).contains("NO_RULE_PERMITS=6");
  }

  @Test
  void manyFilesAreALineEach() throws IOException {
    Path good = Files.writeString(dir.resolve("good.json"), patient());
    Path claim = Files.writeString(dir.resolve("claim.json"), synthea("Claim").get(0));
    Path bad = Files.writeString(dir.resolve("bad.json"), "{\"resourceType\":\"Patient\"");
    Path lines =
        Files.writeString(
            dir.resolve("all.ndjson"),
            String.join("\n", synthea("Patient").get(0), synthea("Claim").get(0)));
    Path claims = Files.write(dir.resolve("claims.ndjson"), synthea("Claim"));
    Path to = dir.resolve("out");
    Files.createDirectories(to);
    // What an earlier run left under another policy is not this run's result.
    Files.writeString(to.resolve("claim.json"), "stale");

    Object[] nurse = {"--role", "nurse", "--purpose", "TREAT", "--out", to};
    List<Object> words = new ArrayList<>(List.of(nurse));
    words.addAll(List.of(good, claim, bad, lines, claims));
    assertThat(run("", words.toArray())).isEqualTo(1);
    assertThat(out.lines())
        .satisfiesExactly(
            l -> assertThat(l).isEqualTo("redacted " + good),
            l -> assertThat(l).startsWith("denied " + claim + ": NO_RULE_PERMITS"),
            l -> assertThat(l).startsWith("refused " + bad + ": UPSTREAM_INVALID: byte "),
            l ->
                assertThat(l)
                    .isEqualTo("redacted " + lines + ": 1 line, denied {NO_RULE_PERMITS=1}"),
            l -> assertThat(l).isEqualTo("denied " + claims + ": every line"));
    try (Stream<Path> left = Files.list(to)) {
      assertThat(left.map(p -> p.getFileName().toString()))
          .containsExactlyInAnyOrder("good.json", "all.ndjson");
    }
    assertThat(Files.readString(to.resolve("good.json"))).doesNotContain("\"line\"");

    words = new ArrayList<>(List.of(nurse));
    words.addAll(List.of(claim, claims));
    assertThat(run("", words.toArray())).isEqualTo(3);
    words.set(words.size() - 1, good);
    assertThat(run("", words.toArray())).isZero();
    words.set(words.indexOf("TREAT"), "HRESCH");
    assertThat(run("", words.toArray())).isEqualTo(3);
    assertThat(out.lines())
        .hasSize(2)
        .allMatch(l -> l.startsWith("denied ") && l.contains(": NO_PURPOSE: "));
    assertThat(to.resolve("good.json")).doesNotExist();
  }

  @Test
  void filesThatWouldMeetAreWrongUseAndMissingOnesTheEnvironments() throws IOException {
    Path one = Files.writeString(dir.resolve("a.json"), patient());
    Path other = Files.createDirectories(dir.resolve("sub")).resolve("a.json");
    Files.writeString(other, patient());
    Object[] nurse = {"--role", "nurse", "--purpose", "TREAT", "--out"};
    assertThat(run("", with(nurse, dir.resolve("o"), one, other))).isEqualTo(2);
    assertThat(run("", with(nurse, dir, one))).isEqualTo(2);
    assertThat(Files.readString(one)).isEqualTo(patient());
    assertThat(run("", with(nurse, dir.resolve("o"), dir.resolve("none.json")))).isEqualTo(4);
  }

  private static Object[] with(Object[] words, Object... more) {
    List<Object> all = new ArrayList<>(List.of(words));
    all.addAll(List.of(more));
    return all.toArray();
  }
}
