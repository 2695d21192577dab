package io.sallyport.policy;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.policy.fhir.Definitions;
import io.sallyport.policy.fhir.InteractionParser;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Rows E1 and A15 of the leak catalogue, and history: what a role may ask of which. */
class OperationPolicyTest {
  private static final String POLICY =
      """
      policy: 1
      fhir: R4
      identity: {role: {claim: roles}, patient: {claim: patient}}
      segments:
        restricted: {labels: [v3-Confidentiality|R]}
        psych: {labels: [v3-ActCode|PSYTHPN]}
      forbid:
        - {type: [Consent], unless: {role: [chief]}}
        - {type: [Condition], segment: psych, unless: {role: [chief]}}
      roles:
        chief:
          purpose: [TREAT]
          versions: show
          types:
            "*": {do: [read, vread, search, history, $everything, $lastn], show: all}
        ward:
          purpose: [TREAT]
          versions: show
          deny-segments: [restricted]
          types:
            Patient: {do: [read, vread, history, $everything], show: all}
            Observation: {do: [read, search, history, $lastn], show: all, include: [Observation:performer]}
            Condition: {do: [search], show: all, hide: [code]}
            Encounter: {do: [read], show: all, hide: [subject]}
            Consent: {do: [read, search], show: all}
            Practitioner: {do: [read], show: all}
            Procedure: {do: [read], show: all, needs: {token-acr: [mfa]}}
        partial:
          purpose: [TREAT]
          types:
            Patient: {do: [read, $everything], show: all, hide: [birthDate]}
            Observation: {do: [read, $lastn], show: all, hide: [effective]}
        app:
          purpose: [TREAT]
          versions: show
          compartment: {Patient: token.patient, membership: compartment}
          types:
            Patient: {do: [read, vread, history, $everything], show: all}
            Observation: {do: [read, search, history, $lastn], show: all}
      """;

  private final PolicySet policy = read(POLICY, new ArrayList<>());

  private static PolicySet read(String text, List<String> problems) {
    PolicySet set =
        PolicySet.read(
            "p.yaml", text, p -> problems.addAll(p.isError() ? List.of("" + p) : List.of()));
    return set;
  }

  private Decision decide(String role, String url, Map<String, Object> more) {
    int question = url.indexOf('?');
    Map<String, Object> claims = new java.util.HashMap<>(more);
    claims.put("roles", role);
    claims.put("patient", "p1");
    return policy.decide(
        role,
        List.of("TREAT"),
        new AccessRequest(
            new Claims(claims),
            new InteractionParser(Definitions.r4())
                .parse(
                    "GET",
                    question < 0 ? url : url.substring(0, question),
                    question < 0 ? null : url.substring(question + 1),
                    "",
                    null),
            Instant.EPOCH));
  }

  private Decision.Permit permit(String role, String url) {
    return (Decision.Permit) decide(role, url, Map.of());
  }

  @ParameterizedTest
  @CsvSource({
    "chief,   Patient/p1/_history,                              permit",
    "chief,   Patient/_history?_since=2026-01-01T00:00:00Z,     permit",
    "chief,   Patient/p1/_history/2,                            permit",
    "chief,   Observation/$lastn?max=1&patient=Patient/p1,      permit",
    "chief,   Patient/p1/$everything?start=2026,                permit",
    "ward,    Patient/p1/_history,                              permit",
    "ward,    Patient/p1/_history/2,                            permit",
    "ward,    Patient/_history,                                 SEARCH_NOT_PERMITTED",
    "ward,    Observation/_history,                             SEARCH_NOT_PERMITTED",
    "ward,    Condition/c1/_history,                            NO_RULE_PERMITS",
    "ward,    Consent/c1/_history,                              FORBIDDEN",
    "ward,    Observation/$lastn?max=1,                         SEARCH_NOT_PERMITTED",
    "ward,    Patient/p1/$everything,                           permit",
    "ward,    Patient/p1/$everything?_since=2026-01-01T00:00:00Z, permit",
    "ward,    Patient/p1/$everything?start=2026-01-01,          SEARCH_NOT_PERMITTED",
    "ward,    'Patient/p1/$everything?start=2026&_type=Observation,Patient', permit",
    "ward,    Patient/p1/$everything?_type=Encounter,           SEARCH_NOT_PERMITTED",
    "ward,    Patient/p1/$everything?_type=Consent,             SEARCH_NOT_PERMITTED",
    "partial, Patient/p1/$everything,                           permit",
    "partial, Patient/p1/$everything?end=2026,                  SEARCH_NOT_PERMITTED",
    "partial, Patient/p1/$everything?_since=2026-01-01T00:00:00Z, SEARCH_NOT_PERMITTED",
    "partial, Observation/$lastn,                               SEARCH_NOT_PERMITTED",
    "app,     Patient/p1/$everything,                           permit",
    "app,     Patient/p2/$everything,                           NOT_IN_COMPARTMENT",
    "app,     Patient/p1/_history,                              permit",
    "app,     Observation/o1/_history,                          permit",
    "app,     Observation/_history,                             SEARCH_NOT_PERMITTED",
    "app,     Observation/$lastn,                               SEARCH_NOT_PERMITTED",
  })
  void decisions(String role, String url, String expected) {
    Decision decision = decide(role, url, Map.of());
    assertThat(decision instanceof Decision.Deny deny ? deny.reason().name() : "permit")
        .as("%s %s", url, decision)
        .isEqualTo(expected);
  }

  @Test
  void aPatientsRecordsAreOfTheTypesThatTheRoleMayFindByTheirPatient() {
    assertThat(permit("ward", "Patient/p1/$everything").types())
        .containsExactlyInAnyOrder("Patient", "Observation", "Condition");
    assertThat(permit("ward", "Patient/p1/$everything?_type=Observation,Encounter").types())
        .containsExactly("Observation");
    assertThat(
            ((Decision.Permit) decide("ward", "Patient/p1/$everything", Map.of("acr", "mfa")))
                .types())
        .contains("Procedure");
    assertThat(permit("chief", "Patient/p1/$everything").types())
        .contains("Consent", "Procedure", "Encounter")
        .doesNotContain("Practitioner", "Organization", "Binary");
  }

  @Test
  void whatAForbidKeepsOfOneTypeIsKeptOfAll() {
    assertThat(permit("ward", "Patient/p1/$everything").release().segments()).isEqualTo(3);
    assertThat(permit("ward", "Patient/p1/$everything?_type=Observation").release().segments())
        .isEqualTo(1);
  }

  /** What is nobody's record would come because of a record, perhaps of one that is withheld. */
  @Test
  void besideAPatientsRecordsComesNothing() {
    assertThat(permit("ward", "Patient/p1/$everything").includes()).isEmpty();
  }

  @Test
  void whatMayBeWithheldIsPagedAndNotCounted() {
    Decision.Permit permit = permit("chief", "Patient/p1/$everything");
    assertThat(permit.unfiltered()).isFalse();
    assertThat(InteractionParser.forwarded(permit.interaction()))
        .isEqualTo("Patient/p1/$everything?_count=100");
    assertThat(
            InteractionParser.forwarded(
                permit("ward", "Patient/p1/$everything?_count=2").interaction()))
        .isEqualTo("Patient/p1/$everything?_count=100&_type=Condition,Observation,Patient");
    assertThat(
            permit("ward", "Patient/p1/$everything?_type=Encounter,Observation&_count=400")
                .interaction()
                .parameters())
        .extracting(one -> one.code() + "=" + one.value())
        .containsExactly("_count=400", "_type=Observation");
    assertThat(permit("chief", "Patient/_history").unfiltered()).isTrue();
    assertThat(InteractionParser.forwarded(permit("ward", "Patient/p1/_history").interaction()))
        .isEqualTo("Patient/p1/_history?_count=50");
  }

  @Test
  void f3VersionsThatAreHiddenCannotBeAskedFor() {
    List<String> problems = new ArrayList<>();
    assertThat(
            read(
                POLICY.replace(
                    "Patient: {do: [read, $everything], show: all, hide: [birthDate]}",
                    "Patient: {do: [read, vread, history], show: all, hide: [birthDate]}"),
                problems))
        .isNull();
    assertThat(problems)
        .singleElement()
        .asString()
        .startsWith("p.yaml:31:7  roles.partial.types.Patient.do: history and vread: ")
        .contains("Add versions: show to the role, or remove them. [E-VERSIONS]");
  }

  @Test
  void anOperationBelongsToItsType() {
    List<String> problems = new ArrayList<>();
    read(POLICY.replace("Condition: {do: [search]", "Condition: {do: [search, $lastn]"), problems);
    assertThat(problems)
        .singleElement()
        .asString()
        .contains("'$lastn' is an operation of Observation only. Remove it here. [E-VALUE]");
    problems.clear();
    read(
        POLICY.replace("Condition: {do: [search]", "Condition: {do: [search, $document]"),
        problems);
    assertThat(problems).singleElement().asString().contains("'$document'", "[E-NOT-YET]");
    assertThat(policy.interactions("chief", "Condition"))
        .containsExactlyInAnyOrder("read", "vread", "search", "history");
  }
}
