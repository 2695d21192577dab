package io.sallyport.proxy.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.proxy.journal.JournalEntry;
import org.junit.jupiter.api.Test;

/** A resource of a segment that the role is denied looks like one that was never there. */
class SegmentReleaseTest {
  private static final String REGISTRAR = "Bearer registrar/HPAYMT/r1";
  private static final String LABEL =
      "\"meta\":{\"security\":[{\"system\":\"http://terminology.hl7.org/CodeSystem/v3-Confidentiality\",\"code\":\"R\"}]},";

  @Test
  void aReadIsThe404OfNoResource() {
    Stage denied = new Stage();
    Stage.Caller of =
        denied
            .json("{\"resourceType\":\"Patient\",\"id\":\"p1\"," + LABEL + "\"gender\":\"male\"}")
            .get("/fhir/Patient/p1", REGISTRAR);
    Stage missing = new Stage();
    Stage.Caller none =
        missing.answer(404, "application/fhir+json", "{}").get("/fhir/Patient/p1", REGISTRAR);

    assertThat(of.head.status()).isEqualTo(404);
    assertThat(of.body.toString()).isEqualTo(none.body.toString()).doesNotContain("male", "egment");
    assertThat(of.head).isEqualTo(none.head);
    assertThat(denied.fake.entries(JournalEntry.Refused.class))
        .singleElement()
        .satisfies(refused -> assertThat(refused.detail()).contains("segment"));
    assertThat(
            new Stage()
                .json(
                    "{\"resourceType\":\"Patient\",\"id\":\"p1\"," + LABEL + "\"gender\":\"male\"}")
                .get("/fhir/Patient/p1")
                .head
                .status())
        .isEqualTo(200);
  }

  @Test
  void anEntryIsNotInTheAnswerAndTheRecordCountsIt() {
    Stage stage = new Stage();
    Stage.Caller caller =
        stage
            .json(
                "{\"resourceType\":\"Bundle\",\"type\":\"searchset\",\"total\":2,\"entry\":["
                    + "{\"resource\":{\"resourceType\":\"Patient\",\"id\":\"p1\","
                    + LABEL
                    + "\"gender\":\"male\"}},"
                    + "{\"resource\":{\"resourceType\":\"Patient\",\"id\":\"p2\"}}]}")
            .get("/fhir/Patient?gender=male", REGISTRAR);

    assertThat(caller.body).contains("\"p2\"", "\"total\":1").doesNotContain("p1");
    JournalEntry.Outcome outcome = stage.fake.entries(JournalEntry.Outcome.class).get(0);
    assertThat(outcome.resources()).extracting(JournalEntry.Resource::id).containsExactly("p2");
    assertThat(outcome.withheld()).isEqualTo(1);
  }
}
