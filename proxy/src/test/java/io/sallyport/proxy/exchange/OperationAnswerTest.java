package io.sallyport.proxy.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.proxy.journal.JournalEntry;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Row E1 of the leak catalogue, and history: every entry is judged by what it says itself. */
class OperationAnswerTest {
  private static final String WARD = "Bearer ward/TREAT/w1";
  private static final String CHIEF = "Bearer chief/TREAT/c1";
  private static final String RESTRICTED =
      "\"meta\":{\"security\":[{\"system\":\"http://terminology.hl7.org/CodeSystem/v3-Confidentiality\","
          + "\"code\":\"R\"}]},";

  private final Stage stage = new Stage();

  private static String bundle(String type, String... entries) {
    return "{\"resourceType\":\"Bundle\",\"type\":\""
        + type
        + "\",\"entry\":["
        + String.join(",", entries)
        + "]}";
  }

  private static String observation(String id, String patient, String more) {
    return "{\"resourceType\":\"Observation\",\"id\":\""
        + id
        + "\","
        + more
        + "\"status\":\"final\",\"subject\":{\"reference\":\"Patient/"
        + patient
        + "\"},\"performer\":[{\"reference\":\"Practitioner/"
        + id
        + "\"}]}";
  }

  private static String entry(String resource) {
    return "{\"fullUrl\":\"http://elsewhere.internal/x\",\"resource\":" + resource + "}";
  }

  private static String patient(String id, String more) {
    return "{\"resourceType\":\"Patient\",\"id\":\"" + id + "\"," + more + "\"active\":true}";
  }

  private static String practitioner(String id) {
    return "{\"resourceType\":\"Practitioner\",\"id\":\"" + id + "\"}";
  }

  private List<String> disclosed() {
    return stage.fake.entries(JournalEntry.Outcome.class).stream()
        .flatMap(outcome -> outcome.resources().stream())
        .map(resource -> resource.type() + "/" + resource.id())
        .toList();
  }

  // ------------------------------------------------------------------------------- $everything

  @Test
  void e1EverythingIsJudgedEntryByEntry() {
    String all =
        bundle(
            "searchset",
            entry(patient("p1", "")),
            entry(observation("mine", "p1", "")),
            entry(observation("labelled", "p1", RESTRICTED)),
            entry(observation("others", "p2", "")),
            entry(patient("p2", "")),
            entry(practitioner("mine")),
            entry(practitioner("labelled")),
            entry("{\"resourceType\":\"Account\",\"id\":\"a\",\"status\":\"active\"}"),
            entry("{\"resourceType\":\"OperationOutcome\",\"issue\":[]}"));
    Stage.Caller caller =
        stage.json(patient("p1", "")).json(all).get("/fhir/Patient/p1/$everything", WARD);

    assertThat(stage.sent)
        .containsExactly(
            "Patient/p1", "Patient/p1/$everything?_type=Observation,Patient&_count=100");
    assertThat(disclosed()).containsExactly("Patient/p1", "Observation/mine");
    assertThat(caller.body)
        .contains(Stage.PUBLIC + "/Observation/mine", "\"total\":2")
        .doesNotContain(
            "labelled", "p2", "Account", "OperationOutcome", "elsewhere", "Practitioner\",");
    assertThat(stage.fake.entries(JournalEntry.Intent.class).get(0).interaction())
        .isEqualTo("$everything");
  }

  /** Nothing tells a patient who is withheld from one who is not there. */
  @Test
  void e1TheRecordsOfAPatientWhoIsWithheldAreThoseOfNobody() {
    String all = bundle("searchset", entry(observation("o", "p1", "")));
    Stage labelled = new Stage();
    Stage.Caller caller =
        labelled
            .json(patient("p1", RESTRICTED))
            .json(all)
            .get("/fhir/Patient/p1/$everything", WARD);
    assertThat(caller.head.status()).isEqualTo(404);
    assertThat(labelled.sent).containsExactly("Patient/p1");
    Stage.Caller nobody =
        stage.answer(404, "application/fhir+json", "{}").get("/fhir/Patient/p1/$everything", WARD);
    assertThat(nobody.body.toString()).isEqualTo(caller.body.toString());
    assertThat(nobody.head).isEqualTo(caller.head);
  }

  @Test
  void e1WhatTheSearchModeSaysDoesNotMatter() {
    String all =
        bundle(
            "searchset",
            "{\"resource\":" + patient("p1", "") + ",\"search\":{\"mode\":\"match\"}}",
            "{\"resource\":"
                + observation("o", "p1", "")
                + ",\"search\":{\"mode\":\"include\",\"score\":0.7}}");
    Stage.Caller caller =
        stage.json(patient("p1", "")).json(all).get("/fhir/Patient/p1/$everything", WARD);
    assertThat(disclosed()).containsExactly("Patient/p1", "Observation/o");
    assertThat(caller.body).doesNotContain("score", "0.7");
  }

  @Test
  void e1OnlyTheTypesAskedForCome() {
    String all = bundle("searchset", entry(patient("p1", "")), entry(observation("o", "p1", "")));
    stage
        .json(patient("p1", ""))
        .json(all)
        .get("/fhir/Patient/p1/$everything?_type=Observation", WARD);
    assertThat(disclosed()).containsExactly("Observation/o");
  }

  @Test
  void e1PagesAreFilledWhereEntriesAreWithheld() {
    String[] entries = new String[8];
    for (int i = 0; i < entries.length; i++) {
      entries[i] = entry(observation("o" + i, "p1", i % 2 == 0 ? RESTRICTED : ""));
    }
    Stage.Caller caller =
        stage
            .json(patient("p1", ""))
            .json(bundle("searchset", entries))
            .get("/fhir/Patient/p1/$everything?_count=2", WARD);
    assertThat(disclosed()).containsExactly("Observation/o1", "Observation/o3");
    assertThat(caller.body).contains("\"next\"").doesNotContain("\"total\"");
  }

  @ParameterizedTest
  @ValueSource(strings = {"collection", "history", "batch-response", "document", "message"})
  void e1AnotherBundleIsNoAnswer(String type) {
    Stage.Caller caller =
        stage
            .json(bundle(type, entry(patient("p1", ""))))
            .get("/fhir/Patient/p1/$everything", CHIEF);
    assertThat(caller.head.status()).isEqualTo(502);
    assertThat(caller.body).doesNotContain("p1");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/Composition/c1/$document",
        "/Patient/p1/$summary",
        "/Patient/$match",
        "/Patient/p1/$docref",
        "/Patient/p1/$meta",
        "/Patient/p1/$graphql",
        "/Observation/$stats",
        "/$export",
        "/Patient/p1/*",
        "/_history"
      })
  void e1EveryOtherOperationIsRefusedBeforeAnybodyIsAsked(String path) {
    Stage.Caller caller = stage.get("/fhir" + path, CHIEF);
    assertThat(caller.head.status()).isEqualTo(405);
    assertThat(stage.sent).isEmpty();
  }

  // ------------------------------------------------------------------------------------- $lastn

  @Test
  void e1TheNewestAreForWhoIsGivenAll() {
    String one = bundle("searchset", entry(observation("o", "p1", "")), entry(patient("p1", "")));
    stage.json(one).get("/fhir/Observation/$lastn?max=2&patient=Patient/p1", CHIEF);
    assertThat(stage.sent).containsExactly("Observation/$lastn?max=2&patient=Patient/p1");
    assertThat(disclosed()).containsExactly("Observation/o");

    assertThat(stage.get("/fhir/Observation/$lastn?max=2", WARD).head.status()).isEqualTo(403);
    assertThat(stage.sent).hasSize(1);
  }

  @Test
  void theCapabilityStatementTellsOfThem() {
    assertThat(stage.json(patient("none", "")).get("/fhir/metadata", WARD).body)
        .contains(
            "{\"type\":\"Patient\",\"interaction\":[{\"code\":\"history-instance\"},"
                + "{\"code\":\"read\"},{\"code\":\"vread\"}],\"operation\":[{\"name\":\"everything\","
                + "\"definition\":\"http://hl7.org/fhir/OperationDefinition/Patient-everything\"}]}",
            "],\"interaction\":[{\"code\":\"batch\"}]")
        .doesNotContain("lastn");
  }

  // ------------------------------------------------------------------------------------ history

  private static String version(String method, String url, String resource) {
    return "{\"fullUrl\":\"http://elsewhere.internal/x\","
        + (resource.isEmpty() ? "" : "\"resource\":" + resource + ",")
        + "\"request\":{\"method\":\""
        + method
        + "\",\"url\":\""
        + url
        + "\",\"ifMatch\":\"W/\\\"9\\\"\"},\"response\":{\"status\":\"200 fine, CANARY\","
        + "\"location\":\"http://elsewhere.internal/CANARY\",\"etag\":\"W/\\\"77\\\"\"}}";
  }

  @Test
  void theVersionsOfAResourceCarryRequestsOfOurs() {
    String all =
        bundle(
            "history",
            version("PUT", "http://elsewhere.internal/fhir/Patient/p1", patient("p1", "")),
            version("DELETE", "Patient/p1", ""),
            version("POST", "Patient?CANARY=1", patient("p1", "")));
    Stage.Caller caller = stage.json(all).get("/fhir/Patient/p1/_history", CHIEF);

    assertThat(stage.sent).containsExactly("Patient/p1/_history");
    assertThat(caller.body)
        .startsWith("{\"resourceType\":\"Bundle\",\"type\":\"history\",\"entry\":[")
        .contains(
            "\"request\":{\"method\":\"PUT\",\"url\":\"Patient/p1\"},\"response\":{\"status\":\"200\"}}",
            "{\"fullUrl\":\""
                + Stage.PUBLIC
                + "/Patient/p1\",\"request\":{\"method\":\"DELETE\","
                + "\"url\":\"Patient/p1\"},\"response\":{\"status\":\"204\"}}",
            "\"request\":{\"method\":\"POST\",\"url\":\"Patient\"},\"response\":{\"status\":\"201\"}}",
            "\"total\":3")
        .doesNotContain("CANARY", "elsewhere", "ifMatch", "77", "search");
  }

  @Test
  void aHistoryIsOfTheResourceAskedFor() {
    String all =
        bundle(
            "history",
            version("PUT", "Patient/p1", patient("p1", "")),
            version("PUT", "Patient/p2", patient("p2", "")),
            version("DELETE", "Patient/p2", ""),
            version("DELETE", "Observation/o2", ""),
            version("PUT", "Observation/o", observation("o", "p1", "")));
    Stage.Caller caller = stage.json(all).get("/fhir/Patient/p1/_history", CHIEF);
    assertThat(disclosed()).containsExactly("Patient/p1");
    assertThat(caller.body).doesNotContain("p2", "o2", "DELETE");
  }

  /** An older version that lacks the label that the current one has is not a way around it. */
  @Test
  void olderVersionsAreReleasedWhereTheCurrentOneIs() {
    String older = bundle("history", version("PUT", "Patient/p1", patient("p1", "")));
    for (String path : List.of("/fhir/Patient/p1/_history", "/fhir/Patient/p1/_history/1")) {
      String answer = path.endsWith("1") ? patient("p1", "") : older;
      Stage open = new Stage();
      assertThat(open.json(patient("p1", "")).json(answer).get(path, WARD).head.status())
          .as(path)
          .isEqualTo(200);
      assertThat(open.events.get(0)).isEqualTo("journal Intent");
      assertThat(open.sent.get(0)).isEqualTo("Patient/p1");
      assertThat(open.sent).hasSize(2);

      Stage labelled = new Stage();
      Stage.Caller caller = labelled.json(patient("p1", RESTRICTED)).json(answer).get(path, WARD);
      assertThat(caller.head.status()).as(path).isEqualTo(404);
      assertThat(labelled.sent).containsExactly("Patient/p1");

      Stage gone = new Stage();
      gone.answer(410, "application/fhir+json", "{}").json(answer);
      Stage.Caller asked = gone.get(path, WARD);
      assertThat(asked.head.status()).as(path).isEqualTo(404);
      assertThat(asked.body.toString().replaceAll("id-[0-9]+", ""))
          .isEqualTo(caller.body.toString().replaceAll("id-[0-9]+", ""));

      Stage other = new Stage();
      assertThat(other.json(patient("p2", "")).json(answer).get(path, WARD).head.status())
          .isEqualTo(502);
    }
  }

  @Test
  void eachVersionIsJudgedToo() {
    String all =
        bundle(
            "history",
            version("PUT", "Patient/p1", patient("p1", "")),
            version("PUT", "Patient/p1", patient("p1", RESTRICTED + "\"gender\":\"male\",")),
            version("DELETE", "Patient/p1", ""),
            version("POST", "Patient", patient("p1", "\"gender\":\"female\",")));
    Stage.Caller caller =
        stage.json(patient("p1", "")).json(all).get("/fhir/Patient/p1/_history", WARD);
    assertThat(stage.sent).containsExactly("Patient/p1", "Patient/p1/_history?_count=50");
    assertThat(caller.body).contains("female").doesNotContain("\"male\"", "DELETE");
    assertThat(stage.fake.entries(JournalEntry.Outcome.class).get(0).withheld()).isEqualTo(2);
  }

  @Test
  void aPageOfAHistoryIsFollowedByOurLink() {
    String page =
        bundle("history", version("PUT", "Patient/p1", patient("p1", "")))
            .replace(
                "\"entry\"",
                "\"link\":[{\"relation\":\"next\",\"url\":\""
                    + Stage.UPSTREAM
                    + "?p=2\"}],\"entry\"");
    Stage.Caller first = stage.json(page).get("/fhir/Patient/_history", CHIEF);
    String next = first.body.toString().replaceAll(".*\"next\",\"url\":\"([^\"]*)\".*", "$1");
    assertThat(next).startsWith(Stage.PUBLIC + "?_page=");
    stage
        .json(bundle("history", version("PUT", "Patient/p3", patient("p3", ""))))
        .get("/fhir" + next.substring(Stage.PUBLIC.length()), CHIEF);
    assertThat(stage.sent).containsExactly("Patient/_history", "?p=2");
    assertThat(disclosed()).containsExactly("Patient/p1", "Patient/p3");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"request\":{\"method\":\"PUT\",\"url\":\"Patient/p1\"}}",
        "{\"request\":{\"method\":\"DELETE\",\"url\":\"Patient?x=y\"}}",
        "{\"request\":{\"method\":\"DELETE\"}}",
        "{\"request\":\"DELETE Patient/p1\"}",
        "{\"request\":{\"method\":\"DELETE\",\"url\":\"Patient/p1\"},\"request\":{}}",
        "{\"response\":{\"status\":\"204\"}}",
        "{}"
      })
  void anEntryThatSaysNeitherIsNoHistory(String entry) {
    Stage.Caller caller =
        stage.json(bundle("history", entry)).get("/fhir/Patient/p1/_history", CHIEF);
    assertThat(caller.head.status()).isEqualTo(502);
  }

  @Test
  void aSearchsetIsNoHistoryAndAHistoryNoSearchset() {
    String one = entry(patient("p1", ""));
    assertThat(
            stage
                .json(bundle("searchset", one))
                .get("/fhir/Patient/p1/_history", CHIEF)
                .head
                .status())
        .isEqualTo(502);
    assertThat(
            stage
                .json(bundle("history", version("DELETE", "Patient/p1", "")))
                .get("/fhir/Patient", CHIEF)
                .head
                .status())
        .isEqualTo(502);
  }
}
