package io.sallyport.proxy.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.proxy.journal.JournalEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A searchset is released in recorded windows, and its links are ours. */
class BundleReleaseTest {
  private final Stage stage = new Stage();

  @Test
  void aSmallBundleIsOneRecordAndOneAnswer() {
    Stage.Caller caller = stage.json(bundle(2, "")).get("/fhir/Patient?gender=female");

    assertThat(stage.events)
        .containsExactly(
            "journal Intent",
            "upstream Patient?gender=female&_sort=_id",
            "journal Outcome",
            "answer 200");
    JournalEntry.Outcome outcome = stage.fake.entries(JournalEntry.Outcome.class).get(0);
    assertThat(outcome.resources())
        .extracting(JournalEntry.Resource::id)
        .containsExactly("p0", "p1");
    assertThat(caller.body).doesNotContain("1970", "ehr.internal").contains(Stage.PUBLIC);
  }

  @Test
  void everyWindowIsRecordedBeforeItLeaves() {
    stage.windowBytes = 300;
    Stage.Caller caller = stage.json(bundle(10, "")).get("/fhir/Patient?gender=female");

    List<String> after = stage.events.subList(2, stage.events.size());
    assertThat(after.subList(0, 3)).containsExactly("journal Disclosure", "begin 200", "write");
    for (int i = 1; i < after.size(); i++) {
      if (after.get(i).equals("write") && !after.get(i - 1).equals("begin 200")) {
        assertThat(after.get(i - 1)).isEqualTo("journal Disclosure");
      }
    }
    assertThat(after).endsWith("write", "journal Close", "end");
    JournalEntry.Close close = stage.fake.entries(JournalEntry.Close.class).get(0);
    assertThat(close.complete()).isTrue();
    assertThat(close.resources()).isEqualTo(10);
    assertThat(close.windows()).isGreaterThan(1);
    assertThat(close.bytes()).isEqualTo(caller.body.length());
    List<String> ids = new ArrayList<>();
    for (JournalEntry.Disclosure d : stage.fake.entries(JournalEntry.Disclosure.class)) {
      d.resources().forEach(r -> ids.add(r.id()));
    }
    assertThat(ids).hasSize(10).doesNotHaveDuplicates();
  }

  @Test
  void aJournalThatFailsInMidAnswerCutsIt() {
    stage.windowBytes = 300;
    stage.failing = JournalEntry.Disclosure.class;
    stage.failingFrom = 2;
    Stage.Caller caller = stage.json(bundle(10, "")).get("/fhir/Patient?gender=female");

    assertThat(caller.reset).isTrue();
    assertThat(caller.ended).isFalse();
    assertThat(stage.events.stream().filter("write"::equals)).hasSize(1);
  }

  @Test
  @Tag("F13")
  void anUpstreamThatDiesInMidAnswerCutsItAndTheRecordSaysSo() {
    stage.windowBytes = 300;
    String whole = bundle(10, "");
    Stage.Caller caller =
        stage
            .json(whole.substring(0, whole.length() - 200), "CUT")
            .get("/fhir/Patient?gender=female");

    assertThat(caller.reset).isTrue();
    assertThat(caller.ended).isFalse();
    assertThat(stage.fake.entries(JournalEntry.Close.class).get(0).complete()).isFalse();
  }

  @Test
  void aCallerThatLeavesInMidAnswerStopsTheUpstream() {
    stage.windowBytes = 300;
    stage.gone = true;
    stage.json(bundle(10, "")).get("/fhir/Patient?gender=female");

    assertThat(stage.events).contains("cancel");
    JournalEntry.Close close = stage.fake.entries(JournalEntry.Close.class).get(0);
    assertThat(close.complete()).isFalse();
    assertThat(close.reason()).isEqualTo("CLIENT_ABORTED");
  }

  @Test
  @Tag("A19")
  void theNextLinkIsSealedAndLeadsToTheUpstreamsNextPage() {
    String next = Stage.UPSTREAM + "?_getpages=secret-9&_offset=10";
    Stage.Caller first = stage.json(bundle(1, next)).get("/fhir/Patient?gender=female");
    assertThat(first.body).doesNotContain("secret-9", "_getpages");

    String token = token(first);
    stage.json(bundle(1, "")).get("/fhir?_page=" + token);

    assertThat(stage.sent.get(1)).isEqualTo("?_getpages=secret-9&_offset=10");
    assertThat(stage.fake.entries(JournalEntry.Intent.class).get(1).query())
        .isEqualTo("gender=female");
  }

  @Test
  @Tag("A19")
  void aPagingLinkOfSomebodyElseLeadsNowhere() {
    Stage.Caller first =
        stage.json(bundle(1, Stage.UPSTREAM + "?p=2")).get("/fhir/Patient?gender=female");
    String token = token(first);

    assertThat(stage.get("/fhir?_page=" + token, "Bearer nurse/TREAT/n2").head.status())
        .isEqualTo(404);
    String forged = (token.charAt(20) == 'A' ? "B" : "A");
    assertThat(
            stage
                .get("/fhir?_page=" + token.substring(0, 20) + forged + token.substring(21))
                .head
                .status())
        .isEqualTo(404);
    assertThat(stage.sent).hasSize(1);
  }

  @Test
  void aPageIsJudgedAnewByTheRoleThatFollowsIt() {
    Stage.Caller first =
        stage.json(bundle(1, Stage.UPSTREAM + "?p=2")).get("/fhir/Patient?gender=female");

    Stage.Caller demoted = stage.get("/fhir?_page=" + token(first), "Bearer clerk/HPAYMT/n1");

    assertThat(demoted.head.status()).isEqualTo(403);
    assertThat(stage.sent).hasSize(1);
  }

  @Test
  void aLinkThatLeavesTheUpstreamIsDropped() {
    for (String evil :
        List.of(
            "http://evil.example/fhir?p=2",
            "http://ehr.internal:8080/fhirx",
            "http://ehr.internal:8080/fhir?a b")) {
      Stage.Caller caller = stage.json(bundle(1, evil)).get("/fhir/Patient?gender=female");
      assertThat(caller.body).doesNotContain("\"next\"", "evil");
    }
  }

  @Test
  @Tag("A1")
  void hiddenElementsCannotBeSearched() {
    Stage.Caller caller = stage.get("/fhir/Patient?birthdate=1970-01-01");

    assertThat(caller.head.status()).isEqualTo(403);
    assertThat(caller.body).contains("SEARCH_NOT_PERMITTED");
    assertThat(stage.sent).isEmpty();
  }

  private static String token(Stage.Caller caller) {
    Matcher matcher = Pattern.compile("_page=([A-Za-z0-9_-]+)").matcher(caller.body);
    assertThat(matcher.find()).isTrue();
    return matcher.group(1);
  }

  private static String bundle(int entries, String next) {
    StringBuilder json =
        new StringBuilder(
            "{\"resourceType\":\"Bundle\",\"type\":\"searchset\",\"total\":" + entries);
    json.append(",\"link\":[{\"relation\":\"self\",\"url\":\"" + Stage.UPSTREAM + "/Patient\"}");
    if (!next.isEmpty()) {
      json.append(",{\"relation\":\"next\",\"url\":\"" + next + "\"}");
    }
    json.append("],\"entry\":[");
    for (int i = 0; i < entries; i++) {
      json.append(i == 0 ? "" : ",")
          .append("{\"fullUrl\":\"" + Stage.UPSTREAM + "/Patient/p" + i + "\",\"resource\":")
          .append("{\"resourceType\":\"Patient\",\"id\":\"p" + i + "\",\"gender\":\"female\",")
          .append("\"birthDate\":\"1970-01-01\"},\"search\":{\"mode\":\"match\"}}");
    }
    return json.append("]}").toString();
  }
}
