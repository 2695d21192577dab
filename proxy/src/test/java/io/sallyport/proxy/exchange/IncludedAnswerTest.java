package io.sallyport.proxy.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.policy.Reason;
import io.sallyport.proxy.journal.JournalEntry;
import org.junit.jupiter.api.Test;

/** Chains and includes on the stage: what is sent, what is answered, what is recorded. */
class IncludedAnswerTest {
  private static final String HEAD =
      "{\"resourceType\":\"Bundle\",\"type\":\"searchset\",\"entry\":[";
  private static final String MATCH =
      "{\"resource\":{\"resourceType\":\"Observation\",\"id\":\"o1\",\"status\":\"final\","
          + "\"subject\":{\"reference\":\"Patient/p1\"}},\"search\":{\"mode\":\"match\"}}";

  private final Stage stage = new Stage();

  private static String patient(String id) {
    return "{\"resource\":{\"resourceType\":\"Patient\",\"id\":\""
        + id
        + "\",\"birthDate\":\"1970-01-01\"},\"search\":{\"mode\":\"include\"}}";
  }

  @Test
  void whatIsIncludedIsSeenByItsOwnRuleAndRecorded() {
    Stage.Caller caller =
        stage
            .json(HEAD + MATCH + "," + patient("p1") + "," + patient("p2") + "]}")
            .get("/fhir/Observation?code=1&_include=Observation:subject");

    assertThat(stage.sent)
        .containsExactly("Observation?code=1&_include=Observation:subject&_sort=_id");
    assertThat(caller.head.status()).isEqualTo(200);
    assertThat(caller.body)
        .contains("\"Observation\"", "\"id\":\"p1\"", "\"mode\":\"include\"", "\"total\":1")
        .doesNotContain("p2", "1970");
    JournalEntry.Outcome outcome = stage.fake.entries(JournalEntry.Outcome.class).get(0);
    assertThat(outcome.resources())
        .extracting(JournalEntry.Resource::id)
        .containsExactly("o1", "p1");
    assertThat(outcome.withheld()).isEqualTo(1);
  }

  @Test
  void aChainIsSentAsItWasAsked() {
    stage.json(HEAD + MATCH + "]}").get("/fhir/Observation?subject:Patient.family=Lee");
    assertThat(stage.sent).containsExactly("Observation?subject:Patient.family=Lee&_sort=_id");
  }

  @Test
  void whatIsNotPermittedIsNotEvenAsked() {
    for (String query :
        new String[] {
          "Observation?_include=*",
          "Observation?_include=Observation:performer",
          "Patient?_revinclude=Observation:subject",
          "Observation?subject:Patient.birthdate=1970-01-01",
          "Patient?_has:Condition:patient:code=1"
        }) {
      Stage.Caller caller = stage.get("/fhir/" + query);
      assertThat(caller.head.status()).as(query).isEqualTo(403);
    }
    assertThat(stage.sent).isEmpty();
    assertThat(stage.fake.entries(JournalEntry.Refused.class))
        .extracting(JournalEntry.Refused::reason)
        .containsOnly(Reason.SEARCH_NOT_PERMITTED.name());
  }
}
