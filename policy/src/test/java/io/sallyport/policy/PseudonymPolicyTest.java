package io.sallyport.policy;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.policy.Explanation.Seen;
import io.sallyport.policy.fhir.Definitions;
import io.sallyport.policy.fhir.InteractionParser;
import io.sallyport.policy.redact.Pseudonyms;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Requests of a role with pseudonyms: what the record system is sent, what the caller reads again,
 * and what is refused. {@code <Patient/p1>} stands for the pseudonym of that id.
 */
class PseudonymPolicyTest {
  private static final String POLICY =
      """
      policy: 1
      identity: {role: {claim: r}, purpose: {claim: p}}
      roles:
        researcher:
          purpose: [HRESCH]
          pseudonym: {key: irb-117}
          versions: show
          accept-risk: {modifierExtension: "for this test"}
          types:
            Patient: {do: [read, search, history], show: [active, deceased, link, gender, birthDate, managingOrganization, meta]}
            Observation: {do: [read, search], show: [meta, status, code.coding, subject, encounter, effective, hasMember, derivedFrom, value]}
            Encounter: {do: [read, search], show: all}
            QuestionnaireResponse: {do: [search], show: all}
            Organization: {do: [search], show: all}
        own:
          purpose: [HRESCH]
          pseudonym: {key: irb-117}
          compartment: {Patient: token.patient}
          accept-risk: {modifierExtension: "for this test"}
          types:
            Patient: {do: [read, search], show: [active, deceased, link]}
            Observation: {do: [read, search], show: [status, subject]}
        ward:
          purpose: [TREAT]
          types:
            "*": {do: [read, search], show: all}
      """;

  private static final String BASE = "https://fhir.example/r4";

  private final List<Problem> problems = new ArrayList<>();
  private final PolicySet policy = read(POLICY);
  private final List<Problem> told = List.copyOf(problems);
  private final Pseudonyms pseudonyms = pseudonyms();

  private Pseudonyms pseudonyms() {
    assertThat(policy).as(problems.toString()).isNotNull();
    return policy.view("researcher").pseudonyms();
  }

  private PolicySet read(String text) {
    problems.clear();
    return PolicySet.read(
        "p.yaml",
        text,
        name -> null,
        name -> name.equals("irb-117") ? TestKey.of(name) : null,
        problems::add);
  }

  private String filled(String text) {
    StringBuilder filled = new StringBuilder();
    int at = 0;
    for (int from = text.indexOf('<'); from >= 0; from = text.indexOf('<', at)) {
      int to = text.indexOf('>', from);
      int slash = text.indexOf('/', from);
      filled.append(text, at, from);
      filled.append(pseudonyms.of(text.substring(from + 1, slash), text.substring(slash + 1, to)));
      at = to + 1;
    }
    return filled.append(text.substring(at)).toString();
  }

  private Decision decide(String role, String url) {
    String filled = filled(url);
    int question = filled.indexOf('?');
    return policy.decide(
        role,
        List.of("HRESCH", "TREAT"),
        new AccessRequest(
            new Claims(Map.of("patient", "p1")),
            new InteractionParser(Definitions.r4())
                .parse(
                    "GET",
                    question < 0 ? filled : filled.substring(0, question),
                    question < 0 ? null : filled.substring(question + 1),
                    "",
                    null),
            Instant.EPOCH,
            "",
            new Circumstances(List.of(BASE, "https://ehr.internal/fhir"), "", patient -> false)));
  }

  private Decision.Permit permit(String role, String url) {
    Decision decision = decide(role, url);
    assertThat(decision).as(url + ": " + decision).isInstanceOf(Decision.Permit.class);
    return (Decision.Permit) decision;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Patient/<Patient/p1>|Patient/p1",
        "Patient/<Patient/p1>/_history|Patient/p1/_history",
        "Patient?_id=<Patient/p1>|Patient?_id=p1",
        "Patient?_id=<Patient/p1>,<Patient/p2>|Patient?_id=p1,p2",
        "Observation?subject=Patient/<Patient/p1>|Observation?subject=Patient/p1",
        "Observation?subject=<Patient/p1>|Observation?subject=Patient/p1",
        "Observation?subject=<Group/g1>|Observation?subject=Group/g1",
        "Observation?subject:Patient=<Patient/p1>|Observation?subject:Patient=p1",
        "Observation?patient=Patient/<Patient/p1>,<Patient/p2>|Observation?patient=Patient/p1,Patient/p2",
        "Observation?patient=https://fhir.example/r4/Patient/<Patient/p1>|Observation?patient=Patient/p1",
        "Observation?has-member=Observation/<Observation/o1>|Observation?has-member=Observation/o1",
        "Observation?subject:Patient.organization=Organization/<Organization/o1>|Observation?subject:Patient.organization=Organization/o1",
        "Observation?subject:Patient._id=<Patient/p1>|Observation?subject:Patient._id=p1",
        "Patient?_has:Observation:subject:encounter=<Encounter/e1>|Patient?_has:Observation:subject:encounter=Encounter/e1",
        "Encounter?subject=Patient/<Patient/p1>&status=finished|Encounter?subject=Patient/p1&status=finished",
        "Observation?code=http://loinc.org%7C8480-6|Observation?code=http://loinc.org%7C8480-6",
        // a caller need not know which of several are none
        "Patient?_id=p9,<Patient/p1>|Patient?_id=p1",
      })
  void theRecordSystemIsAskedByIdsAndTheCallerReadsPseudonyms(String asked, String sent) {
    Decision.Permit permit = permit("researcher", asked);
    String written = InteractionParser.canonical(permit.interaction());
    assertThat(written).isEqualTo(InteractionParser.canonical(parsed(sent)));
    assertThat(permit.nothing()).isFalse();
    assertThat(InteractionParser.canonical(permit.shown()))
        .isEqualTo(InteractionParser.canonical(parsed(filled(asked))));
  }

  private static io.sallyport.policy.fhir.Interaction parsed(String url) {
    int question = url.indexOf('?');
    return new InteractionParser(Definitions.r4())
        .parse(
            "GET",
            question < 0 ? url : url.substring(0, question),
            question < 0 ? null : url.substring(question + 1),
            "",
            null);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Patient?_id=p1",
        "Patient?_id=<Observation/p1>",
        "Patient?_id=",
        "Observation?subject=Patient/p1",
        "Observation?subject=p1",
        "Observation?subject=Patient/<Observation/p1>",
        "Observation?subject=Device/<Patient/p1>",
        "Observation?subject=https://other.example/Patient/<Patient/p1>",
        "Observation?subject=https://ehr.internal/fhir/Patient/p1",
        "Observation?subject=Patient/<Patient/p1>/_history/3",
        "Observation?subject:Patient=p1",
        "Observation?subject:Patient=<Group/p1>",
        "Observation?subject:Patient._id=p1",
        "Observation?subject=urn:uuid:p1",
        "Patient?_has:Observation:subject:encounter=Encounter/e1",
        "Patient?_id=<Patient/p1>&organization=o1",
      })
  void whatNoPseudonymNamesIsNotAskedFor(String asked) {
    if (asked.endsWith("=")) {
      return; // refused before
    }
    Decision.Permit permit = permit("researcher", asked);
    assertThat(permit.nothing()).isTrue();
    assertThat(InteractionParser.canonical(permit.shown()))
        .isEqualTo(InteractionParser.canonical(parsed(filled(asked))));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Patient/p1",
        "Patient/<Observation/p1>",
        "Patient/p1/_history",
        "Observation/<Patient/o1>",
      })
  void whatNoPseudonymNamesIsNotFound(String asked) {
    assertThat(decide("researcher", asked))
        .isInstanceOfSatisfying(
            Decision.Deny.class, deny -> assertThat(deny.reason()).isEqualTo(Reason.NOT_FOUND));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Patient?_sort=_id",
        "Patient?_sort=-_id",
        "Observation?_sort=subject",
        "Observation?_sort=date,patient",
        "Patient?_id:not=<Patient/p1>",
        "Patient?_id:missing=true",
        "Observation?subject:missing=true",
        "Observation?subject:above=<Patient/p1>",
        "Patient?_profile=http://hl7.org/fhir/StructureDefinition/Patient",
        "Patient?_source=x",
        "QuestionnaireResponse?questionnaire=Questionnaire/q1",
        "Encounter?identifier-x=1",
      })
  void whatWouldTellOfIdsIsRefused(String asked) {
    assertThat(decide("researcher", asked))
        .isInstanceOfSatisfying(
            Decision.Deny.class,
            deny -> assertThat(deny.reason().status()).as("" + deny).isIn(400, 403));
    if (!asked.contains("identifier-x")) {
      assertThat(decide("ward", asked))
          .as("the same is permitted where ids are shown")
          .isInstanceOf(
              asked.contains("lastUpdated") ? Decision.Deny.class : Decision.Permit.class);
    }
  }

  @Test
  void aCompartmentNarrowsByTheIdAndTheCallerReadsThePseudonym() {
    Decision.Permit permit = permit("own", "Observation?status=final");
    assertThat(InteractionParser.canonical(permit.interaction())).contains("patient=Patient/p1");
    assertThat(InteractionParser.canonical(permit.shown()))
        .contains(filled("patient=Patient/<Patient/p1>"))
        .doesNotContain("/p1");
    // A further page repeats what the caller reads.
    Decision.Permit next =
        permit("own", InteractionParser.canonical(permit.shown()).replace("%20", " "));
    assertThat(next.interaction()).isEqualTo(permit.interaction());
    assertThat(permit("own", "Patient/<Patient/p1>").interaction().id()).isEqualTo("p1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"Patient/<Patient/p2>", "Patient/p2", "Patient/p1"})
  void whoeverElseIsAskedForTheAnswerIsOne(String asked) {
    assertThat(decide("own", asked))
        .isInstanceOfSatisfying(
            Decision.Deny.class,
            deny -> assertThat(deny.reason()).isEqualTo(Reason.NOT_IN_COMPARTMENT));
  }

  @Test
  void aSearchAboutSomebodyElseIsRefusedWhoeverThatIs() {
    for (String other : List.of("<Patient/p2>", "p2", "p1", "<Observation/p1>")) {
      assertThat(decide("own", "Observation?patient=" + other))
          .as(other)
          .isInstanceOfSatisfying(
              Decision.Deny.class,
              deny -> assertThat(deny.reason()).isEqualTo(Reason.NOT_IN_COMPARTMENT));
    }
  }

  @Test
  void aRoleWithoutPseudonymsIsSentAsItAsks() {
    Decision.Permit permit = permit("ward", "Observation?subject=Patient/p1");
    assertThat(permit.shown()).isEqualTo(permit.interaction());
  }

  @Test
  void toolsAskAsACallerWould() {
    assertThat(policy.asCallers("researcher", parsed("Observation?subject=Patient/p1&_id=o1")))
        .isEqualTo(parsed(filled("Observation?subject=Patient/<Patient/p1>&_id=<Observation/o1>")));
    assertThat(policy.asCallers("ward", parsed("Patient/p1"))).isEqualTo(parsed("Patient/p1"));
  }

  @Test
  void explainSaysWhatIsAPseudonym() {
    Explanation explanation = policy.explain("researcher", "Observation");
    assertThat(explanation.elements())
        .filteredOn(element -> element.by().equals("pseudonym"))
        .extracting(Explanation.Element::path)
        .contains("Observation.id", "Observation.encounter.reference")
        .doesNotContain("Observation.status");
    assertThat(explanation.elements())
        .filteredOn(element -> element.path().equals("Observation.id"))
        .singleElement()
        .satisfies(element -> assertThat(element.seen()).isEqualTo(Seen.CHANGED))
        .satisfies(element -> assertThat(element.searchedBy()).contains("_id"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "pseudonym: {key: irb-711}|p.yaml:6:22  roles.researcher.pseudonym.key: there is no key 'irb-711'|[E-KEY-NAME]",
        "pseudonym: irb-117|p.yaml:6:16  roles.researcher.pseudonym: must name the key|[E-TYPE]",
        "pseudonym: {key: irb-117, days: 3}|p.yaml:6:16  roles.researcher.pseudonym: must name the key|[E-TYPE]",
        "'pseudonym: {key: irb-117}\n    derived: keep'|may name the id|[E-PSEUDONYM]",
        "'pseudonym: {key: irb-117}\n    observe: true'|would find nothing|[E-PSEUDONYM]",
        "'pseudonym: {key: irb-117}\n    change: {date: {shift: {days: 5, key: x}}}'|there is no key 'x'|[E-KEY-NAME]",
        "'pseudonym: {key: irb-117}\n    change: {date: {shift: {days: 5, key: irb-117}}, dateTime: {shift: {days: 6, key: irb-117}}}'|must move together|[E-CHANGE]",
      })
  void whatIsWrongIsToldAtItsPlace(String written, String told, String code) {
    String text =
        POLICY.replaceFirst(
            "pseudonym: \\{key: irb-117\\}", written.replace("'", "").replace("\\n", "\n"));
    assertThat(read(text)).isNull();
    assertThat(problems)
        .anySatisfy(problem -> assertThat(problem.toString()).contains(told).contains(code));
  }

  @Test
  void anIdentifierBesidePseudonymsIsWarnedOf() {
    assertThat(told)
        .filteredOn(problem -> problem.code().equals("W-PSEUDONYM"))
        .extracting(Problem::path)
        .contains("roles.researcher.types.Organization")
        .doesNotContain("roles.researcher.types.Patient", "roles.ward.types.Patient");
  }

  @Test
  void theKeysThatAPolicyNamesAreKnown() {
    assertThat(policy.keys()).containsExactly("irb-117");
  }

  @Test
  void aPseudonymIsNotTakenForSafeHarbor() {
    String text =
        """
        policy: 1
        identity: {role: {claim: r}, purpose: {claim: p}}
        roles:
          r:
            purpose: [HRESCH]
            preset: safe-harbor
            pseudonym: {key: irb-117}
            types:
              Patient: {do: [search], show: all%s}
        """;
    assertThat(read(text.formatted(""))).isNotNull();
    assertThat(problems).filteredOn(problem -> problem.code().equals("W-SAFE-HARBOR")).hasSize(1);
    String shift = ", change: {gender: {replace: x}, birthDate: {shift: {days: 5, key: irb-117}}}";
    assertThat(read(text.formatted(shift))).isNull();
    assertThat(problems)
        .anySatisfy(
            problem ->
                assertThat(problem.toString()).contains("'shift' is not Safe Harbor", "E-PRESET"));
  }
}
