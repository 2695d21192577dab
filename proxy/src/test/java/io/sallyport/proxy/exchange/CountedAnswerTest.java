package io.sallyport.proxy.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.proxy.journal.JournalEntry;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The number of matches: asked for where nothing is withheld, else ours or none. */
class CountedAnswerTest {
  private static final String COUNTED =
      "{\"resourceType\":\"Bundle\",\"type\":\"searchset\",\"total\":42}";

  private final Stage stage = new Stage();

  @ParameterizedTest
  @ValueSource(strings = {"_summary=count", "_count=0"})
  void aNumberIsForwardedAsSuchAndAnsweredAlone(String count) {
    Stage.Caller caller = stage.json(COUNTED).get("/fhir/Patient?gender=female&" + count);

    assertThat(stage.sent).containsExactly("Patient?gender=female&_summary=count");
    assertThat(caller.body.toString())
        .isEqualTo(
            "{\"resourceType\":\"Bundle\",\"type\":\"searchset\",\"link\":[{\"relation\":\"self\",\"url\":\""
                + Stage.PUBLIC
                + "/Patient?gender=female&"
                + count
                + "\"}],\"total\":42}");
    assertThat(stage.fake.entries(JournalEntry.Outcome.class).get(0).resources()).isEmpty();
  }

  @Test
  void anUpstreamThatSendsEntriesInsteadDisclosesNone() {
    Stage.Caller caller =
        stage.json(PAGE.formatted("")).get("/fhir/Patient?gender=female&_summary=count");

    assertThat(caller.body).contains("\"total\":42").doesNotContain("p1", "entry");
    assertThat(stage.fake.entries(JournalEntry.Outcome.class).get(0).withheld()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"_summary=count", "_count=0"})
  @Tag("A13")
  void whereEntriesMayBeWithheldNobodyIsAskedForTheirNumber(String count) {
    Stage.Caller caller = stage.get("/fhir/Observation?" + count, "Bearer app/PATRQT/p1");

    assertThat(caller.head.status()).isEqualTo(403);
    assertThat(caller.body).contains("SEARCH_NOT_PERMITTED");
    assertThat(stage.sent).isEmpty();
  }

  private static final String PAGE =
      "{\"resourceType\":\"Bundle\",\"type\":\"searchset\",\"total\":42%s,\"entry\":[{\"resource\":"
          + "{\"resourceType\":\"Patient\",\"id\":\"p1\"}}]}";

  private static final String NEXT =
      ",\"link\":[{\"relation\":\"next\",\"url\":\"" + Stage.UPSTREAM + "?p=2\"}]";

  @Test
  void aPageOfManySaysTheUpstreamsNumberWhereNothingIsWithheld() {
    for (String more : new String[] {NEXT, ""}) {
      assertThat(stage.json(PAGE.formatted(more)).get("/fhir/Patient").body)
          .startsWith("{\"resourceType\":\"Bundle\",\"type\":\"searchset\",\"total\":42,\"entry\"")
          .containsOnlyOnce("total");
    }
    String unsaid = PAGE.formatted("").replace("\"total\":42,", "");
    assertThat(stage.json(unsaid).get("/fhir/Patient").body).endsWith("],\"total\":1}");
    assertThat(
            stage
                .json(PAGE.formatted(NEXT).replace("Patient\"", "Observation\""))
                .get("/fhir/Observation", "Bearer app/PATRQT/p1")
                .body)
        .doesNotContain("total");
  }

  @Test
  void aTotalIsNeverAskedForAndLeftOutWhereNoneIsWanted() {
    assertThat(stage.json(PAGE.formatted("")).get("/fhir/Patient?_total=none").body)
        .contains("p1")
        .doesNotContain("\"total\"");
    assertThat(stage.json(PAGE.formatted("")).get("/fhir/Patient?_total=accurate").body)
        .contains("\"total\":42");
    assertThat(stage.sent).containsExactly("Patient?_sort=_id", "Patient?_sort=_id");
  }
}
