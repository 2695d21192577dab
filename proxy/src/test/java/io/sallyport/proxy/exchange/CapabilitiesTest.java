package io.sallyport.proxy.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.policy.Reason;
import io.sallyport.policy.Refusal;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Our CapabilityStatement: what the role may and the record system can. */
class CapabilitiesTest {
  private static final String STATEMENT =
      """
      {"resourceType":"CapabilityStatement","implementation":{"url":"http://ehr.internal:8080/fhir"},
       "rest":[{"mode":"server","resource":[
         {"type":"Patient","interaction":[{"code":"read"},{"code":"search-type"},{"code":"delete"}],
          "searchParam":[{"name":"gender","type":"token"},{"name":"secret-parameter","type":"token"}]},
         {"type":"Coverage","interaction":[{"code":"read"}]}],
        "searchParam":[{"name":"_lastUpdated","type":"date"}]}]}
      """;

  private final Stage stage = new Stage();

  @Test
  void itPromisesWhatTheRoleMayAndTheRecordSystemCan() {
    String body = stage.json(STATEMENT).get("/fhir/metadata").body.toString();

    assertThat(body)
        .contains("\"type\":\"Patient\"", "\"gender\"", "\"_id\"", "_summary", "_elements")
        .doesNotContain("Observation", "Coverage") // the record system has none; not the role's
        .doesNotContain("family", "delete", "secret-parameter", "ehr.internal");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{",
        "[]",
        "{\"resourceType\":\"CapabilityStatement\"}",
        "{\"rest\":[{\"resource\":[{\"type\":\"Patient\"}],\"rest\":1}],\"rest\":[]}",
      })
  void aStatementThatCannotBeReadSaysNothing(String statement) {
    assertThat(stage.json(statement).get("/fhir/metadata").body)
        .asString()
        .contains("Observation", "family");
  }

  @Test
  void typesWhoseInteractionsAreNotListedAreBelieved() {
    String body =
        stage
            .json("{\"rest\":[{\"resource\":[{\"type\":\"Patient\"}]}]}")
            .get("/fhir/metadata")
            .body
            .toString();

    assertThat(body).contains("\"Patient\"", "family").doesNotContain("Observation");
  }

  @Test
  void theRecordSystemIsAskedNowAndThen() {
    stage.json(STATEMENT).get("/fhir/metadata");
    stage.get("/fhir/metadata");
    assertThat(stage.sent).hasSize(1);

    stage.now = stage.now.plus(Duration.ofMinutes(6));
    stage.json(STATEMENT).get("/fhir/metadata");
    assertThat(stage.sent).hasSize(2);
  }

  @Test
  void aRecordSystemThatDoesNotAnswerFailsTheRequestAndIsAskedAgain() {
    stage.responses.add(new Refusal(Reason.UPSTREAM_TIMEOUT, "late"));
    assertThat(stage.get("/fhir/metadata").head.status()).isEqualTo(504);
    assertThat(stage.answer(500, "text/plain", "x").get("/fhir/metadata").head.status())
        .isEqualTo(502);
    assertThat(stage.json(STATEMENT).get("/fhir/metadata").head.status()).isEqualTo(200);
  }
}
