package io.sallyport.policy;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.policy.fhir.Definitions;
import io.sallyport.policy.fhir.Interaction;
import io.sallyport.policy.fhir.InteractionParser;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class PolicySetTest {
  private static final String POLICY =
      """
      policy: 1
      fhir: R4
      identity:
        role: {claim: realm.roles, map: {md: physician, rn: nurse, app: patient-app, x: researcher}}
        purpose: {claim: pou}
        patient: {claim: patient}
      forbid:
        - {type: [Consent], unless: {role: [physician], purpose: [TREAT]}}
        - {role: [nurse], interaction: [search], type: [Immunization]}
      roles:
        physician:
          purpose: [TREAT, ETREAT]
          versions: show
          types:
            "*": {do: [read, vread, search], show: all}
        nurse:
          purpose: [TREAT]
          types:
            Patient: {do: [read, search], show: all, hide: [birthDate, name.given]}
            Consent: {do: [read], show: all}
            Immunization: {do: [read, search], show: all}
        researcher:
          purpose: [HRESCH]
          types:
            Patient: {do: [search], show: [active, deceased, link, gender], search: [gender]}
            Observation: {do: [search], show: [status, code.coding], search: [code]}
        patient-app:
          purpose: [PATRQT]
          compartment: {Patient: token.patient, membership: subject}
          types:
            Patient: {do: [read, search], show: all}
      """;

  private final PolicySet policy = read(POLICY);
  private final InteractionParser parser = new InteractionParser(Definitions.r4());

  @Test
  void theFirstMappingInTheFilesOrderDecidesTheRole() {
    assertThat(decide("Patient/1", List.of("rn", "md"), "TREAT").role()).isEqualTo("physician");
    assertThat(decide("Patient/1", List.of("rn"), "TREAT").role()).isEqualTo("nurse");
    assertThat(reason(decide("Patient/1", List.of("nurse"), "TREAT"))).isEqualTo(Reason.NO_ROLE);
    assertThat(reason(decide("Patient/1", List.of(), "TREAT"))).isEqualTo(Reason.NO_ROLE);
  }

  @Test
  void aRoleAppliesOnlyForItsPurposes() {
    assertThat(decide("Patient/1", "rn", "TREAT")).isInstanceOf(Decision.Permit.class);
    assertThat(reason(decide("Patient/1", "rn", "HPAYMT"))).isEqualTo(Reason.NO_PURPOSE);
    assertThat(reason(decide("Patient/1", "rn", null))).isEqualTo(Reason.NO_PURPOSE);
    assertThat(reason(decide("metadata", "rn", null))).isEqualTo(Reason.NO_PURPOSE);
  }

  @Test
  void whatNoRuleNamesIsDenied() {
    assertThat(reason(decide("Condition/1", "rn", "TREAT"))).isEqualTo(Reason.NO_RULE_PERMITS);
    assertThat(reason(decide("Patient/1/_history/2", "rn", "TREAT")))
        .isEqualTo(Reason.NO_RULE_PERMITS);
    assertThat(reason(decide("Patient/1", "x", "HRESCH"))).isEqualTo(Reason.NO_RULE_PERMITS);
    assertThat(decide("Patient/1/_history/2", "md", "TREAT")).isInstanceOf(Decision.Permit.class);
  }

  @Test
  void forbidWinsOverEveryPermit() {
    assertThat(reason(decide("Consent/1", "rn", "TREAT"))).isEqualTo(Reason.FORBIDDEN);
    assertThat(decide("Consent/1", "md", "TREAT")).isInstanceOf(Decision.Permit.class);
    assertThat(reason(decide("Consent/1", "md", "ETREAT"))).isEqualTo(Reason.FORBIDDEN);
    assertThat(reason(decide("Immunization", "rn", "TREAT"))).isEqualTo(Reason.FORBIDDEN);
    assertThat(decide("Immunization/1", "rn", "TREAT")).isInstanceOf(Decision.Permit.class);
  }

  @Test
  @Tag("A1")
  @Tag("A4")
  void whatIsNotSeenWholeCannotBeSearchedOrSortedBy() {
    for (String denied :
        List.of(
            "birthdate=1970",
            "birthdate:missing=true",
            "name=a",
            "given=a",
            "phonetic=a",
            "_sort=birthdate",
            "_sort=gender,-birthdate",
            "_lastUpdated=gt2020",
            "_has:Observation:patient:code=1",
            "_include=Patient:organization",
            "_include:iterate=*",
            "_revinclude=Provenance:target",
            "general-practitioner:Practitioner.name=x",
            "general-practitioner.name=x",
            "gender:sneaky=x")) {
      assertThat(reason(decide("Patient?" + denied, "rn", "TREAT")))
          .as(denied)
          .isEqualTo(Reason.SEARCH_NOT_PERMITTED);
    }
    for (String open : List.of("family=a", "gender=male", "_id=1", "_sort=gender", "_count=5")) {
      assertThat(decide("Patient?" + open, "rn", "TREAT"))
          .as(open)
          .isInstanceOf(Decision.Permit.class);
    }
    for (String unknown : List.of("nonsense=1", "_HAS:Observation:patient:code=1", "Gender=male")) {
      assertThat(reason(decide("Patient?" + unknown, "rn", "TREAT")))
          .as(unknown)
          .isEqualTo(Reason.UNKNOWN_PARAMETER);
    }
  }

  @Test
  void searchNarrowsWhatTheClosureAllows() {
    assertThat(policy.searchable("researcher", "Patient")).containsExactly("gender");
    assertThat(reason(decide("Patient?active=true", "x", "HRESCH")))
        .isEqualTo(Reason.SEARCH_NOT_PERMITTED);
    assertThat(reason(decide("Observation?code:text=hiv", "x", "HRESCH")))
        .isEqualTo(Reason.SEARCH_NOT_PERMITTED);
  }

  @Test
  void aCompartmentOfOnePatientIsThatPatient() {
    Decision own = decide("Patient/p1", claims("app", "PATRQT", "p1"));
    assertThat(((Decision.Permit) own).release().compartment().patient()).isEqualTo("p1");
    assertThat(reason(decide("Patient/p2", claims("app", "PATRQT", "p1"))))
        .isEqualTo(Reason.NOT_IN_COMPARTMENT);
    // A missing claim must never skip the compartment.
    assertThat(reason(decide("Patient/p1", claims("app", "PATRQT", null))))
        .isEqualTo(Reason.NOT_IN_COMPARTMENT);
    Decision.Permit search =
        (Decision.Permit) decide("Patient?_count=5", claims("app", "PATRQT", "p1"));
    assertThat(InteractionParser.canonical(search.interaction()))
        .isEqualTo("Patient?_count=5&_id=p1");
    for (String probe : List.of("Patient?gender=male", "Patient?_id=p2", "Patient?_id=p1,p2")) {
      assertThat(reason(decide(probe, claims("app", "PATRQT", "p1"))))
          .as(probe)
          .isEqualTo(Reason.SEARCH_NOT_PERMITTED);
    }
  }

  @Test
  void aDenysDetailCarriesNoValue() {
    Decision.Deny deny = (Decision.Deny) decide("Patient?birthdate=canary", "rn", "TREAT");
    assertThat(deny.detail()).doesNotContain("canary");
  }

  @Test
  void everyProblemIsToldAtItsPlace() {
    String broken =
        """
        policy: 1
        fhir: R4
        identity:
          role: {claim: roles, map: {rn: nurze}}
        relations: {}
        roles:
          nurse:
            purpose: [TREAT]
            when: [care-team]
            types:
              Patient: {do: [read, update], show: all, hide: [birthdate]}
              Pateint: {do: [read], show: all}
              Observation: {do: [search], show: [status, value], search: [code, colour], hidden: [x]}
              Encounter: {do: [read], show: [class]}
        """;
    List<String> problems = new ArrayList<>();
    assertThat(PolicySet.read("p.yaml", broken, p -> problems.add(p.toString()))).isNull();
    assertThat(problems)
        .anySatisfy(
            p -> assertThat(p).startsWith("p.yaml:4:").contains("Did you mean 'nurse'?", "E-ROLE"))
        .anySatisfy(p -> assertThat(p).startsWith("p.yaml:5:12").contains("E-TYPE"))
        .anySatisfy(
            p -> assertThat(p).startsWith("p.yaml:9:12").contains("'care-team'", "E-RELATION"))
        .anySatisfy(p -> assertThat(p).startsWith("p.yaml:11:28").contains("'update'", "E-NOT-YET"))
        .anySatisfy(
            p ->
                assertThat(p)
                    .startsWith("p.yaml:11:55")
                    .contains("Did you mean 'birthDate'?", "E-PATH"))
        .anySatisfy(
            p ->
                assertThat(p)
                    .startsWith("p.yaml:12:7")
                    .contains("Did you mean 'Patient'?", "E-TYPE"))
        .anySatisfy(
            p ->
                assertThat(p)
                    .startsWith("p.yaml:13:")
                    .contains("'code' reads Observation.code", "E-SEARCH-HIDDEN"))
        .anySatisfy(p -> assertThat(p).startsWith("p.yaml:13:").contains("'colour'", "E-SEARCH]"))
        .anySatisfy(p -> assertThat(p).startsWith("p.yaml:13:").contains("'hidden'", "E-KEY"))
        .anySatisfy(p -> assertThat(p).contains("Encounter.status", "E-MODIFIER"));
  }

  @Test
  void whatWouldPermitSilentlyIsAnError() {
    String head = "policy: 1\nidentity: {role: {claim: r%s}, purpose: {claim: p%s}}\n";
    String roles = "roles: {a: {purpose: [TREAT], types: {%s}}}\n";
    String plain = roles.formatted("Patient: {do: [read], show: all}");
    String good = head.formatted("", "");
    assertThat(codes(good + plain)).isEmpty();
    assertThat(codes(good + "forbid: [{type: [Consent], write: [Consent]}]\n" + plain))
        .containsExactly("E-FORBID");
    assertThat(codes(good + "forbid: [{write: [Consnet]}]\n" + plain)).containsExactly("E-VALUE");
    assertThat(codes(good + "forbid: [{write: [Consent]}]\n" + plain)).isEmpty();
    assertThat(codes(good + "forbid: [{}]\n" + plain)).contains("E-FORBID");
    assertThat(codes(good + roles.formatted("'*': {do: [read], show: all, except: [Consnet]}")))
        .containsExactly("E-TYPE");
    assertThat(codes(good + roles.formatted("Consent: {do: [read], show: all, except: [Consent]}")))
        .containsExactly("E-EXCEPT");
    assertThat(codes(head.formatted(", map: [rn]", "") + plain)).containsExactly("E-TYPE");
    assertThat(codes(head.formatted(", map: {}", "") + plain)).containsExactly("E-TYPE");
    assertThat(codes(head.formatted("", ", map: {x: TREAT}") + plain)).containsExactly("E-KEY");
    assertThat(
            codes(
                good
                    + roles.formatted(
                        "Patient: {do: [read], show: all, hide: [active], accept-risk: [active]}")))
        .contains("E-TYPE");
    assertThat(
            codes(
                good
                    + roles.formatted(
                        "Patient: {do: [read], show: all, hide: [active], accept-risk: {active: ''}}")))
        .containsExactly("E-RISK");
    assertThat(codes("policy: " + "[".repeat(5000))).containsExactly("E-YAML");
    assertThat(codes("policy: &a 1\n")).contains("E-YAML");
  }

  @Test
  void aTagIsAnErrorAtItsPlace() {
    String good = "policy: 1\nidentity: {role: {claim: r}, purpose: {claim: p}}\n";
    String roles = "roles: {a: {purpose: [TREAT], types: {Patient: {do: [read], show: %s}}}}\n";
    assertThat(codes(good + roles.formatted("all"))).isEmpty();
    assertThat(codes(good + roles.formatted("'!all'"))).doesNotContain("E-YAML");
    for (String tagged :
        List.of("!!str all", "!x all", "! all", "!!seq [name]", "!<tag:x,2000:y> all")) {
      List<String> problems = new ArrayList<>();
      String text = good + roles.formatted(tagged);
      assertThat(PolicySet.read("p.yaml", text, p -> problems.add(p.toString()))).isNull();
      assertThat(problems)
          .as(tagged)
          .anySatisfy(p -> assertThat(p).startsWith("p.yaml:3:67  has a tag").contains("E-YAML"));
    }
    assertThat(codes("!!map\n" + good + roles.formatted("all"))).contains("E-YAML");
  }

  @Test
  void aSearchThatDoDoesNotPermitIsAnErrorAtItsPlace() {
    List<String> problems = new ArrayList<>();
    String text =
        """
        policy: 1
        identity: {role: {claim: r}, purpose: {claim: p}}
        roles:
          a:
            purpose: [TREAT]
            derived: keep
            types:
              Patient: {do: [read], show: all, search: [gender]}
              Observation: {do: [read], show: all, search: []}
        """;
    assertThat(PolicySet.read("p.yaml", text, p -> problems.add(p.toString()))).isNull();
    assertThat(problems)
        .satisfiesExactlyInAnyOrder(
            p -> assertThat(p).startsWith("p.yaml:6:5  roles.a.derived").contains("W-DERIVED"),
            p -> assertThat(p).startsWith("p.yaml:8:40  roles.a.types.Patient.search"),
            p -> assertThat(p).startsWith("p.yaml:9:44  ").contains("E-SEARCH-DO"));
  }

  private static List<String> codes(String text) {
    List<String> codes = new ArrayList<>();
    PolicySet.read(
        "p.yaml",
        text,
        p -> {
          if (p.isError()) {
            codes.add(p.code());
          }
        });
    return codes;
  }

  private Decision decide(String target, String role, String purpose) {
    return decide(target, role == null ? List.of() : List.of(role), purpose);
  }

  private Decision decide(String target, List<String> roles, String purpose) {
    Map<String, Object> realm = Map.of("roles", roles);
    return decide(
        target,
        new Claims(
            purpose == null ? Map.of("realm", realm) : Map.of("realm", realm, "pou", purpose)));
  }

  private static Claims claims(String role, String purpose, String patient) {
    Map<String, Object> realm = Map.of("roles", List.of(role));
    return new Claims(
        patient == null
            ? Map.of("realm", realm, "pou", purpose)
            : Map.of("realm", realm, "pou", purpose, "patient", patient));
  }

  private Decision decide(String target, Claims claims) {
    int question = target.indexOf('?');
    Interaction interaction =
        question < 0
            ? parser.parse("GET", target, null, "", null)
            : parser.parse(
                "GET", target.substring(0, question), target.substring(question + 1), "", null);
    return policy.decide(
        new AccessRequest(claims, interaction, Instant.parse("2026-03-01T10:00:00Z")));
  }

  private static Reason reason(Decision decision) {
    assertThat(decision).isInstanceOf(Decision.Deny.class);
    return ((Decision.Deny) decision).reason();
  }

  private static PolicySet read(String text) {
    List<String> problems = new ArrayList<>();
    PolicySet set = PolicySet.read("test.yaml", text, p -> problems.add(p.toString()));
    assertThat(problems).allMatch(problem -> problem.contains("[W-FREETEXT]"));
    return set;
  }

  @Test
  void aTypeCannotBeHiddenInItsOwnRule() {
    List<Problem> problems = new ArrayList<>();
    PolicySet.read(
        "own.yaml",
        """
        policy: 1
        fhir: R4
        identity: {role: {claim: roles}}
        roles:
          r: {purpose: [TREAT], types: {Patient: {do: [read], show: all, hide: [Patient]}}}
        """,
        problems::add);
    assertThat(problems).extracting(Problem::code).contains("E-PATH");
    assertThat(problems.get(0).message()).contains("the type itself", "Patient");
  }

  /** A Timing has no start and no end: that hides neither of a Period's. */
  @Test
  void aChoiceIsSearchedByThatNotEveryTypeOfItHas() {
    for (String url :
        List.of(
            "Observation?date=ge2026", "Procedure?date=2026", "ServiceRequest?occurrence=2026")) {
      assertThat(decide(url, "md", "TREAT")).as(url).isInstanceOf(Decision.Permit.class);
    }
    PolicySet hidden =
        read(
            POLICY.replace(
                "\"*\": {do: [read, vread, search], show: all}",
                "Observation: {do: [search], show: all, hide: [effectivePeriod.end]}"));
    assertThat(hidden.searchable("physician", "Observation"))
        .contains("code")
        .doesNotContain("date");
  }
}
