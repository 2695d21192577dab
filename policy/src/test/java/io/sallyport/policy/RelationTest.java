package io.sallyport.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sallyport.policy.fhir.InteractionParser;
import io.sallyport.policy.redact.BundleStream;
import io.sallyport.policy.redact.Envelope;
import io.sallyport.policy.redact.Fact;
import io.sallyport.policy.redact.Limits;
import io.sallyport.policy.redact.Rebase;
import io.sallyport.policy.redact.Redacted;
import io.sallyport.policy.redact.Redactor;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What must hold between a user and the patient a resource is about. */
class RelationTest {
  private static final String ASK = "CareTeam?patient={patient}&participant={user}&status=active";
  private static final Rebase REBASE =
      new Rebase("http://ehr.internal/fhir", "https://fhir.example/r4");

  private static final String POLICY =
      """
      policy: 1
      fhir: R4
      identity:
        role: {claim: roles}
        user: {claim: fhirUser}
      relations:
        care-team: {ask: "%s", cache: 60s%s}
      roles:
        nurse:
          purpose: [TREAT]
          when: [%s]
          types:
            Patient: {do: [read, search], show: all}
            Observation: {do: [read, search], show: all, include: [Observation:subject]}
            Practitioner: {do: [read, search], show: all}
            Provenance: {do: [read, search], show: all}
        typed:
          purpose: [TREAT]
          types:
            Patient: {do: [read, search], show: all}
            Encounter: {do: [search], show: all}
            Observation: {do: [read, search], show: all, when: care-team}
      """;

  private static PolicySet read(String ask, String more, String when, List<Problem> problems) {
    return PolicySet.read("p.yaml", POLICY.formatted(ask, more, when), problems::add);
  }

  private final PolicySet policy = policy("");

  private static PolicySet policy(String more) {
    List<Problem> problems = new ArrayList<>();
    PolicySet policy = read(ASK, more, "care-team", problems);
    assertThat(problems).noneMatch(Problem::isError);
    return policy;
  }

  private static Decision decide(PolicySet policy, String role, String url, String user) {
    int question = url.indexOf('?');
    Claims claims = new Claims(user == null ? Map.of() : Map.of("fhirUser", user));
    return policy.decide(
        role,
        List.of("TREAT"),
        new AccessRequest(
            claims,
            new InteractionParser(policy.definitions())
                .parse(
                    "GET",
                    question < 0 ? url : url.substring(0, question),
                    question < 0 ? null : url.substring(question + 1),
                    "",
                    null),
            Instant.EPOCH,
            "",
            new Circumstances(List.of("https://fhir.example/r4"), "", patient -> false)));
  }

  private static Decision.Permit permit(PolicySet policy, String role, String url) {
    return (Decision.Permit) decide(policy, role, url, "Practitioner/n1");
  }

  private static Reason denied(PolicySet policy, String role, String url) {
    return decide(policy, role, url, "Practitioner/n1") instanceof Decision.Deny deny
        ? deny.reason()
        : null;
  }

  private Relation relation() {
    return permit(policy, "nurse", "Patient/p1").release().related().relations().get(0);
  }

  @Test
  void theRecordSystemIsAskedForUserAndPatientWithTheirValuesEncoded() {
    assertThat(relation().ask("Practitioner/n1", "p1"))
        .isEqualTo("CareTeam?patient=Patient/p1&participant=Practitioner/n1&status=active");
    assertThat(relation().ask("Practitioner/n1", "p1&status=x#"))
        .isEqualTo(
            "CareTeam?patient=Patient/p1%26status%3Dx%23&participant=Practitioner/n1&status=active");
    assertThat(relation().cacheSeconds()).isEqualTo(60);
  }

  private static final String TEAM =
      "{\"resourceType\":\"CareTeam\",\"status\":\"%s\",\"subject\":{\"reference\":\"%s\"},"
          + "\"participant\":[{\"member\":{\"reference\":\"Practitioner/n0\"}},"
          + "{\"member\":{\"reference\":\"%s\"}}]}";

  private static byte[] answer(String... resources) {
    StringBuilder json = new StringBuilder("{\"resourceType\":\"Bundle\",\"type\":\"searchset\"");
    for (int i = 0; i < resources.length; i++) {
      json.append(i == 0 ? ",\"entry\":[" : ",").append("{\"resource\":" + resources[i] + "}");
    }
    return json.append(resources.length == 0 ? "}" : "]}")
        .toString()
        .getBytes(StandardCharsets.UTF_8);
  }

  private boolean proven(byte[] json) {
    return relation().provenBy(json, "http://ehr.internal/fhir", "Practitioner/n1", "p1");
  }

  @ParameterizedTest
  @CsvSource({
    "active, Patient/p1, Practitioner/n1, true",
    "active, http://ehr.internal/fhir/Patient/p1, Practitioner/n1/_history/4, true",
    "active, Patient/p2, Practitioner/n1, false",
    "active, Patient/p1, Practitioner/n2, false",
    "inactive, Patient/p1, Practitioner/n1, false",
    "active, http://elsewhere/fhir/Patient/p1, Practitioner/n1, false",
    "active, Group/p1, Practitioner/n1, false",
    "active, Patient/p10, Practitioner/n1, false",
    "active, #Patient/p1, Practitioner/n1, false",
    "active, Patient/p1, Practitioner/n11, false",
  })
  void itHoldsWhenAResourceOfTheAnswerSaysAllThatWasAsked(
      String status, String subject, String member, boolean holds) {
    assertThat(proven(answer(TEAM.formatted(status, subject, member)))).isEqualTo(holds);
  }

  /** A server that ignores what it is asked answers with everybody's teams. */
  @Test
  void twoResourcesOfWhichEachSaysAHalfProveNothing() {
    String other = TEAM.formatted("active", "Patient/p2", "Practitioner/n1");
    String own = TEAM.formatted("active", "Patient/p1", "Practitioner/n2");
    assertThat(proven(answer(other, own))).isFalse();
    assertThat(proven(answer())).isFalse();
    assertThat(proven(answer(other, TEAM.formatted("active", "Patient/p1", "Practitioner/n1"))))
        .isTrue();
    assertThat(proven(answer("{\"resourceType\":\"OperationOutcome\"}"))).isFalse();
    assertThat(
            proven(
                answer(
                    TEAM.formatted("active", "Patient/p1", "Practitioner/n1")
                        .replace("CareTeam", "Group"))))
        .isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "null",
        "{\"resourceType\":\"CareTeam\"}",
        "{\"resourceType\":\"Bundle\",\"type\":\"collection\"}",
        "{\"resourceType\":\"Bundle\",\"type\":\"searchset\",\"type\":\"searchset\"}",
        "{\"resourceType\":\"Bundle\",\"type\":\"searchset\",\"entry\":[{\"resource\":{\"a\":1,\"a\":1}}]}",
        "{\"resourceType\":\"Bundle\",\"type\":\"searchset\"} x",
        "{\"resourceType\":\"Bundle\",\"type\":\"searchset\"",
        "{\"resourceType\":\"Bundle\",\"type\":\"searchset\",\"entry\":[1,]}",
        "<Bundle/>",
      })
  void anAnswerThatIsNoStrictSearchsetIsAFailureAndNotANo(String json) {
    assertThatThrownBy(() -> proven(json.getBytes(StandardCharsets.UTF_8)))
        .isInstanceOfSatisfying(
            Refusal.class, r -> assertThat(r.reason()).isEqualTo(Reason.UPSTREAM_INVALID));
  }

  @Test
  void deepNestingIsAFailureAndNoStackOverflow() {
    byte[] deep = ("[".repeat(100_000) + "]".repeat(100_000)).getBytes(StandardCharsets.UTF_8);
    assertThatThrownBy(() -> proven(deep)).isInstanceOf(Refusal.class);
  }

  /** Codes are compared with their system where one is asked for, in one and the same coding. */
  @Test
  void aCodeWithItsSystemIsOneCodings() {
    List<Problem> problems = new ArrayList<>();
    PolicySet coded =
        read(
            "Encounter?patient={patient}&participant={user}&class=http://s|AMB,IMP",
            "",
            "care-team",
            problems);
    assertThat(problems).noneMatch(Problem::isError);
    Relation relation = permit(coded, "nurse", "Patient/p1").release().related().relations().get(0);
    String encounter =
        "{\"resourceType\":\"Encounter\",\"class\":{\"system\":\"%s\",\"code\":\"%s\"},"
            + "\"subject\":{\"reference\":\"Patient/p1\"},"
            + "\"participant\":[{\"individual\":{\"reference\":\"Practitioner/n1\"}}]}";
    for (String[] c :
        List.of(
            new String[] {"http://s", "AMB", "true"},
            new String[] {"http://t", "AMB", "false"},
            new String[] {"http://t", "IMP", "true"},
            new String[] {"http://s", "EMER", "false"})) {
      assertThat(
              relation.provenBy(
                  answer(encounter.formatted(c[0], c[1])), "", "Practitioner/n1", "p1"))
          .as("%s|%s", c[0], c[1])
          .isEqualTo(Boolean.parseBoolean(c[2]));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "CareTeam?patient={patient}&participant={usr}; there is no placeholder '{usr}'",
        "CareTeam?patient={patient}&status=active; no reference that is {user}",
        "CareTeam?participant={user}&status=active; no reference that is {patient}",
        "CareTaem?patient={patient}&participant={user}; Did you mean 'CareTeam'?",
        "CareTeam?patient={patient}&particpant={user}; Did you mean 'participant'?",
        "CareTeam?patient=Patient/{patient}&participant={user}; the whole value",
        "CareTeam?patient={patient}&participant={user}&date=ge2020; 'date' cannot be proven",
        "CareTeam?patient={patient}&participant={user}&_count=5; no search parameter '_count'",
        "CareTeam?patient={patient}&participant={user}&category:not=x; cannot be proven",
        "CareTeam?patient={patient}&participant={user}&status={user}; 'status' cannot be proven",
        "CareTeam?patient={patient}&participant={user}&_text=x; is no search",
        "CareTeam?patient.name={patient}&participant={user}; no search parameter",
        "CareTeam/1?patient={patient}&participant={user}; no resource type",
        "CareTeam; no reference that is {user}",
      })
  void whatTheAnswerCannotProveIsNotLoaded(String ask, String says) {
    List<Problem> problems = new ArrayList<>();
    assertThat(read(ask, "", "care-team", problems)).isNull();
    assertThat(problems)
        .anySatisfy(
            problem -> {
              assertThat(problem.toString()).startsWith("p.yaml:7:15  relations.care-team.ask: ");
              assertThat(problem.message()).contains(says);
            });
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "care-teem; ; Did you mean 'care-team'?",
        "care-team; , cache: 60s; E-",
        "care-team; , beside: [Observation]; cannot stand beside the relation",
        "care-team; , besides: [Practitioner]; unknown key",
      })
  void aWrongNameOrKeyIsNotLoaded(String when, String more, String says) {
    List<Problem> problems = new ArrayList<>();
    assertThat(read(ASK, more == null ? "" : more, when, problems)).isNull();
    assertThat(problems).anySatisfy(p -> assertThat(p.toString()).contains(says));
  }

  @ParameterizedTest
  @ValueSource(strings = {"0s", "11m", "601s", "60", "1h", "-1s", "soon"})
  void anAnswerIsKeptFromOneSecondToTenMinutes(String cache) {
    List<Problem> problems = new ArrayList<>();
    PolicySet.read(
        "p.yaml",
        POLICY.formatted(ASK, "", "care-team").replace("cache: 60s", "cache: " + cache),
        problems::add);
    assertThat(problems).anySatisfy(p -> assertThat(p.message()).contains("from 1s to 10m"));
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "none",
      value = {
        "none",
        "n1",
        "Practitioner",
        "Group/n1",
        "Practitioner/n1/x",
        "https://elsewhere/r4/Practitioner/n1",
        "https://fhir.example/r4/x/Practitioner/n1",
        "Practitioner/n1?x"
      })
  void aTokenWithoutAUserOfOursIsDeniedByTheRequestAlone(String user) {
    Decision decision = decide(policy, "nurse", "Patient/p1", user);
    assertThat(decision).isInstanceOf(Decision.Deny.class);
    assertThat(((Decision.Deny) decision).reason()).isEqualTo(Reason.NO_RULE_PERMITS);
  }

  @Test
  void theUserMayBeNamedByTheAddressWeAreKnownUnder() {
    Decision.Permit permit =
        (Decision.Permit)
            decide(policy, "nurse", "Patient/p1", "https://fhir.example/r4/Practitioner/n1");
    assertThat(permit.release().related().user()).isEqualTo("Practitioner/n1");
  }

  @Test
  void untilItIsKnownToHoldNothingIsReleased() {
    ReleaseRule rule = permit(policy, "nurse", "Patient/p1").release();
    Fact own = new Fact("Patient", "p1", List.of("p1"));
    assertThat(rule.holds(own)).isFalse();
    assertThat(rule.asks(own)).isEqualTo("p1");
    rule.related().learn("p1", true);
    assertThat(rule.asks(own)).isNull();
    assertThat(rule.holds(own)).isTrue();
    assertThat(rule.holds(new Fact("Observation", "o", List.of("p1")))).isTrue();
    assertThat(rule.holds(new Fact("Observation", "o", List.of("p2")))).isFalse();
    rule.related().learn("p1", false);
    assertThat(rule.holds(own)).isFalse();
  }

  @Test
  void whatIsAboutNobodyOrSeveralOrMerelyMentionsAPatientIsNeitherAskedForNorReleased() {
    ReleaseRule rule = permit(policy, "nurse", "Observation?code=x").release();
    rule.related().suppose((relation, patient) -> true);
    for (Fact fact :
        List.of(
            new Fact("Observation", "o", List.of()),
            new Fact("Observation", "o", List.of("p1", "p2")),
            new Fact("Provenance", "v", List.of("p1")),
            new Fact("Practitioner", "n", List.of()),
            new Fact("Patient", "", List.of()),
            new Fact("Observation", "o", List.of("a&b=c")))) {
      assertThat(rule.holds(fact)).as(fact.type()).isFalse();
      assertThat(permit(policy, "nurse", "Observation?code=x").release().asks(fact)).isNull();
    }
  }

  @Test
  void aTypeThatIsNobodysRecordMayStandBesideTheRelation() {
    ReleaseRule rule =
        permit(policy(", beside: [Practitioner]"), "nurse", "Practitioner/n1").release();
    assertThat(rule.holds(new Fact("Practitioner", "n1", List.of()))).isTrue();
    assertThat(rule.holds(new Fact("Patient", "p1", List.of("p1")))).isFalse();
  }

  @Test
  void aRoleWithARelationIsToldNoUpstreamsTotalAndHopsNowhere() {
    Decision.Permit permit = permit(policy, "nurse", "Patient?family=x");
    assertThat(permit.unfiltered()).isFalse();
    assertThat(permit.interaction().count()).isEqualTo(50);
    assertThat(denied(policy, "nurse", "Patient?_summary=count"))
        .isEqualTo(Reason.SEARCH_NOT_PERMITTED);
    assertThat(denied(policy, "nurse", "Observation?subject:Patient.family=x"))
        .isEqualTo(Reason.SEARCH_NOT_PERMITTED);
    assertThat(denied(policy, "nurse", "Patient?_has:Observation:patient:code=x"))
        .isEqualTo(Reason.SEARCH_NOT_PERMITTED);
    // By a type's relation only that type is closed.
    assertThat(denied(policy, "typed", "Patient?_has:Observation:patient:code=x"))
        .isEqualTo(Reason.SEARCH_NOT_PERMITTED);
    assertThat(denied(policy, "typed", "Encounter?subject:Patient.family=x")).isNull();
    assertThat(permit(policy, "typed", "Patient?family=x").unfiltered()).isTrue();
    assertThat(permit(policy, "typed", "Observation?code=x").unfiltered()).isFalse();
  }

  private static byte[] page(int entries, boolean includes) {
    StringBuilder json =
        new StringBuilder("{\"resourceType\":\"Bundle\",\"type\":\"searchset\",\"entry\":[");
    for (int i = 0; i < entries; i++) {
      json.append(i == 0 ? "" : ",")
          .append(
              "{\"resource\":{\"resourceType\":\"Observation\",\"id\":\"o%d\",\"status\":\"final\",\"subject\":{\"reference\":\"Patient/p%d\"}}}"
                  .formatted(i, i));
    }
    for (int i = 0; i < entries && includes; i++) {
      json.append(
          ",{\"resource\":{\"resourceType\":\"Patient\",\"id\":\"p%d\"},\"search\":{\"mode\":\"include\"}}"
              .formatted(i));
    }
    return json.append("]}").toString().getBytes(StandardCharsets.UTF_8);
  }

  /** Feeds in pieces, learns what is wanted, and gives the ids that came out and the rounds. */
  private List<String> streamed(byte[] json, int piece, Set<String> team, List<Set<String>> asked) {
    Decision.Permit permit = permit(policy, "nurse", "Observation?_include=Observation:subject");
    BundleStream stream =
        new BundleStream(
            new Redactor(Limits.DEFAULT),
            permit.view(),
            Limits.DEFAULT,
            new Envelope(
                "Observation",
                permit.release(),
                REBASE,
                link -> null,
                REBASE.external(),
                256,
                permit.total(),
                permit.includes()));
    for (int at = 0; at < json.length; at += piece) {
      stream.feed(json, at, Math.min(piece, json.length - at));
      learn(stream, permit, team, asked);
    }
    stream.finish();
    List<String> ids = new ArrayList<>();
    for (Redacted window = stream.window(); window != null; window = stream.window()) {
      window.facts().stream().map(Fact::id).forEach(ids::add);
    }
    return ids;
  }

  private static void learn(
      BundleStream stream, Decision.Permit permit, Set<String> team, List<Set<String>> asked) {
    for (Set<String> wanted = stream.wanted(); !wanted.isEmpty(); wanted = stream.wanted()) {
      asked.add(Set.copyOf(wanted));
      for (String patient : List.copyOf(wanted)) {
        permit.release().related().learn(patient, team.contains(patient));
      }
      stream.goOn();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 100, 5000, 1 << 20})
  void aPagePausesForWhatIsNotKnownAndGoesOnWithEveryEntryInItsPlace(int piece) {
    List<Set<String>> asked = new ArrayList<>();
    List<String> ids = streamed(page(50, true), piece, Set.of("p3", "p7", "p49"), asked);
    assertThat(ids).containsExactly("o3", "o7", "o49", "p3", "p49", "p7");
    assertThat(asked.stream().mapToInt(Set::size).sum()).isEqualTo(50); // each patient once
    if (piece == 1 << 20) {
      assertThat(asked).hasSize(1); // all that was there is asked for at once
    }
  }

  @Test
  void manyPatientsAreAskedForInPartsAndAllOfThem() {
    List<Set<String>> asked = new ArrayList<>();
    List<String> ids = streamed(page(1000, false), 1 << 20, Set.of("p999"), asked);
    assertThat(ids).containsExactly("o999");
    assertThat(asked).hasSize(4).allMatch(round -> round.size() <= 256);
  }
}
