package io.sallyport.proxy.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.policy.Reason;
import io.sallyport.policy.Refusal;
import io.sallyport.proxy.journal.Durabilities;
import io.sallyport.proxy.journal.Durability;
import io.sallyport.proxy.journal.EventClass;
import io.sallyport.proxy.journal.JournalEntry;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class EnforcementPointTest {
  private static final String PATIENT =
      "{\"resourceType\":\"Patient\",\"id\":\"p1\",\"gender\":\"female\",\"birthDate\":\"1970-01-01\"}";

  private final Stage stage = new Stage();

  @Test
  void recordsBeforeItForwardsAndAgainBeforeItAnswers() {
    Stage.Caller caller = stage.json(PATIENT).get("/fhir/Patient/p1");

    assertThat(stage.events)
        .containsExactly("journal Intent", "upstream Patient/p1", "journal Outcome", "answer 200");
    assertThat(caller.body).contains("female").doesNotContain("1970");
  }

  @Test
  void theRecordSaysWhoSawWhat() {
    stage.json(PATIENT).get("/fhir/Patient/p1");

    JournalEntry.Intent intent = stage.fake.entries(JournalEntry.Intent.class).get(0);
    assertThat(intent.subject()).isEqualTo("n1");
    assertThat(intent.role()).isEqualTo("nurse");
    assertThat(intent.purpose()).isEqualTo("TREAT");
    assertThat(intent.target()).isEqualTo("Patient/p1");
    assertThat(intent.permitted()).isTrue();
    JournalEntry.Outcome outcome = stage.fake.entries(JournalEntry.Outcome.class).get(0);
    assertThat(outcome.intent()).isZero();
    assertThat(outcome.exchange()).isEqualTo(intent.exchange());
    assertThat(outcome.resources().get(0).type()).isEqualTo("Patient");
    assertThat(outcome.resources().get(0).patients()).containsExactly("p1");
    assertThat(outcome.removed()).isNotEmpty();
    assertThat(outcome.digest()).matches("[0-9a-f]{64}");
  }

  @Test
  void aDenyIsRecordedAndGoesNoFurther() {
    Stage.Caller caller = stage.get("/fhir/Patient/p1", "Bearer clerk/HPAYMT/c1");

    assertThat(stage.events).containsExactly("journal Intent", "journal Refused", "answer 403");
    assertThat(stage.fake.entries(JournalEntry.Intent.class).get(0).permitted()).isFalse();
    assertThat(caller.body).contains("OperationOutcome", "NO_RULE_PERMITS", "Request id-1");
    assertThat(caller.header("X-Request-Id")).isEqualTo("id-1");
  }

  @Test
  void aTokenWithoutTheScopeIsToldSoAndGoesNoFurther() {
    Stage.Caller caller = stage.get("/fhir/Patient/p1", "Bearer smart/PATRQT/a1");

    assertThat(stage.events).containsExactly("journal Intent", "journal Refused", "answer 403");
    assertThat(caller.body).contains("INSUFFICIENT_SCOPE");
    assertThat(caller.header("WWW-Authenticate")).isEqualTo("Bearer error=\"insufficient_scope\"");
  }

  @Test
  void whoHasNotLoggedInWellEnoughIsToldHow() {
    Stage.Caller caller = stage.get("/fhir/Patient/p1", "Bearer auditor/TREAT/a1");

    assertThat(stage.events).containsExactly("journal Intent", "journal Refused", "answer 401");
    assertThat(caller.body).contains("INSUFFICIENT_AUTHENTICATION");
    assertThat(caller.header("WWW-Authenticate"))
        .isEqualTo(
            "Bearer error=\"insufficient_user_authentication\","
                + " acr_values=\"mfa urn:hospital:card\"");
  }

  @Test
  void withoutATokenTheRefusalIsOnTheDiskBeforeTheCallerHearsOfIt() {
    Stage.Caller caller = stage.get("/fhir/Patient/p1", null);

    assertThat(stage.events).containsExactly("journal Refused", "answer 401");
    assertThat(stage.fake.durability(0)).isEqualTo(Durability.DISK);
    assertThat(caller.header("WWW-Authenticate")).isEqualTo("Bearer");
  }

  @Test
  void everyRecordHasTheDurabilityThatItsClassIsConfiguredFor() {
    stage.json(PATIENT).get("/fhir/Patient/p1");
    assertThat(stage.durabilities).containsOnly(Durability.PROCESS);

    stage.durabilities.clear();
    stage.fake.configured(Durabilities.of(Map.of(EventClass.READ, Durability.DISK)));
    stage.json(PATIENT).get("/fhir/Patient/p1");
    assertThat(stage.durabilities).containsOnly(Durability.DISK);

    stage.durabilities.clear();
    stage.fake.configured(Durabilities.of(Map.of(EventClass.DENIED, Durability.DISK)));
    stage.get("/nowhere");
    assertThat(stage.durabilities).containsExactly(Durability.DISK);
  }

  @Test
  void anUnrecordableIntentForwardsNothing() {
    stage.failing = JournalEntry.Intent.class;
    stage.get("/fhir/Patient/p1");

    assertThat(stage.events).containsExactly("answer 503");
    assertThat(stage.sent).isEmpty();
    assertThat(stage.registry.getSampleValue("sallyport_unrecorded_answers_total")).isEqualTo(1);
  }

  @Test
  void anUnrecordableOutcomeReleasesNothing() {
    stage.failing = JournalEntry.Outcome.class;
    Stage.Caller caller = stage.json(PATIENT).get("/fhir/Patient/p1");

    assertThat(caller.head.status()).isEqualTo(503);
    assertThat(caller.body).doesNotContain("female");
  }

  @Test
  void aFencedJournalIsNotEvenAsked() {
    stage.fake.fence(true);
    Stage.Caller caller = stage.get("/fhir/Patient/p1");

    assertThat(caller.head.status()).isEqualTo(503);
    assertThat(stage.sent).isEmpty();
  }

  @Test
  void aMaintenancePageIsA502OfWhichNothingPasses() {
    Stage.Caller caller =
        stage.answer(200, "text/html", "<h1>Down for canary</h1>").get("/fhir/Patient/p1");

    assertThat(caller.head.status()).isEqualTo(502);
    assertThat(caller.body).doesNotContain("canary").contains("UPSTREAM_INVALID");
    assertThat(stage.events).contains("cancel");
  }

  @Test
  @Tag("F1")
  void htmlThatClaimsToBeJsonIsA502() {
    assertThat(stage.json("<html>canary</html>").get("/fhir/Patient/p1").head.status())
        .isEqualTo(502);
  }

  @Test
  @Tag("F7")
  void anUpstreamErrorIsAuthoredByUs() {
    Stage.Caller caller =
        stage
            .answer(500, "application/fhir+json", "{\"diagnostics\":\"canary\"}")
            .get("/fhir/Patient/p1");

    assertThat(caller.head.status()).isEqualTo(502);
    assertThat(caller.body).doesNotContain("canary");
  }

  @Test
  @Tag("F14")
  void deletedAndAbsentLookTheSame() {
    Stage.Caller absent = stage.answer(404, "text/plain", "x").get("/fhir/Patient/p1");
    Stage.Caller deleted = stage.answer(410, "text/plain", "x").get("/fhir/Patient/p1");

    assertThat(deleted.head.status()).isEqualTo(404);
    assertThat(deleted.body.toString().replace("id-2", "id-1")).isEqualTo(absent.body.toString());
  }

  @Test
  void anotherResourceThanTheOneDecidedAboutIsNotReleased() {
    Stage.Caller caller = stage.json(PATIENT.replace("p1", "p2")).get("/fhir/Patient/p1");

    assertThat(caller.head.status()).isEqualTo(502);
    assertThat(caller.body).doesNotContain("female");
  }

  @Test
  @Tag("F13")
  void aCutUpstreamIsA502() {
    assertThat(stage.json(PATIENT.substring(0, 20), "CUT").get("/fhir/Patient/p1").head.status())
        .isEqualTo(502);
  }

  @Test
  void theUpstreamsFailureIsTheCallersReason() {
    stage.responses.add(new Refusal(Reason.UPSTREAM_TIMEOUT, "ehr"));
    assertThat(stage.get("/fhir/Patient/p1").head.status()).isEqualTo(504);
  }

  @Test
  void aProgrammingErrorIsAnInternalRefusal() {
    Stage.Caller caller = stage.get("/fhir/Patient/p1", "Bearer boom");

    assertThat(caller.head.status()).isEqualTo(500);
    assertThat(stage.events).containsExactly("journal Refused", "answer 500");
  }

  @Test
  void aCallerThatLeftIsRecordedAsSuch() {
    stage.gone = true;
    stage.json(PATIENT).get("/fhir/Patient/p1");

    assertThat(stage.events).endsWith("journal Outcome", "answer 200", "journal Aborted");
  }

  @Test
  void unknownHostsPathsAndMethodsAreRefused() {
    String nurse = "Bearer nurse/TREAT/n1";
    assertThat(stage.get("evil.example", "/fhir/Patient/p1", nurse, "GET", "").head.status())
        .isEqualTo(421);
    assertThat(stage.get("/other/Patient/p1").head.status()).isEqualTo(404);
    assertThat(stage.get("/fhirx/Patient/p1").head.status()).isEqualTo(404);
    assertThat(stage.get("/fhir/Patient/p1", nurse, "DELETE", "").head.status()).isEqualTo(405);
    assertThat(stage.sent).isEmpty();
    assertThat(stage.fake.entries(JournalEntry.Refused.class)).hasSize(4);
  }

  @Test
  @Tag("F1")
  void onlyJsonIsServed() {
    String nurse = "Bearer nurse/TREAT/n1";
    assertThat(stage.get("/fhir/Patient/p1", nurse, "GET", "application/fhir+xml").head.status())
        .isEqualTo(406);
    stage.json(PATIENT);
    String hapi = "application/fhir+xml;q=1.0, application/fhir+json;q=1.0";
    assertThat(stage.get("/fhir/Patient/p1", nurse, "GET", hapi).head.status()).isEqualTo(200);
  }

  @Test
  @Tag("E8")
  void theCapabilityStatementIsOursAndRecorded() {
    stage.answer(404, "text/html", "none");
    Stage.Caller caller = stage.get("/fhir/metadata");

    assertThat(stage.events)
        .containsExactly(
            "journal Intent", "upstream metadata", "cancel", "journal Outcome", "answer 200");
    assertThat(caller.body)
        .contains("CapabilityStatement", "\"type\":\"Patient\"", "gender", Stage.PUBLIC)
        .doesNotContain("birthdate", "ehr.internal", "Coverage");
  }
}
