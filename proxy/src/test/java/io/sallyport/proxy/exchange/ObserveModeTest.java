package io.sallyport.proxy.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.proxy.journal.JournalEntry;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Observe mode: nobody is denied and nothing is hidden but by a forbid; what the policy would do is
 * in the journal before it is released.
 */
class ObserveModeTest {
  private static final String POLICY =
      """
      policy: 1
      fhir: R4
      identity:
        role: {claim: role}
        purpose: {claim: purpose}
        user: {claim: fhirUser}
        patient: {claim: patient}
      segments:
        restricted: {labels: [v3-Confidentiality|R]}
        notes: {labels: [v3-ActCode|PSYTHPN]}
      forbid:
        - {segment: notes, unless: {role: [physician], purpose: [TREAT]}}
        - {type: [Consent]}
      relations:
        care-team: {ask: "CareTeam?patient={patient}&participant={user}&status=active"}
      roles:
        carer:
          purpose: [TREAT]
          observe: true
          when: [care-team]
          types: {Patient: {do: [read], show: all, hide: [telecom]}}
        physician: {purpose: [TREAT], types: {Patient: {do: [read], show: all}}}
        nurse:
          purpose: [TREAT]
          observe: true
          deny-segments: [restricted]
          types:
            Patient: {do: [read], show: all, hide: [birthDate, telecom]}
            Observation: {do: [search], show: all, hide: [issued], search: [code]}
        clerk:
          purpose: [HPAYMT]
          types:
            Patient: {do: [read], show: [active, deceased, link, gender]}
      """;

  private static final String PATIENT =
      "{\"resourceType\":\"Patient\",\"id\":\"p1\",\"telecom\":[{\"value\":\"1\"},{\"value\":\"2\"}],"
          + "\"gender\":\"male\",\"birthDate\":\"1970-01-01\"}";

  @Test
  void aRoleThatIsObservedIsShownWhatItsRulesWouldHide() {
    Stage stage = new Stage(POLICY, false).json(PATIENT);

    Stage.Caller caller = stage.get("/fhir/Patient/p1");

    assertThat(caller.head.status()).isEqualTo(200);
    assertThat(caller.body).asString().isEqualTo(PATIENT);
    assertThat(observed(stage))
        .containsExactly(
            new JournalEntry.Observed(
                "id-1",
                0,
                "",
                "roles.nurse.types.Patient",
                Map.of("Patient.birthDate", 1, "Patient.telecom", 1),
                0));
  }

  @Test
  void whatWasFoundIsRecordedBeforeItIsReleased() {
    Stage stage = new Stage(POLICY, false).json(PATIENT);

    stage.get("/fhir/Patient/p1");

    assertThat(stage.events)
        .containsExactly(
            "journal Intent",
            "upstream Patient/p1",
            "journal Observed",
            "journal Outcome",
            "answer 200");
  }

  @Test
  void nothingIsReleasedWhenWhatWasFoundCannotBeRecorded() {
    Stage stage = new Stage(POLICY, false).json(PATIENT);
    stage.failing = JournalEntry.Observed.class;

    Stage.Caller caller = stage.get("/fhir/Patient/p1");

    assertThat(caller.head.status()).isEqualTo(503);
    assertThat(caller.body).asString().doesNotContain("1970");
  }

  @Test
  void theIntentSaysThatItWasObserved() {
    Stage stage = new Stage(POLICY, false).json(PATIENT);

    stage.get("/fhir/Patient/p1");

    assertThat(stage.fake.entries())
        .filteredOn(JournalEntry.Intent.class::isInstance)
        .extracting(entry -> ((JournalEntry.Intent) entry).rule())
        .containsExactly("observe: roles.nurse.types.Patient");
  }

  @Test
  void anotherRoleIsNotObserved() {
    Stage stage = new Stage(POLICY, false).json(PATIENT);

    Stage.Caller caller = stage.get("/fhir/Patient/p1", "Bearer clerk/HPAYMT/c1");

    assertThat(caller.body).asString().contains("male").doesNotContain("1970");
    assertThat(observed(stage)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "nurse/TREAT/n1, Patient?name=x, NO_RULE_PERMITS",
    "nurse/HPAYMT/n1, Patient/p1, NO_PURPOSE",
    "nurse/TREAT/n1, Observation?date=2026, SEARCH_NOT_PERMITTED",
    "clerk/HPAYMT/c1, Observation?code=1, NO_RULE_PERMITS",
    "nobody/TREAT/n1, Patient/p1, NO_ROLE",
  })
  void onARouteThatObservesNobodyIsDenied(String token, String request, String reason) {
    boolean search = request.contains("?");
    Stage stage =
        new Stage(POLICY, true)
            .json(search ? "{\"resourceType\":\"Bundle\",\"type\":\"searchset\"}" : PATIENT);

    Stage.Caller caller = stage.get("/fhir/" + request, "Bearer " + token);

    assertThat(caller.head.status()).as("%s", stage.fake.entries()).isEqualTo(200);
    assertThat(observed(stage)).extracting(JournalEntry.Observed::reason).containsExactly(reason);
    assertThat(stage.events.subList(0, 3))
        .containsExactly("journal Intent", "journal Observed", "upstream " + stage.sent.get(0));
  }

  @Test
  void aSearchIsSentAsItWasAskedAndItsEntriesAreCounted() {
    Stage stage =
        new Stage(POLICY, false)
            .json(
                "{\"resourceType\":\"Bundle\",\"type\":\"searchset\",\"entry\":["
                    + observation("o1", "", "2026-01-01T00:00:00Z")
                    + ","
                    + observation("o2", "R", "2026-01-02T00:00:00Z")
                    + "]}");

    Stage.Caller caller = stage.get("/fhir/Observation?code=1&_count=10");

    assertThat(caller.body).asString().contains("o1", "o2", "2026-01-01", "2026-01-02");
    assertThat(observed(stage))
        .containsExactly(
            new JournalEntry.Observed(
                "id-1",
                0,
                "",
                "roles.nurse.types.Observation",
                Map.of("Observation.issued", 1),
                1));
  }

  @Test
  void aForbidHoldsForWhoIsObserved() {
    Stage stage = new Stage(POLICY, true);

    Stage.Caller caller = stage.get("/fhir/Consent/c1");

    assertThat(caller.head.status()).isEqualTo(403);
    assertThat(stage.sent).isEmpty();
    assertThat(observed(stage)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "nurse/TREAT/n1, 404", // the forbid names who is spared
    "nobody/TREAT/n1, 404", // without a role nobody is
    "physician/HPAYMT/d1, 404", // nor for another purpose than the one that is spared
    "physician/TREAT/d1, 200",
  })
  void whatAForbidKeepsBackIsKeptBackFromWhoIsObserved(String token, int status) {
    Stage stage =
        new Stage(POLICY, true)
            .json(
                PATIENT.replace(
                    "\"telecom\"",
                    "\"meta\":{\"security\":[{\"system\":"
                        + "\"http://terminology.hl7.org/CodeSystem/v3-ActCode\","
                        + "\"code\":\"PSYTHPN\"}]},\"telecom\""));

    assertThat(stage.get("/fhir/Patient/p1", "Bearer " + token).head.status()).isEqualTo(status);
  }

  @Test
  void aChainThroughWhatAForbidKeepsBackStaysRefused() {
    Stage stage = new Stage(POLICY, true);

    Stage.Caller caller = stage.get("/fhir/Patient?_has:Condition:patient:code=F11.20");

    assertThat(caller.head.status()).isEqualTo(403);
    assertThat(stage.sent).isEmpty();
  }

  @Test
  void whatCannotBeUnderstoodIsRefusedAsEver() {
    assertThat(new Stage(POLICY, true).get("/fhir/Patient?colour=red").head.status())
        .isEqualTo(400);
  }

  @Test
  void includesComeThatTheRoleDoesNotList() {
    Stage stage =
        new Stage(POLICY, true)
            .json(
                "{\"resourceType\":\"Bundle\",\"type\":\"searchset\",\"entry\":["
                    + observation("o1", "", "2026-01-01T00:00:00Z")
                    + ",{\"resource\":"
                    + PATIENT
                    + ",\"search\":{\"mode\":\"include\"}}]}");

    Stage.Caller caller = stage.get("/fhir/Observation?code=1&_include=Observation:subject");

    assertThat(caller.body).asString().contains("o1", "1970-01-01");
    assertThat(observed(stage))
        .extracting(JournalEntry.Observed::reason)
        .containsExactly("SEARCH_NOT_PERMITTED");
  }

  @ParameterizedTest
  @CsvSource({"true, 200, 0", "false, 200, 1", "true, 500, 1"})
  void aRelationIsLookedUpAndNobodyIsDeniedForIt(boolean team, int status, int withheld) {
    Stage stage = new Stage(POLICY, false).json(PATIENT).lookup(status, careTeam(team));

    Stage.Caller caller = stage.get("/fhir/Patient/p1", "Bearer carer/TREAT/n1");

    assertThat(caller.head.status()).isEqualTo(200);
    assertThat(caller.body).asString().isEqualTo(PATIENT);
    assertThat(observed(stage))
        .containsExactly(
            new JournalEntry.Observed(
                "id-1",
                0,
                "",
                "roles.carer.types.Patient",
                withheld == 0 ? Map.of("Patient.telecom", 1) : Map.of(),
                withheld));
  }

  private static String careTeam(boolean member) {
    String bundle = "{\"resourceType\":\"Bundle\",\"type\":\"searchset\"";
    return member
        ? bundle
            + ",\"entry\":[{\"resource\":{\"resourceType\":\"CareTeam\",\"status\":\"active\","
            + "\"subject\":{\"reference\":\"Patient/p1\"},\"participant\":[{\"member\":"
            + "{\"reference\":\"Practitioner/n1\"}}]}}]}"
        : bundle + "}";
  }

  @Test
  void itIsCounted() {
    Stage stage = new Stage(POLICY, false).json(PATIENT);

    stage.get("/fhir/Patient/p1");

    assertThat(
            stage.registry.getSampleValue(
                "sallyport_observed_total", new String[] {"verdict"}, new String[] {"hidden"}))
        .isEqualTo(2);
  }

  private static String observation(String id, String confidentiality, String issued) {
    String label =
        confidentiality.isEmpty()
            ? ""
            : "\"meta\":{\"security\":[{\"system\":"
                + "\"http://terminology.hl7.org/CodeSystem/v3-Confidentiality\",\"code\":\""
                + confidentiality
                + "\"}]},";
    return "{\"resource\":{\"resourceType\":\"Observation\",\"id\":\""
        + id
        + "\","
        + label
        + "\"status\":\"final\",\"subject\":{\"reference\":\"Patient/p1\"},\"issued\":\""
        + issued
        + "\"},\"search\":{\"mode\":\"match\"}}";
  }

  private static List<JournalEntry.Observed> observed(Stage stage) {
    return stage.fake.entries().stream()
        .filter(JournalEntry.Observed.class::isInstance)
        .map(JournalEntry.Observed.class::cast)
        .toList();
  }
}
