package io.sallyport.proxy.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.policy.Reason;
import io.sallyport.policy.Refusal;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rows of the leak catalogue that the whole way answers, on the stage. */
class LeakRowsTest {
  private static final String APP = "Bearer app/PATRQT/p1";
  private static final String NURSE = "Bearer nurse/TREAT/n1";

  private final Stage stage = new Stage();

  private static String patient(String more) {
    return "{\"resourceType\":\"Patient\",\"id\":\"p1\",\"active\":true" + more + "}";
  }

  private static String observation(String id, String patient) {
    return "{\"resourceType\":\"Observation\",\"id\":\"%s\",\"status\":\"final\",\"code\":{\"text\":\"pulse\"},\"subject\":{\"reference\":\"Patient/%s\"}}"
        .formatted(id, patient);
  }

  private static String bundle(String... entries) {
    return "{\"resourceType\":\"Bundle\",\"type\":\"searchset\",\"entry\":["
        + String.join(",", entries)
        + "]}";
  }

  private static String entry(String resource) {
    return "{\"resource\":" + resource + "}";
  }

  /** Refused before the record system hears of it. */
  private void refused(String path, String method) {
    Stage.Caller caller = stage.get(path, NURSE, method, "");
    assertThat(caller.head.status()).as("%s %s", method, path).isBetween(400, 499);
    assertThat(stage.sent).as("%s %s", method, path).isEmpty();
  }

  @ParameterizedTest
  @Tag("A5")
  @Tag("A11")
  @ValueSource(
      strings = {
        "_filter=birthdate%20eq%201970",
        "_text=hiv",
        "_content=hiv",
        "_query=everything",
        "_list=$current-problems",
        "_list=42",
        "_in=Group/1",
        "_graph=x",
        "_contained=true",
        "_contained=both",
        "_containedType=contained",
        "_type=Patient",
        "_language=en"
      })
  void aSearchByMeansThatNobodyCanJudgeIsRefused(String query) {
    refused("/fhir/Patient?" + query, "GET");
    refused("/fhir/Observation?" + query, "GET");
  }

  @ParameterizedTest
  @Tag("A8")
  @Tag("A9")
  @ValueSource(
      strings = {
        "_HAS:Condition:patient:code=F11.20",
        "_Has:Condition:patient:code=F11.20",
        "_has:Condition:patient:_has:AuditEvent:entity:agent=x",
        "_has:Condition=F11.20",
        "_has=F11.20",
        "_include:iterate=Patient:organization",
        "_INCLUDE=Patient:organization",
        "_include=*",
        "_include=Patient:*",
        "_revinclude=*",
        "_revinclude=Provenance:target",
        "_revinclude:recurse=Provenance:target"
      })
  void joinsAreKnownByTheirBaseNameWhateverIsWrittenBehindIt(String query) {
    refused("/fhir/Patient?" + query, "GET");
  }

  @ParameterizedTest
  @Tag("A15")
  @Tag("A16")
  @ValueSource(
      strings = {
        "/fhir/Patient/p2/Condition?code=x",
        "/fhir/Patient/p2/*",
        "/fhir?_type=Patient",
        "/fhir?_id=p1,p2",
        "/fhir/?_type=Patient,Observation",
        "/fhir/_search?_type=Patient",
        "/fhir/_history",
        "/fhir?_getpages=0815&_getpagesoffset=20"
      })
  @Tag("A19")
  void formsOfASearchThatAreNotUnderstoodAreRefused(String path) {
    refused(path, "GET");
  }

  @ParameterizedTest
  @Tag("A16")
  @ValueSource(strings = {"_security=R", "_lastUpdated=gt2020-01-01", "_source=http://x"})
  void metadataOfATypeThatIsSeenInPartMayBeSearchedByWhereItIsSeen(String query) {
    stage.json(bundle());
    int status = stage.get("/fhir/Patient?" + query).head.status();
    // What of meta the nurse's view shows, she may search by; versions and times it hides.
    assertThat(status).isEqualTo(query.startsWith("_lastUpdated") ? 403 : 200);
  }

  @Test
  @Tag("A17")
  void aRecordSystemThatIgnoresOurNarrowingIsNotBelieved() {
    Stage.Caller caller =
        stage
            .json(
                bundle(
                    entry(observation("o1", "p1")),
                    entry(observation("canary-2", "p2")),
                    entry(observation("o3", "p1"))))
            .get("/fhir/Observation", APP);

    assertThat(stage.sent).containsExactly("Observation?patient=Patient/p1&_count=50&_sort=_id");
    assertThat(caller.head.status()).isEqualTo(200);
    assertThat(caller.body).contains("\"o1\"", "\"o3\"").doesNotContain("canary", "p2");
  }

  @ParameterizedTest
  @Tag("A17")
  @ValueSource(strings = {"no-such-parameter=1", "Birthdate=1970", "birthdate2=1970"})
  void whatNobodyKnowsIsNotLeftToTheRecordSystemsLeniency(String query) {
    refused("/fhir/Patient?" + query, "GET");
  }

  @ParameterizedTest
  @Tag("E2")
  @Tag("E3")
  @Tag("E4")
  @Tag("E5")
  @ValueSource(
      strings = {
        "$match",
        "$member-match",
        "$validate",
        "$meta",
        "$meta-add",
        "$diff",
        "$get-resource-counts",
        "$graphql?query={PatientList{name}}",
        "$graph",
        "$cql",
        "$evaluate-measure",
        "$apply",
        "$populate",
        "$extract",
        "$process-message",
        "$binary-access-read",
        "$expunge",
        "$reindex",
        "$mdm-query-links",
        "$expand?filter=hiv",
        "$lookup",
        "$validate-code",
        "$translate",
        "$export",
        "$export-poll-status?_jobId=1",
        "$summary",
        "$document",
        "$docref"
      })
  @Tag("E1")
  void anOperationThatNobodyListsIsRefused(String operation) {
    for (String at : List.of("/fhir/", "/fhir/Patient/", "/fhir/Patient/p1/")) {
      refused(at + operation, "GET");
      refused(at + operation, "POST");
    }
  }

  @Test
  @Tag("E7")
  void aSubscriptionThatWouldTellOfMatchesCannotBeMade() {
    refused("/fhir/Subscription", "POST");
    refused("/fhir/Subscription/1", "PUT");
    refused("/fhir/Subscription/$get-ws-binding-token", "GET");
  }

  @ParameterizedTest
  @Tag("E8")
  @ValueSource(
      strings = {
        "/fhir/$versions",
        "/fhir/swagger-ui",
        "/fhir/swagger-ui/index.html",
        "/fhir/api-docs",
        "/actuator/health",
        "/fhir/actuator/env",
        "/tester/home",
        "/",
        "/fhir",
        "/fhir/.well-known/openid-configuration",
        "/metrics"
      })
  void nothingElseOfTheRecordSystemIsThere(String path) {
    refused(path, "GET");
  }

  @ParameterizedTest
  @Tag("F10")
  @ValueSource(
      strings = {
        "/fhir/DEFAULT/Patient/p1",
        "/fhir/Patient/p1/",
        "/fhir/Patient./p1",
        "/fhir/Patient/p1/_history/1/x",
        "/fhir/patient/p1",
        "/fhir/Patient/p%2f1",
        "/fhir/Patient/" + "p" + "/../p1",
        "/fhir/Patient/p1%00",
        "/FHIR/Patient/p1",
        "/fhirx/Patient/p1"
      })
  void aPathIsReadWholeOrRefused(String path) {
    refused(path, "GET");
  }

  @ParameterizedTest
  @Tag("D")
  @ValueSource(
      strings = {
        "{\"fullUrl\":\"http://ehr.internal:8080/fhir/Patient/p1\",\"resource\":%s}",
        "{\"fullUrl\":\"http:\\/\\/ehr.internal:8080\\/fhir\\/Patient\\/p1\",\"resource\":%s}",
        "{\"fullUrl\":\"http://canary.internal/fhir/Patient/p1\",\"resource\":%s}",
        "{\"fullUrl\":\"urn:uuid:canary\",\"resource\":%s}",
        "{\"resource\":%s,\"search\":{\"mode\":\"match\",\"score\":0.7777777}}",
        "{\"resource\":%s,\"request\":{\"method\":\"GET\",\"url\":\"canary\"}}",
        "{\"resource\":%s,\"response\":{\"status\":\"200\",\"location\":\"canary\",\"etag\":\"canary\",\"lastModified\":\"canary\"}}",
        "{\"resource\":%s,\"link\":[{\"relation\":\"canary\",\"url\":\"http://ehr.internal/canary\"}]}",
        "{\"id\":\"canary\",\"extension\":[{\"url\":\"canary\"}],\"resource\":%s}",
        "{\"resource\":%s},{\"resource\":{\"resourceType\":\"OperationOutcome\",\"issue\":[{\"severity\":\"error\",\"code\":\"x\",\"diagnostics\":\"canary\"}]},\"search\":{\"mode\":\"outcome\"}}"
      })
  void anEntrySaysNothingBesideItsResource(String entry) {
    Stage.Caller caller =
        stage
            .json(
                "{\"resourceType\":\"Bundle\",\"id\":\"canary\",\"identifier\":{\"value\":\"canary\"},"
                    + "\"timestamp\":\"1999-09-09T00:00:00Z\",\"type\":\"searchset\",\"meta\":{\"tag\":[{\"code\":\"canary\"}]},"
                    + "\"link\":[{\"relation\":\"self\",\"url\":\"http://ehr.internal:8080/fhir/Patient?canary\"},{\"relation\":\"first\",\"url\":\"canary\"}],"
                    + "\"entry\":["
                    + entry.formatted(patient(""))
                    + "],\"signature\":{\"data\":\"canary\",\"who\":{\"display\":\"canary\"}}}")
            .get("/fhir/Patient?active=true");

    assertThat(caller.head.status()).isEqualTo(200);
    assertThat(caller.body)
        .contains("\"active\":true")
        .doesNotContain("canary", "internal", "1999", "7777777");
  }

  @Test
  @Tag("F3")
  void neitherValidatorNorVersionTellsOfAChangeOfSomethingHidden() {
    String meta = ",\"meta\":{\"versionId\":\"%s\",\"lastUpdated\":\"%s\"},\"birthDate\":\"%s\"";
    Stage.Caller before =
        stage
            .json(patient(meta.formatted("1", "2020-01-01T00:00:00Z", "1970-01-01")))
            .get("/fhir/Patient/p1");
    Stage.Caller after =
        stage
            .json(patient(meta.formatted("2", "2026-01-01T00:00:00Z", "1980-01-01")))
            .get("/fhir/Patient/p1");

    assertThat(after.body.toString()).isEqualTo(before.body.toString());
    assertThat(after.header("ETag")).isNull();
    assertThat(after.header("Last-Modified")).isNull();
  }

  @Test
  @Tag("F7")
  void anErrorOfTheRecordSystemIsNeverPassedOn() {
    for (int status : List.of(400, 401, 403, 404, 409, 410, 412, 422, 429, 500, 501, 503)) {
      for (String type : List.of("application/fhir+json", "text/html", "text/plain")) {
        Stage.Caller caller =
            stage
                .answer(
                    status,
                    type,
                    "{\"resourceType\":\"OperationOutcome\",\"issue\":[{\"severity\":\"error\",\"code\":\"exception\",\"diagnostics\":\"canary at io.ehr.Internal\"}]}")
                .get("/fhir/Patient/p1");
        assertThat(caller.head.status()).isGreaterThanOrEqualTo(400);
        assertThat(caller.body).doesNotContain("canary", "Internal");
      }
    }
  }

  @ParameterizedTest
  @Tag("F5")
  @Tag("F8")
  @ValueSource(ints = {201, 202, 203, 204, 206, 300, 301, 302, 303, 304, 307, 308})
  void onlyAPlain200IsAnAnswer(int status) {
    Stage.Caller caller =
        stage.answer(status, "application/fhir+json", patient("")).get("/fhir/Patient/p1");
    assertThat(caller.head.status()).isEqualTo(502);
    assertThat(caller.body).doesNotContain("\"active\"");
    assertThat(caller.header("Location")).isNull();
  }

  @Test
  @Tag("F11")
  void nobodyBetweenUsMayKeepAnAnswer() {
    List<Stage.Caller> callers =
        List.of(
            stage.json(patient("")).get("/fhir/Patient/p1"),
            stage.json(bundle(entry(patient("")))).get("/fhir/Patient"),
            stage.answer(404, "application/fhir+json", "{}").get("/fhir/Patient/p1"),
            stage.get("/fhir/Patient?birthdate=1970"),
            stage.get("/fhir/metadata"));
    for (Stage.Caller caller : callers) {
      assertThat(caller.header("Cache-Control")).isEqualTo("no-store, private");
      assertThat(caller.header("Vary")).contains("Authorization");
    }
  }

  /** Not a clock, which proves nothing in a test: the same steps in the same order. */
  @Test
  @Tag("F14")
  void whatIsWithheldTakesTheStepsOfWhatIsNotThere() {
    stage.json(observation("o2", "p2")).get("/fhir/Observation/o2", APP);
    List<String> withheld = List.copyOf(stage.events);
    stage.events.clear();
    stage
        .answer(404, "application/fhir+json", "{\"resourceType\":\"OperationOutcome\"}")
        .get("/fhir/Observation/o2", APP);
    List<String> absent = List.copyOf(stage.events);

    assertThat(withheld).isEqualTo(absent).contains("upstream Observation/o2", "answer 404");
  }

  @Test
  @Tag("I")
  void aDecisionThatFailsDisclosesNothing() {
    Stage.Caller caller = stage.get("/fhir/Patient/p1", "Bearer boom");
    assertThat(caller.head.status()).isEqualTo(500);
    assertThat(stage.sent).isEmpty();
    stage.responses.add(new Refusal(Reason.UPSTREAM_INVALID, "canary"));
    assertThat(stage.get("/fhir/Patient/p1").body).doesNotContain("canary");
  }
}
