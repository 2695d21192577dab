package io.sallyport.proxy.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.proxy.journal.Durability;
import io.sallyport.proxy.journal.JournalEntry;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Glass is recorded as broken before anything comes through it, and for one patient only. */
class BreakGlassTest {
  private static final String CARER = "Bearer carer/BTG/n1/mfa";
  private static final String REASON = "unresponsive, ED bay 4, no team yet";
  private static final String NONE = "{\"resourceType\":\"Bundle\",\"type\":\"searchset\"}";

  private final Stage stage = new Stage();

  private static String patient(String id) {
    return "{\"resourceType\":\"Patient\",\"id\":\"" + id + "\"}";
  }

  private static String observation(String id, String subject) {
    return "{\"resourceType\":\"Observation\",\"id\":\""
        + id
        + "\",\"status\":\"final\",\"subject\":{\"reference\":\"Patient/"
        + subject
        + "\"}}";
  }

  private Stage.Caller read(String reason, String path, String json) {
    stage.reason = reason;
    stage.responses.clear();
    return stage.json(json).get("/fhir/" + path, CARER);
  }

  private List<JournalEntry.BreakGlass> grants() {
    return stage.fake.entries(JournalEntry.BreakGlass.class);
  }

  @Test
  void theGrantAndWhoIsToldAreRecordedBeforeTheRecordSystemIsAsked() {
    Stage.Caller caller = read(REASON, "Patient/p9", patient("p9"));

    assertThat(caller.head.status()).isEqualTo(200);
    assertThat(stage.events)
        .containsExactly(
            "journal Intent",
            "journal BreakGlass",
            "journal Notice",
            "notice privacy-office",
            "upstream Patient/p9",
            "journal Outcome",
            "answer 200");
    assertThat(grants())
        .containsExactly(
            new JournalEntry.BreakGlass(
                "id-1",
                0,
                "https://idp",
                "n1",
                "app",
                "carer",
                "BTG",
                "p9",
                REASON,
                "relation:care-team",
                "2026-03-01T11:00:00Z",
                "/fhir"));
    assertThat(stage.notices.get(0).data())
        .containsEntry("patient", "p9")
        .containsEntry("subject", "n1")
        .doesNotContainValue(REASON);
    assertThat(stage.durabilities).containsOnly(Durability.DISK);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "''; Bearer carer/BTG/n1/mfa; 403",
        "nineteen characters; Bearer carer/BTG/n1/mfa; 403",
        "R; Bearer carer/BTG/n1/pwd; 401",
        "R; Bearer guest/BTG/n1/mfa; 403",
        "R%zz; Bearer carer/BTG/n1/mfa; 400",
        "R%ff; Bearer carer/BTG/n1/mfa; 400",
        "R%00; Bearer carer/BTG/n1/mfa; 400",
        "R%; Bearer carer/BTG/n1/mfa; 400",
      })
  void whatIsMissingIsToldAndNobodyIsAsked(String reason, String token, int status) {
    stage.reason = reason.replace("R", REASON);
    Stage.Caller caller = stage.get("/fhir/Patient/p9", token);
    assertThat(caller.head.status()).isEqualTo(status);
    assertThat(stage.sent).isEmpty();
    assertThat(grants()).isEmpty();
    if (status == 401) {
      assertThat(caller.header("WWW-Authenticate")).contains("acr_values=\"mfa\"");
    }
    if (reason.isEmpty()) {
      assertThat(caller.body).contains("BREAK_GLASS_NEEDS_REASON", "Break-Glass-Reason");
    }
  }

  @Test
  void aReasonOfOtherLettersComesPercentEncoded() {
    read("bewusstlos, Schockraum %C3%BCber 4, kein Team", "Patient/p9", patient("p9"));
    assertThat(grants().get(0).reason()).isEqualTo("bewusstlos, Schockraum über 4, kein Team");
  }

  @Test
  void forAnHourThatUserAndPatientNeedNoReasonAgainAndThenTheyDo() {
    assertThat(read(REASON, "Patient/p9", patient("p9")).head.status()).isEqualTo(200);
    stage.now = stage.now.plus(Duration.ofMinutes(60)).minusMillis(1);
    assertThat(read("", "Patient/p9", patient("p9")).head.status()).isEqualTo(200);
    assertThat(read("", "Observation?patient=p9", NONE).head.status()).isEqualTo(200);
    assertThat(read("", "Observation/o1", observation("o1", "p9")).head.status()).isEqualTo(200);
    assertThat(grants()).hasSize(1);
    assertThat(stage.notices).hasSize(1);

    assertThat(read("", "Patient/p8", patient("p8")).head.status()).isEqualTo(403);
    stage.now = stage.now.plusMillis(1);
    assertThat(read("", "Patient/p9", patient("p9")).head.status()).isEqualTo(403);
    assertThat(read("", "Observation/o1", observation("o1", "p9")).head.status()).isEqualTo(403);
    assertThat(read(REASON, "Patient/p9", patient("p9")).head.status()).isEqualTo(200);
    assertThat(grants()).hasSize(2);
  }

  @Test
  void theReasonOfABatchIsThatOfEachOfItsEntries() {
    stage.reason = REASON;
    Stage.Caller caller =
        stage
            .json(patient("p9"))
            .json(patient("p8"))
            .post(
                "/fhir",
                CARER,
                "application/fhir+json",
                "{\"resourceType\":\"Bundle\",\"type\":\"batch\",\"entry\":["
                    + "{\"request\":{\"method\":\"GET\",\"url\":\"Patient/p9\"}},"
                    + "{\"request\":{\"method\":\"GET\",\"url\":\"Patient/p8\"}}]}");
    assertThat(caller.body.toString()).contains("\"id\":\"p9\"", "\"id\":\"p8\"");
    assertThat(grants()).extracting(JournalEntry.BreakGlass::patient).containsExactly("p9", "p8");
    assertThat(grants()).allMatch(grant -> grant.reason().equals(REASON));
  }

  @Test
  void aGrantIsOneUsers() {
    read(REASON, "Patient/p9", patient("p9"));
    stage.reason = "";
    assertThat(stage.get("/fhir/Patient/p9", "Bearer carer/BTG/n2/mfa").head.status())
        .isEqualTo(403);
  }

  /** Whom it is about only the answer tells: the grant is recorded before it leaves. */
  @Test
  void aReadBreaksTheGlassOfThePatientThatItsResourceIsAbout() {
    Stage.Caller caller = read(REASON, "Observation/o1", observation("o1", "p9"));
    assertThat(caller.head.status()).isEqualTo(200);
    assertThat(stage.events)
        .containsExactly(
            "journal Intent",
            "upstream Observation/o1",
            "journal BreakGlass",
            "journal Notice",
            "notice privacy-office",
            "journal Outcome",
            "answer 200");
    assertThat(grants().get(0).patient()).isEqualTo("p9");
  }

  @Test
  void aResourceAboutNobodyOrSeveralOrThatIsForbiddenBreaksNothingAndLooksAbsent() {
    String label =
        "\"meta\":{\"security\":[{\"system\":\"http://terminology.hl7.org/CodeSystem/v3-ActCode\",\"code\":\"PSYTHPN\"}]},";
    String own = observation("o1", "p9");
    for (String json :
        List.of(
            "{\"resourceType\":\"Observation\",\"id\":\"o1\",\"status\":\"final\"}",
            own.replace("\"id\"", label + "\"id\""))) {
      Stage.Caller caller = read(REASON, "Observation/o1", json);
      assertThat(caller.head.status()).isEqualTo(404);
    }
    stage.responses.clear();
    stage.reason = REASON;
    Stage.Caller absent =
        stage.answer(404, "application/fhir+json", "{}").get("/fhir/Observation/o1", CARER);
    assertThat(absent.head.status()).isEqualTo(404);
    assertThat(grants()).isEmpty();
    assertThat(stage.notices).isEmpty();
  }

  /** Without a reason, what is open tells nothing of what is there besides. */
  @Test
  void aReadWithoutAReasonOpensNoOtherPatientAndDoesNotTellOfOne() {
    read(REASON, "Patient/p9", patient("p9"));
    Stage.Caller other = read("", "Observation/o8", observation("o8", "p8"));
    stage.responses.clear();
    Stage.Caller absent =
        stage.answer(404, "application/fhir+json", "{}").get("/fhir/Observation/o8", CARER);
    assertThat(other.head.status()).isEqualTo(404);
    assertThat(other.body.toString().replace("id-2", "id-3")).isEqualTo(absent.body.toString());
    assertThat(grants()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"Patient?family=x", "Observation?code=x", "Patient?_id=p9,p8"})
  void aSearchWithoutOnePatientIsRefused(String path) {
    stage.reason = REASON;
    Stage.Caller caller = stage.get("/fhir/" + path, CARER);
    assertThat(caller.head.status()).isEqualTo(403);
    assertThat(caller.body).contains("BREAK_GLASS_NEEDS_PATIENT");
    assertThat(stage.sent).isEmpty();
  }

  @Test
  void aRecordSystemThatAnswersWithOthersRecordsOpensNone() {
    Stage.Caller caller =
        read(
            REASON,
            "Observation?patient=p9",
            "{\"resourceType\":\"Bundle\",\"type\":\"searchset\",\"entry\":[{\"resource\":"
                + observation("o9", "p9")
                + "},{\"resource\":"
                + observation("o8", "p8")
                + "}]}");
    assertThat(caller.body).contains("\"o9\"", "\"total\":1").doesNotContain("o8", "p8");
    assertThat(grants()).extracting(JournalEntry.BreakGlass::patient).containsExactly("p9");
  }

  @ParameterizedTest
  @ValueSource(classes = {JournalEntry.BreakGlass.class, JournalEntry.Notice.class})
  void whatCannotBeRecordedOpensNothing(Class<? extends JournalEntry> failing) {
    stage.failing = failing;
    Stage.Caller caller = read(REASON, "Patient/p9", patient("p9"));
    assertThat(caller.head.status()).isEqualTo(503);
    assertThat(stage.sent).isEmpty();
    assertThat(stage.notices).isEmpty();
    stage.failing = null;
    assertThat(read("", "Patient/p9", patient("p9")).head.status()).isEqualTo(403);
  }

  @Test
  void anOrdinaryPurposeIsJudgedAsEverWhateverTheHeaderSays() {
    stage.reason = REASON;
    stage.json(patient("p9")).lookup(200, NONE);
    Stage.Caller caller = stage.get("/fhir/Patient/p9", "Bearer carer/TREAT/n1/mfa");
    assertThat(caller.head.status()).isEqualTo(404);
    assertThat(grants()).isEmpty();
  }
}
