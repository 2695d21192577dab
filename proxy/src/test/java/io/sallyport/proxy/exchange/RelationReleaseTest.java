package io.sallyport.proxy.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.policy.Reason;
import io.sallyport.policy.Refusal;
import io.sallyport.proxy.journal.JournalEntry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A resource is released only when the record system proves what must hold with its patient. */
class RelationReleaseTest {
  private static final String CARER = "Bearer carer/TREAT/n1";
  private static final String JSON = "application/fhir+json";
  private static final String P1 = "{\"resourceType\":\"Patient\",\"id\":\"p1\"}";
  private static final String NO = "{\"resourceType\":\"Bundle\",\"type\":\"searchset\"}";

  private static String yes(String patient) {
    return "{\"resourceType\":\"Bundle\",\"type\":\"searchset\",\"entry\":[{\"resource\":{\"resourceType\":\"CareTeam\","
        + "\"status\":\"active\",\"subject\":{\"reference\":\"Patient/"
        + patient
        + "\"},\"participant\":[{\"member\":{\"reference\":\"Practitioner/n1\"}}]}}]}";
  }

  private static String observation(String id, String patient) {
    return "{\"resourceType\":\"Observation\",\"id\":\""
        + id
        + "\",\"status\":\"final\",\"subject\":{\"reference\":\"Patient/"
        + patient
        + "\"}}";
  }

  private static String ask(String patient) {
    return "lookup CareTeam?patient=Patient/"
        + patient
        + "&participant=Practitioner/n1&status=active";
  }

  private static List<String> lookups(Stage stage) {
    return stage.events.stream().filter(event -> event.startsWith("lookup")).toList();
  }

  @Test
  void theLookupIsRecordedBeforeItIsSentAndTheAnswerBeforeItLeaves() {
    Stage stage = new Stage();
    Stage.Caller caller =
        stage
            .json(observation("o1", "p1"))
            .lookup(200, yes("p1"))
            .get("/fhir/Observation/o1", CARER);

    assertThat(caller.head.status()).isEqualTo(200);
    assertThat(stage.events)
        .containsExactly(
            "journal Intent",
            "upstream Observation/o1",
            "journal Lookup",
            ask("p1"),
            "journal Outcome",
            "answer 200");
    assertThat(stage.fake.entries(JournalEntry.Lookup.class))
        .containsExactly(
            new JournalEntry.Lookup(
                "id-1",
                0,
                "care-team",
                "Practitioner/n1",
                "p1",
                "CareTeam?patient=Patient/p1&participant=Practitioner/n1&status=active"));
  }

  /** Where the request names the patient, the lookup does not wait for the answer. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "Patient/p1",
        "Patient?_id=p1",
        "Observation?patient=p1",
        "Observation?subject=Patient/p1",
        "Observation?subject:Patient=p1"
      })
  void aPatientWhomTheRequestNamesIsAskedForAhead(String path) {
    Stage stage = new Stage();
    stage.json(path.contains("?") ? NO : P1).lookup(200, yes("p1")).get("/fhir/" + path, CARER);

    assertThat(stage.events.subList(0, 4))
        .startsWith("journal Intent", "journal Lookup", ask("p1"))
        .anyMatch(event -> event.startsWith("upstream"));
    assertThat(lookups(stage)).hasSize(1);
  }

  /** Nothing that came, nothing that may be seen, nothing there: one answer, one lookup each. */
  @Test
  void anotherTeamsPatientLooksLikeOneWhoNeverWas() {
    List<Stage> stages = new ArrayList<>();
    List<Stage.Caller> callers = new ArrayList<>();
    for (int there = 0; there < 2; there++) {
      Stage stage = new Stage();
      stage.answer(there == 0 ? 404 : 200, JSON, there == 0 ? "{}" : observation("o1", "p2"));
      callers.add(stage.lookup(200, NO).get("/fhir/Observation/o1", CARER));
      stages.add(stage);
    }
    assertThat(callers.get(0).head.status()).isEqualTo(404);
    assertThat(callers.get(1).head).isEqualTo(callers.get(0).head);
    assertThat(callers.get(1).body.toString()).isEqualTo(callers.get(0).body.toString());
    assertThat(lookups(stages.get(0))).containsExactly(ask("o1"));
    assertThat(lookups(stages.get(1))).containsExactly(ask("p2"));
    assertThat(stages.get(0).fake.entries(JournalEntry.Outcome.class)).isEmpty();
  }

  /** The record system's health must not tell whether there was something to ask about. */
  @ParameterizedTest
  @CsvSource({"404, none", "200, p2", "200, both"})
  void aLookupThatFailsFailsTheReadWhateverCame(int status, String subject) {
    String resource =
        subject.equals("both")
            ? "{\"resourceType\":\"Observation\",\"id\":\"o1\",\"subject\":{\"reference\":\"Patient/p1\"},"
                + "\"performer\":[]}"
            : observation("o1", subject);
    Stage stage = new Stage();
    stage.answer(status, JSON, status == 404 ? "{}" : resource.replace(",\"performer\":[]", ""));
    stage.answers.add(new Refusal(Reason.UPSTREAM_TIMEOUT, "slow"));
    assertThat(stage.get("/fhir/Observation/o1", CARER).head.status()).isEqualTo(504);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "e"})
  void aLookupThatFailsFailsTheSearchWhateverCame(String entry) {
    Stage stage = new Stage();
    stage.json(
        entry.isEmpty()
            ? NO
            : "{\"resourceType\":\"Bundle\",\"type\":\"searchset\",\"entry\":[{\"resource\":"
                + observation("o1", "p2")
                + "}]}");
    stage.lookup(500, "{}");
    assertThat(stage.get("/fhir/Observation?code=x", CARER).head.status()).isEqualTo(502);
  }

  @ParameterizedTest
  @CsvSource({
    "404, {}",
    "400, {}",
    "401, {}",
    "500, {}",
    "200, <Bundle/>",
    "200, '{\"resourceType\":\"Bundle\",\"type\":\"searchset\",\"entry\":[}'",
    "200, '{\"resourceType\":\"Bundle\",\"type\":\"searchset\",\"type\":\"searchset\"}'",
    "200, '{\"resourceType\":\"CareTeam\",\"status\":\"active\"}'",
    "204, ''",
    "302, ''",
  })
  void whatIsNoAnswerIsTheRecordSystemsFaultAndNotRemembered(int status, String json) {
    Stage stage = new Stage();
    stage.json(P1).lookup(status, json);
    assertThat(stage.get("/fhir/Patient/p1", CARER).head.status()).isEqualTo(502);
    stage.json(P1).lookup(200, yes("p1"));
    assertThat(stage.get("/fhir/Patient/p1", CARER).head.status()).isEqualTo(200);
  }

  @Test
  void anAnswerWithoutEndIsNotGathered() {
    Stage stage = new Stage();
    String[] chunks = new String[40];
    java.util.Arrays.fill(chunks, " ".repeat(32 << 10));
    stage.json(P1).answers.add(stage.response(200, JSON, chunks));
    assertThat(stage.get("/fhir/Patient/p1", CARER).head.status()).isEqualTo(502);
    assertThat(stage.events).contains("cancel");
  }

  @Test
  void aYesIsRememberedAsLongAsThePolicySaysAndANoForAMoment() {
    Stage stage = new Stage();
    int[] asked = new int[1];
    class Turn {
      void at(String patient, String answer, int status, int lookups) {
        stage.answers.clear();
        stage.json("{\"resourceType\":\"Patient\",\"id\":\"" + patient + "\"}").lookup(200, answer);
        assertThat(stage.get("/fhir/Patient/" + patient, CARER).head.status()).isEqualTo(status);
        asked[0] += lookups;
        assertThat(lookups(stage)).hasSize(asked[0]);
      }
    }
    Turn turn = new Turn();
    turn.at("p1", yes("p1"), 200, 1);
    turn.at("p2", NO, 404, 1);
    stage.now = stage.now.plusMillis(4_999);
    turn.at("p1", NO, 200, 0);
    turn.at("p2", yes("p2"), 404, 0);
    stage.now = stage.now.plusMillis(1);
    turn.at("p2", yes("p2"), 200, 1); // just admitted to the team
    stage.now = stage.now.plus(Duration.ofSeconds(55)); // a minute after the first
    turn.at("p1", NO, 404, 1); // has left it
    turn.at("p2", NO, 200, 0);
  }

  @Test
  void anAnswerIsOneUsersAndOnePatients() {
    Stage stage = new Stage();
    stage.json(P1).lookup(200, yes("p1")).get("/fhir/Patient/p1", CARER);
    stage.json(P1).lookup(200, NO);
    assertThat(stage.get("/fhir/Patient/p1", "Bearer carer/TREAT/n2").head.status()).isEqualTo(404);
    assertThat(lookups(stage)).hasSize(2);
  }

  @Test
  void aJournalThatCannotRecordTheLookupLetsNobodyAsk() {
    Stage stage = new Stage();
    stage.failing = JournalEntry.Lookup.class;
    stage.json(P1);
    assertThat(stage.get("/fhir/Patient/p1", CARER).head.status()).isEqualTo(503);
    assertThat(lookups(stage)).isEmpty();
  }

  private static String page(int patients) {
    return "{\"resourceType\":\"Bundle\",\"type\":\"searchset\",\"total\":"
        + patients
        + ",\"entry\":["
        + String.join(
            ",",
            IntStream.range(0, patients)
                .mapToObj(i -> "{\"resource\":" + observation("o" + i, "p" + i) + "}")
                .toList())
        + "]}";
  }

  @Test
  void aPageIsAskedForPatientByPatientAndGoesOnWhereItWas() {
    Stage stage = new Stage();
    for (int i = 0; i < 50; i++) {
      stage.lookup(200, i % 10 == 0 ? yes("p" + i) : NO);
    }
    String page = page(50);
    Stage.Caller caller =
        stage
            .json(page.substring(0, 100), page.substring(100, 3000), page.substring(3000))
            .get("/fhir/Observation?code=x", CARER);

    assertThat(lookups(stage)).hasSize(50).doesNotHaveDuplicates();
    assertThat(caller.head.status()).isEqualTo(200);
    assertThat(caller.body)
        .contains("\"o0\"", "\"o10\"", "\"o20\"", "\"o30\"", "\"o40\"", "\"total\":5")
        .doesNotContain("\"o1\"", "\"p1\"", "\"o49\"");
    assertThat(stage.fake.entries(JournalEntry.Outcome.class).get(0).withheld()).isEqualTo(45);
    // All of the page was there before the first lookup, so its connection was free.
    assertThat(stage.events.indexOf("journal Lookup"))
        .isGreaterThan(stage.events.indexOf("upstream Observation?code=x&_count=50"));
  }

  @Test
  void noMoreThanEightLookupsOfAnExchangeAreUnderWay() {
    Stage stage = new Stage();
    List<CompletableFuture<Upstream.Response>> open = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      open.add(new CompletableFuture<>());
    }
    stage.answers.addAll(open);
    Stage.Caller caller =
        stage
            .json(page(20))
            .begin("fhir.hospital.example", "/fhir/Observation?code=x", CARER, "GET", "");
    assertThat(lookups(stage)).hasSize(8);
    open.get(3).complete(stage.response(200, JSON, NO));
    assertThat(lookups(stage)).hasSize(9);
    assertThat(caller.head).isNull();
    open.forEach(one -> one.complete(stage.response(200, JSON, NO)));
    caller.served.toCompletableFuture().join();
    assertThat(lookups(stage)).hasSize(20);
    assertThat(caller.body).doesNotContain("entry").contains("\"total\":0");
  }

  @Test
  void aFailureAmongManyFailsTheSearchAndStartsNoMore() {
    Stage stage = new Stage();
    for (int i = 0; i < 20; i++) {
      stage.answers.add(new Refusal(Reason.UPSTREAM_UNREACHABLE, "down"));
    }
    Stage.Caller caller = stage.json(page(20)).get("/fhir/Observation?code=x", CARER);
    assertThat(caller.head.status()).isEqualTo(502);
    assertThat(lookups(stage)).hasSizeLessThanOrEqualTo(8);
  }

  @Test
  void whoAsksTheSameAtTheSameTimeWaitsForTheOneLookup() {
    Stage stage = new Stage();
    CompletableFuture<Upstream.Response> answer = new CompletableFuture<>();
    stage.answers.add(answer);
    List<Stage.Caller> callers = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      stage.json(P1);
      callers.add(stage.begin("fhir.hospital.example", "/fhir/Patient/p1", CARER, "GET", ""));
    }
    assertThat(callers).allMatch(caller -> caller.head == null);
    // Who asked first leaves: the lookup is the others', too.
    callers.get(0).exchange.interrupt(new Refusal(Reason.CLIENT_ABORTED, "left"));
    callers.get(0).served.toCompletableFuture().join();
    answer.complete(stage.response(200, JSON, yes("p1")));
    for (Stage.Caller caller : callers.subList(1, 5)) {
      caller.served.toCompletableFuture().join();
      assertThat(caller.head.status()).isEqualTo(200);
    }
    assertThat(callers.get(0).head).isNull();
    assertThat(lookups(stage)).hasSize(1);
    assertThat(stage.fake.entries(JournalEntry.Aborted.class)).hasSize(1);
  }

  @Test
  void aTotalThatTheRecordSystemSaysIsNotRepeatedAndNotAskedFor() {
    Stage stage = new Stage();
    assertThat(stage.get("/fhir/Patient?_summary=count", CARER).head.status()).isEqualTo(403);
    assertThat(stage.sent).isEmpty();
  }
}
