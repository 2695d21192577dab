package io.sallyport.policy;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.policy.fhir.InteractionParser;
import io.sallyport.policy.redact.Fact;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** In an emergency named conditions are lifted, for one patient, with a reason; nothing else is. */
class BreakGlassTest {
  private static final String REASON = "unresponsive, ED bay 4, no team yet";
  private static final String GLASS =
      """
      break-glass:
        roles: [nurse]
        purpose: [BTG]
        lifts: [relation:care-team, segment:restricted]
        needs: {reason: 20, token-acr: mfa}
        lasts: 60m
        notify: privacy-office
      """;
  private static final String POLICY =
      """
      policy: 1
      fhir: R4
      identity:
        role: {claim: roles}
        purpose: {claim: purpose}
        user: {claim: fhirUser}
      segments:
        restricted: {labels: [v3-Confidentiality|R]}
        self-pay: {labels: [local|SELFPAY]}
        psych: {labels: [v3-ActCode|PSYTHPN]}
      relations:
        care-team: {ask: "CareTeam?patient={patient}&participant={user}", beside: [Practitioner]}
        ward: {ask: "Encounter?patient={patient}&participant={user}"}
      forbid:
        - {segment: psych, unless: {purpose: [TREAT]}}
        - {type: [Consent]}
      roles:
        nurse:
          purpose: [TREAT]
          when: [care-team]
          deny-segments: [restricted, self-pay]
          types:
            Patient: {do: [read, search], show: all, hide: [photo]}
            Observation: {do: [read, search], show: all, include: [Observation:subject]}
            Practitioner: {do: [read], show: all}
            Consent: {do: [read], show: all}
            Condition: {do: [read], show: all, when: ward}
        clerk:
          purpose: [HPAYMT]
          types:
            Patient: {do: [read], show: all}
      """;

  private static PolicySet read(String text, List<Problem> problems) {
    return PolicySet.read("p.yaml", text, problems::add);
  }

  private final List<Problem> problems = new ArrayList<>();
  private final PolicySet policy = read(POLICY + GLASS, problems);

  private record Who(String role, String purpose, String acr, String reason, Set<String> broken) {}

  private static final Who BREAKING = new Who("nurse", "BTG", "mfa", REASON, Set.of());

  private Decision decide(Who who, String url) {
    int question = url.indexOf('?');
    Map<String, Object> claims = new HashMap<>();
    claims.put("roles", who.role());
    claims.put("purpose", List.of(who.purpose().split(" ")));
    claims.put("fhirUser", "Practitioner/n1");
    if (who.acr() != null) {
      claims.put("acr", who.acr());
    }
    return policy.decide(
        new AccessRequest(
            new Claims(claims),
            new InteractionParser(policy.definitions())
                .parse(
                    "GET",
                    question < 0 ? url : url.substring(0, question),
                    question < 0 ? null : url.substring(question + 1),
                    "",
                    null),
            Instant.EPOCH,
            "",
            new Circumstances(
                List.of(),
                who.reason(),
                patient ->
                    patient.isEmpty() ? !who.broken().isEmpty() : who.broken().contains(patient))));
  }

  private Reason denied(Who who, String url) {
    return decide(who, url) instanceof Decision.Deny deny ? deny.reason() : null;
  }

  private Decision.Permit permit(Who who, String url) {
    Decision decision = decide(who, url);
    assertThat(decision).isInstanceOf(Decision.Permit.class);
    return (Decision.Permit) decision;
  }

  private long bits(String segment) {
    return 1L << List.of("restricted", "self-pay", "psych").indexOf(segment);
  }

  private Fact about(String patient, long segments) {
    return new Fact("Observation", "o1", List.of(patient), List.of(), segments);
  }

  @Test
  void itIsReadWithoutComplaintAndNamesWhoIsTold() {
    assertThat(problems).noneMatch(Problem::isError);
    assertThat(policy.notified()).isEqualTo("privacy-office");
    assertThat(policy.explain("nurse", "Patient").terms())
        .anyMatch(term -> term.startsWith("break-glass for BTG: lifts relation:care-team"));
    assertThat(policy.explain("clerk", "Patient").terms()).isEmpty();
  }

  @Test
  void itLiftsTheNamedConditionsForThatPatientAndNoOther() {
    Related related = permit(BREAKING, "Patient/p1").release().related();
    assertThat(related.relations()).isEmpty();
    assertThat(related.broken())
        .isEqualTo(
            new Broken(
                REASON,
                3600,
                "privacy-office",
                List.of("relation:care-team", "segment:restricted")));
    ReleaseRule rule = permit(BREAKING, "Observation?patient=p1").release();
    assertThat(rule.holds(about("p1", 0))).isFalse(); // not recorded yet
    rule.related().learn("p1", true);
    rule.related().learn("p2", true);
    assertThat(rule.holds(about("p1", 0))).isTrue();
    assertThat(rule.holds(about("p1", bits("restricted")))).isTrue();
    assertThat(rule.holds(about("p2", 0))).isFalse();
    assertThat(rule.asks(about("p3", 0))).isNull();
    assertThat(rule.holds(new Fact("Practitioner", "n", List.of()))).isFalse();
    assertThat(rule.holds(new Fact("Observation", "o", List.of("p1", "p2")))).isFalse();
  }

  @Test
  void itLiftsNoForbidNoOtherConditionAndNothingThatAViewHides() {
    ReleaseRule rule = permit(BREAKING, "Observation?patient=p1").release();
    rule.related().learn("p1", true);
    assertThat(rule.holds(about("p1", bits("psych")))).isFalse();
    assertThat(rule.holds(about("p1", bits("psych") | bits("restricted")))).isFalse();
    assertThat(rule.holds(about("p1", bits("self-pay")))).isFalse();
    assertThat(denied(BREAKING, "Consent/c1")).isEqualTo(Reason.FORBIDDEN);
    assertThat(permit(BREAKING, "Patient/p1").view())
        .isSameAs(permit(new Who("nurse", "TREAT", null, "", Set.of()), "Patient/p1").view());
    // A relation that is not lifted is asked for as ever.
    assertThat(permit(BREAKING, "Condition/c1").release().related().relations())
        .extracting(Relation::name)
        .containsExactly("ward");
    assertThat(denied(BREAKING, "AllergyIntolerance/a1")).isEqualTo(Reason.NO_RULE_PERMITS);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      nullValues = "none",
      value = {
        "nurse; BTG; none; R; INSUFFICIENT_AUTHENTICATION",
        "nurse; BTG; pwd; R; INSUFFICIENT_AUTHENTICATION",
        "nurse; BTG; mfa; ''; BREAK_GLASS_NEEDS_REASON",
        "nurse; BTG; mfa; nineteen characters; BREAK_GLASS_NEEDS_REASON",
        "nurse; BTG; mfa; '   nineteen characters   '; BREAK_GLASS_NEEDS_REASON",
        "nurse; BTG; mfa; '                         '; BREAK_GLASS_NEEDS_REASON",
        "nurse; BTG; mfa; twenty characters in; none",
        "clerk; BTG; mfa; R; NO_PURPOSE",
        "nurse; EMERGENCY; mfa; R; NO_PURPOSE",
        "nurse; HPAYMT BTG; mfa; R; none",
      })
  void whoHasNotWhatItNeedsIsToldWhichByTheRequestAlone(
      String role, String purpose, String acr, String reason, Reason expected) {
    Who who = new Who(role, purpose, acr, reason.equals("R") ? REASON : reason, Set.of());
    assertThat(denied(who, "Patient/p1")).isEqualTo(expected);
    if (expected == Reason.INSUFFICIENT_AUTHENTICATION) {
      assertThat(((Decision.Deny) decide(who, "Patient/p1")).acr()).containsExactly("mfa");
    }
  }

  @Test
  void aReasonIsAThousandCharactersAtMost() {
    Who longest = new Who("nurse", "BTG", "mfa", "é".repeat(1000), Set.of());
    Who longer = new Who("nurse", "BTG", "mfa", "é".repeat(1001), Set.of());
    assertThat(denied(longest, "Patient/p1")).isNull();
    assertThat(denied(longer, "Patient/p1")).isEqualTo(Reason.BREAK_GLASS_NEEDS_REASON);
  }

  /** The purpose that a token names first is the one that applies, as ever. */
  @Test
  void anOrdinaryPurposeBeforeItBreaksNothing() {
    Related related =
        permit(new Who("nurse", "TREAT BTG", "mfa", REASON, Set.of()), "Patient/p1")
            .release()
            .related();
    assertThat(related.broken()).isNull();
    assertThat(related.relations()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Patient?family=x",
        "Patient?_id=p1,p2",
        "Observation?code=x",
        "Observation?patient=p1,p2",
        "Observation?patient=p1&subject=Patient/p2",
        "Observation?subject=Group/g1",
        "Observation?subject=p1",
        "Observation?patient:identifier=x"
      })
  void aSearchThatNamesNoOnePatientIsRefused(String url) {
    assertThat(denied(BREAKING, url))
        .isIn(Reason.BREAK_GLASS_NEEDS_PATIENT, Reason.SEARCH_NOT_PERMITTED)
        .isNotNull();
    assertThat(denied(BREAKING, "Observation?patient=p1")).isNull();
    assertThat(denied(BREAKING, "Observation?subject=Patient/p1")).isNull();
    assertThat(denied(BREAKING, "Patient?_id=p1")).isNull();
  }

  @Test
  void whoBrokeItBeforeNeedsNoReasonForThatPatient() {
    Who again = new Who("nurse", "BTG", "mfa", "", Set.of("p1"));
    assertThat(permit(again, "Patient/p1").release().related().broken().reason()).isEmpty();
    assertThat(denied(again, "Patient/p2")).isEqualTo(Reason.BREAK_GLASS_NEEDS_REASON);
    // Whom an Observation is about only the answer tells: it opens what is open, and no more.
    assertThat(permit(again, "Observation/o1").release().related().broken().reason()).isEmpty();
    assertThat(denied(new Who("nurse", "BTG", "mfa", "", Set.of()), "Observation/o1"))
        .isEqualTo(Reason.BREAK_GLASS_NEEDS_REASON);
    assertThat(denied(new Who("nurse", "BTG", "pwd", "", Set.of("p1")), "Patient/p1"))
        .isEqualTo(Reason.INSUFFICIENT_AUTHENTICATION);
  }

  @Test
  void itHopsNowhereAndCountsNothingThatIsWithheld() {
    assertThat(denied(BREAKING, "Observation?patient=p1&subject:Patient.family=x"))
        .isEqualTo(Reason.SEARCH_NOT_PERMITTED);
    assertThat(denied(BREAKING, "Observation?patient=p1&_summary=count"))
        .isEqualTo(Reason.SEARCH_NOT_PERMITTED);
    assertThat(permit(BREAKING, "Observation?patient=p1").unfiltered()).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "roles: [nurse]; roles: [nurze]; Did you mean 'nurse'?; E-ROLE",
        "purpose: [BTG]; purpose: [TREAT]; is an ordinary purpose of roles.nurse; E-BREAK-GLASS",
        "purpose: [BTG]; purpose: []; purpose is missing; E-MISSING",
        "relation:care-team; relation:care-teem; Did you mean 'care-team'?; E-RELATION",
        "segment:restricted; segment:restrikted; Did you mean 'restricted'?; E-SEGMENT",
        "segment:restricted; forbid:0; nothing else is lifted; E-VALUE",
        "lifts: [relation:care-team, segment:restricted]; lifts: []; lifts is missing; E-MISSING",
        "reason: 20; reason: none; how many characters; E-VALUE",
        "reason: 20; reason: 1001; from 1 to 1000; E-VALUE",
        "'reason: 20, '; ''; how many characters; E-VALUE",
        "token-acr: mfa; token-acr: 'm fa'; no space; E-VALUE",
        "lasts: 60m; lasts: 25h; from 1s to 24h; E-VALUE",
        "lasts: 60m; lasts: 0m; from 1s to 24h; E-VALUE",
        "notify: privacy-office; notify: ''; must name who is told; E-MISSING",
        "notify: privacy-office; notfy: x; unknown key; E-KEY",
      })
  void aMistakeIsToldAndNotLoaded(String right, String wrong, String says, String code) {
    List<Problem> found = new ArrayList<>();
    assertThat(read(POLICY + GLASS.replace(right, wrong), found)).isNull();
    assertThat(found)
        .anySatisfy(
            problem -> {
              assertThat(problem.message()).contains(says);
              assertThat(problem.code()).isEqualTo(code);
            });
  }

  @Test
  void itIsWarnedOfAForbidThatStaysAndOfAMissingSecondFactor() {
    List<Problem> found = new ArrayList<>();
    read(
        POLICY
            + GLASS.replace("segment:restricted", "segment:psych").replace(", token-acr: mfa", ""),
        found);
    assertThat(found).noneMatch(Problem::isError);
    assertThat(found)
        .extracting(Problem::message)
        .anyMatch(message -> message.contains("a forbid keeps 'psych' back"))
        .anyMatch(message -> message.contains("no second factor"));
  }

  @Test
  void aClaimMayHoldTheReasonInTheHeadersPlace() {
    PolicySet claimed =
        read(POLICY + GLASS.replace("reason: 20", "reason: 20, reason-claim: why"), problems);
    for (String[] row :
        new String[][] {{REASON, "", "ok"}, {"short", REASON, "no"}, {"", REASON, "no"}}) {
      Decision decision =
          claimed.decide(
              "nurse",
              List.of("BTG"),
              new AccessRequest(
                  new Claims(Map.of("acr", "mfa", "why", row[0])),
                  new InteractionParser(claimed.definitions())
                      .parse("GET", "Patient/p1", null, "", null),
                  Instant.EPOCH,
                  "",
                  new Circumstances(List.of(), row[1], patient -> false)));
      assertThat(decision instanceof Decision.Permit).as(row[0]).isEqualTo(row[2].equals("ok"));
    }
  }
}
