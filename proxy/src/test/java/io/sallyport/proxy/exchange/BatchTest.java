package io.sallyport.proxy.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.policy.Reason;
import io.sallyport.policy.Refusal;
import io.sallyport.proxy.journal.JournalEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A batch of reads is its entries: each decided, recorded and answered as it would be alone. */
class BatchTest {
  private static final String JSON = "application/fhir+json";
  private static final String NURSE = "Bearer nurse/TREAT/n1";

  private final Stage stage = new Stage();

  private static String batch(String... entries) {
    return "{\"resourceType\":\"Bundle\",\"type\":\"batch\",\"entry\":["
        + String.join(",", entries)
        + "]}";
  }

  private static String get(String url) {
    return asks("GET", url);
  }

  private static String asks(String method, String url) {
    return "{\"request\":{\"method\":\"" + method + "\",\"url\":\"" + url + "\"}}";
  }

  private static String patient(String id) {
    return "{\"resourceType\":\"Patient\",\"id\":\"" + id + "\",\"birthDate\":\"1970-01-01\"}";
  }

  private Stage.Caller post(String body) {
    return stage.post("/fhir", NURSE, JSON, body);
  }

  @Test
  void slotsStandAsTheEntriesDo() {
    stage.json(patient("p1")).answer(404, JSON, "{\"CANARY\":1}").json(patient("p3"));
    Stage.Caller caller =
        post(
            batch(
                get("Patient/p1"),
                get("Patient/p2"),
                get("Claim/c1"),
                asks("DELETE", "Patient/p1"),
                get("Patient?birthdate=1970"),
                get(Stage.PUBLIC + "/Patient/p3")));

    assertThat(caller.head.status()).isEqualTo(200);
    assertThat(caller.ended).isTrue();
    assertThat(stage.sent).containsExactly("Patient/p1", "Patient/p2", "Patient/p3");
    String[] slots = caller.body.toString().split("(?<=\\}),(?=\\{\"re(source|sponse)\":)");
    assertThat(slots).hasSize(6);
    assertThat(slots[0])
        .startsWith(
            "{\"resourceType\":\"Bundle\",\"type\":\"batch-response\",\"entry\":[{\"resource\":{")
        .endsWith(",\"response\":{\"status\":\"200\"}}");
    assertThat(slots[1]).startsWith("{\"response\":{\"status\":\"404\",\"outcome\":{");
    assertThat(slots[2])
        .startsWith("{\"response\":{\"status\":\"403\"")
        .contains("NO_RULE_PERMITS");
    assertThat(slots[3]).contains("\"405\"", "INTERACTION_NOT_SUPPORTED");
    assertThat(slots[4]).contains("\"403\"", "SEARCH_NOT_PERMITTED");
    assertThat(slots[5]).contains("\"id\":\"p3\"").endsWith("]}");
    assertThat(caller.body).doesNotContain("1970", "CANARY");
  }

  @Test
  void everyEntryIsRecordedBeforeItIsForwardedAndBeforeItIsAnswered() {
    stage.json(patient("p1")).json(patient("p2"));
    post(batch(get("Patient/p1"), get("Claim/c1"), get("Patient/p2")));

    assertThat(stage.events)
        .containsExactly(
            "begin 200",
            "write",
            "journal Intent",
            "upstream Patient/p1",
            "journal Outcome",
            "write",
            "journal Intent",
            "journal Refused",
            "write",
            "journal Intent",
            "upstream Patient/p2",
            "journal Outcome",
            "write",
            "write",
            "end");
    assertThat(stage.fake.entries(JournalEntry.Intent.class))
        .extracting(JournalEntry.Intent::exchange)
        .containsExactly("id-1.1", "id-1.2", "id-1.3");
    assertThat(stage.fake.entries(JournalEntry.Intent.class))
        .extracting(JournalEntry.Intent::interaction)
        .containsOnly("read");
  }

  /** What a slot says is what the request alone is told. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "Patient/p1",
        "Patient?gender=female",
        "Observation?_include=Observation:subject",
        "Claim/c1",
        "Patient?birthdate=1970",
        "Patient/p1/$everything",
        "Patient/p1/_history",
        "metadata",
        "Patient/..",
        "patient/p1",
        "/Patient/p1",
        "?x=y",
        "Patient?name=%zz",
        "",
        "https://elsewhere.example/fhir/Patient/p1"
      })
  void aSlotIsAnsweredAsTheRequestAlone(String url) {
    String bundle =
        "{\"resourceType\":\"Bundle\",\"type\":\"searchset\",\"entry\":[{\"resource\":"
            + patient("p1")
            + "}]}";
    String answer = url.contains("?") ? bundle : patient("p1");
    Stage.Caller alone = stage.json(answer).get("/fhir" + (url.isEmpty() ? "" : "/" + url));
    Stage other = new Stage();
    Stage.Caller slot = other.json(answer).post("/fhir", NURSE, JSON, batch(get(url)));

    assertThat(other.sent).isEqualTo(stage.sent);
    assertThat(slot.body).contains("\"status\":\"" + alone.head.status() + "\"");
    String said = alone.body.toString().replaceAll("id-1", "id-1.1");
    assertThat(slot.body).contains(said);
  }

  @Test
  void aLongAnswerInASlotStreams() {
    stage.windowBytes = 300;
    StringBuilder entries = new StringBuilder();
    for (int i = 0; i < 10; i++) {
      entries.append(i == 0 ? "" : ",").append("{\"resource\":" + patient("p" + i) + "}");
    }
    String bundle = "{\"resourceType\":\"Bundle\",\"type\":\"searchset\",\"entry\":[%s]}";
    stage.json(bundle.formatted(entries)).json(patient("z"));
    Stage.Caller caller = post(batch(get("Patient?gender=female"), get("Patient/z")));
    assertThat(stage.fake.entries(JournalEntry.Disclosure.class)).hasSizeGreaterThan(2);
    assertThat(caller.body)
        .contains("\"id\":\"p9\"", "}]}],\"total\":10".substring(3), "\"id\":\"z\"")
        .endsWith("\"response\":{\"status\":\"200\"}}]}");
    assertThat(caller.ended).isTrue();
  }

  @Test
  void aSlotThatGoesWrongInMidAnswerCutsTheBatch() {
    stage.windowBytes = 300;
    stage.json(
        "{\"resourceType\":\"Bundle\",\"type\":\"searchset\",\"entry\":[{\"resource\":"
            + patient("p1")
                .replace("\"birth", "\"photo\":[{\"title\":\"" + "x".repeat(400) + "\"}],\"birth")
            + "},{\"resource\":"
            + patient("p2")
                .replace(
                    "Patient\",", "Patient\",\"name\":[{\"family\":\"" + "y".repeat(400) + "\"}],")
            + "},{\"resource\":"
            + patient("p3")
            + "}",
        "CUT");
    Stage.Caller caller = post(batch(get("Patient?gender=female"), get("Patient/p9")));
    assertThat(caller.reset).isTrue();
    assertThat(caller.ended).isFalse();
    assertThat(stage.sent).containsExactly("Patient?gender=female&_sort=_id");
    assertThat(stage.fake.entries(JournalEntry.Close.class).get(0).complete()).isFalse();
  }

  @Test
  void whoLeavesIsNotReadForAnyMore() {
    stage.gone = true;
    stage.json(patient("p1")).json(patient("p2"));
    post(batch(get("Patient/p1"), get("Patient/p2")));
    assertThat(stage.sent).isEmpty();
  }

  @Test
  void aJournalThatCannotWriteForwardsNothing() {
    stage.failing = JournalEntry.Intent.class;
    stage.failingFrom = 2;
    stage.json(patient("p1")).json(patient("p2"));
    Stage.Caller caller = post(batch(get("Patient/p1"), get("Patient/p2"), get("Patient/p3")));
    assertThat(stage.sent).containsExactly("Patient/p1");
    assertThat(caller.body).contains("\"503\"", "JOURNAL_UNAVAILABLE");
  }

  @Test
  void headIsAnsweredWithoutTheResource() {
    stage.json(patient("p1"));
    Stage.Caller caller = post(batch(asks("HEAD", "Patient/p1"), asks("HEAD", "Claim/c1")));
    assertThat(caller.body.toString())
        .isEqualTo(
            "{\"resourceType\":\"Bundle\",\"type\":\"batch-response\",\"entry\":["
                + "{\"response\":{\"status\":\"200\"}},{\"response\":{\"status\":\"403\"}}]}");
  }

  /** Whose answer comes in windows, each of which is recorded before it is dropped. */
  @Test
  void headOfASearchIsAnsweredWithoutItsEntriesAndTheNextSlotStandsBehindIt() {
    String entries =
        IntStream.range(0, 2_000)
            .mapToObj(i -> "{\"resource\":" + patient("m" + i) + "}")
            .collect(Collectors.joining(","));
    stage
        .json("{\"resourceType\":\"Bundle\",\"type\":\"searchset\",\"entry\":[" + entries + "]}")
        .json(patient("p2"));
    Stage.Caller caller = post(batch(asks("HEAD", "Patient?gender=female"), get("Patient/p2")));
    assertThat(caller.body.toString())
        .startsWith(
            "{\"resourceType\":\"Bundle\",\"type\":\"batch-response\",\"entry\":["
                + "{\"response\":{\"status\":\"200\"}},{\"resource\":{")
        .contains("\"p2\"")
        .doesNotContain("\"m1\"");
    assertThat(stage.fake.entries(JournalEntry.Disclosure.class)).hasSizeGreaterThan(1);
  }

  @Test
  void anEmptyBatchHasAnEmptyAnswer() {
    for (String body : List.of(batch(), "{\"resourceType\":\"Bundle\",\"type\":\"batch\"}")) {
      assertThat(post(body).body.toString())
          .isEqualTo("{\"resourceType\":\"Bundle\",\"type\":\"batch-response\"}");
    }
  }

  @Test
  void aPageIsFollowedInABatch() {
    String page =
        "{\"resourceType\":\"Bundle\",\"type\":\"searchset\",\"link\":[{\"relation\":\"next\",\"url\":\""
            + Stage.UPSTREAM
            + "?p=2\"}],\"entry\":[{\"resource\":"
            + patient("p1")
            + "}]}";
    String first = stage.json(page).get("/fhir/Patient").body.toString();
    String next = first.replaceAll(".*\"next\",\"url\":\"([^\"]*)\".*", "$1");
    stage.json(page);
    post(batch(get(next)));
    assertThat(stage.sent).containsExactly("Patient?_sort=_id", "?p=2");
  }

  @ParameterizedTest
  @ValueSource(strings = {"POST", "PUT", "PATCH", "DELETE", "get", "OPTIONS", ""})
  void whatIsNoReadIsRefusedInItsSlot(String method) {
    Stage.Caller caller = post(batch(asks(method, "Patient/_search?gender=female")));
    assertThat(caller.body).contains("\"405\"", "INTERACTION_NOT_SUPPORTED");
    assertThat(stage.sent).isEmpty();
    JournalEntry.Refused refused = stage.fake.entries(JournalEntry.Refused.class).get(0);
    assertThat(refused.subject()).isEqualTo("n1");
    assertThat(refused.exchange()).isEqualTo("id-1.1");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "\"ifMatch\":\"W/\\\"1\\\"\"; 400",
        "\"ifNoneExist\":\"birthdate=1970\"; 400",
        "\"ifNoneMatch\":\"W/\\\"1\\\"\"; 200",
        "\"ifModifiedSince\":\"2026-01-01T00:00:00Z\"; 200"
      })
  void conditionsOfReadsAreNotMindedAndThoseOfWritesRefused(String condition, int status) {
    stage.json(patient("p1"));
    Stage.Caller caller =
        post(batch("{\"request\":{\"method\":\"GET\",\"url\":\"Patient/p1\"," + condition + "}}"));
    assertThat(caller.body).contains("\"status\":\"" + status + "\"");
    assertThat(stage.sent).hasSize(status == 200 ? 1 : 0);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '~',
      value = {
        "{\"resourceType\":\"Bundle\",\"type\":\"transaction\",\"entry\":[]}; 405; ",
        "{\"resourceType\":\"Bundle\",\"type\":\"collection\"}; 400; byte 0",
        "{\"resourceType\":\"Bundle\"}; 400; byte 0",
        "{\"resourceType\":\"Patient\",\"type\":\"batch\"}; 400; byte 0",
        "[]; 400; byte 0",
        "; 400; byte 0",
        "{\"resourceType\":\"Bundle\",\"type\":\"batch\",\"type\":\"batch\"}; 400; byte 40",
        "{\"resourceType\":\"Bundle\",\"type\":\"batch\",\"entry\":[{\"request\":{\"method\":\"GET\",\"url\":\"a\",\"url\":\"b\"}}]}; 400; byte 86",
        "{\"resourceType\":\"Bundle\",\"type\":\"batch\",\"entry\":{}}; 400; byte 48",
        "{\"resourceType\":\"Bundle\",\"type\":\"batch\",\"entry\":[1]}; 400; byte 49",
        "{\"resourceType\":\"Bundle\",\"type\":\"batch\",\"entry\":[{}]}; 400; byte 49",
        "{\"resourceType\":\"Bundle\",\"type\":\"batch\",\"entry\":[{\"request\":[]}]}; 400; byte 49",
        "{\"resourceType\":\"Bundle\",\"type\":\"batch\",\"entry\":[{\"request\":{\"method\":\"GET\"}}]}; 400; byte 60",
        "{\"resourceType\":\"Bundle\",\"type\":\"batch\"} x; 400; byte 42",
        "{\"resourceType\":\"Bundle\",\"type\":\"batch\",}; 400; byte 40",
        "{\"resourceType\":\"Bundle\",\"type\":\"batch\"; 400; byte"
      })
  void whatIsNoBatchIsRefusedWithItsPlace(String body, int status, String place) {
    Stage.Caller caller = post(body == null ? "" : body);
    assertThat(caller.head.status()).isEqualTo(status);
    assertThat(stage.sent).isEmpty();
    JournalEntry.Refused refused = stage.fake.entries(JournalEntry.Refused.class).get(0);
    assertThat(refused.detail())
        .contains(place == null ? "transaction" : place + (place.equals("byte") ? "" : ": "));
    assertThat(refused.subject()).isEqualTo("n1");
  }

  @Test
  void aHundredEntriesAreABatchAndOneMoreIsNone() {
    List<String> entries = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      entries.add(get("Claim/c" + i));
    }
    assertThat(post(batch(entries.toArray(new String[0]))).body.toString().split("\"403\""))
        .hasSize(101);
    entries.add(get("Claim/c"));
    assertThat(post(batch(entries.toArray(new String[0]))).head.status()).isEqualTo(413);
  }

  @ParameterizedTest
  @CsvSource({
    "application/json, 200",
    "application/fhir+json;charset=utf-8, 200",
    "application/fhir+json; fhirVersion=4.0, 200",
    "application/fhir+json; fhirVersion=5.0, 415",
    "application/fhir+xml, 415",
    "application/x-www-form-urlencoded, 415",
    "'', 415"
  })
  void aBatchIsJson(String contentType, int status) {
    assertThat(stage.post("/fhir", NURSE, contentType, batch()).head.status()).isEqualTo(status);
  }

  @Test
  void whoIsNobodyHasNoBatch() {
    Stage.Caller caller = stage.post("/fhir", null, JSON, batch(get("Patient/p1")));
    assertThat(caller.head.status()).isEqualTo(401);
    assertThat(stage.sent).isEmpty();
    assertThat(stage.post("/fhir?x=y", NURSE, JSON, batch()).head.status()).isEqualTo(400);
    assertThat(stage.post("/fhir?_format=json", NURSE, JSON, batch()).head.status()).isEqualTo(200);
  }

  @Test
  void anInterruptedBatchRefusesWhatIsLeft() {
    stage.responses.add(new Refusal(Reason.DRAINING, "over"));
    stage.json(patient("p2"));
    Stage.Caller caller = post(batch(get("Patient/p1"), get("Patient/p2")));
    assertThat(caller.body).contains("DRAINING", "\"id\":\"p2\"");
  }
}
