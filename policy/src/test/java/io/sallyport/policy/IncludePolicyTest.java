package io.sallyport.policy;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.policy.fhir.Definitions;
import io.sallyport.policy.fhir.InteractionParser;
import io.sallyport.policy.redact.Included;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a policy may list under include, and which requests that permits. */
class IncludePolicyTest {
  private static final String POLICY =
      """
      policy: 1
      fhir: R4
      identity:
        role: {claim: roles}
      forbid:
        - {type: [Group], interaction: [search], unless: {purpose: [ETREAT]}}
      roles:
        ward:
          purpose: [TREAT, ETREAT]
          types:
            Patient: {do: [read, search], show: all, hide: [birthDate], include: ["rev:Observation:subject:Patient"]}
            Observation:
              do: [search]
              show: all
              hide: [specimen, encounter.identifier]
              include: [%s]
            Condition: {do: [read], show: all}
            Encounter: {do: [vread], show: all}
            Practitioner: {do: [search], show: all}
            Organization: {do: [read], show: all}
            Group: {do: [read, search], show: all}
            Provenance: {do: [read], show: all, hide: [entity]}
            PlanDefinition: {do: [search], show: all}
            Device: {do: [search], show: all, needs: {token-acr: [mfa]}}
            "*compartment": {do: [search], show: all, except: [MedicationRequest]}
          versions: show
      """;

  private static final String LISTED =
      "Observation:subject, \"Observation:performer:Practitioner\", \"Observation:has-member\","
          + " \"Patient:organization\", \"rev:Provenance:target\", \"rev:Observation:derived-from\"";

  private final PolicySet policy = read(LISTED, new ArrayList<>());

  private static PolicySet read(String include, List<Problem> problems) {
    return PolicySet.read("ward.yaml", POLICY.formatted(include), problems::add);
  }

  private Decision decide(String url, String purpose) {
    return decide(policy, url, purpose);
  }

  private static Decision decide(PolicySet policy, String url, String purpose) {
    int question = url.indexOf('?');
    return policy.decide(
        "ward",
        List.of(purpose),
        new AccessRequest(
            new Claims(Map.of()),
            new InteractionParser(Definitions.r4())
                .parse("GET", url.substring(0, question), url.substring(question + 1), "", null),
            Instant.EPOCH));
  }

  private List<Included> included(String query) {
    Decision decision = decide("Observation?" + query, "TREAT");
    assertThat(decision).as(query).isInstanceOf(Decision.Permit.class);
    assertThat(InteractionParser.canonical(((Decision.Permit) decision).interaction()))
        .isEqualTo("Observation?" + query);
    return ((Decision.Permit) decision).includes();
  }

  @Test
  @Tag("A9")
  void aListedPairIsPermittedAndSentOn() {
    assertThat(included("_include=Observation:subject&code=1"))
        .containsExactly(new Included(false, false, "Observation", "subject", Set.of("Patient")));
    assertThat(included("_include=Observation:subject:Patient"))
        .containsExactly(new Included(false, false, "Observation", "subject", Set.of("Patient")));
    assertThat(included("_include=Observation:performer"))
        .containsExactly(
            new Included(false, false, "Observation", "performer", Set.of("Practitioner")));
    assertThat(included("_include=Observation:subject&_include:iterate=Patient:organization"))
        .contains(new Included(false, true, "Patient", "organization", Set.of("Organization")));
    assertThat(included("_revinclude=Provenance:target"))
        .extracting(Included::reverse)
        .contains(true);
    assertThat(included("_include:iterate=Observation:has-member"))
        .extracting(Included::iterate)
        .containsExactly(true);
    assertThat(included("code=1")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        // not listed, or listed for another search or the other way round
        "Observation?_include=Observation:encounter",
        "Observation?_include=Observation:patient",
        "Observation?_revinclude=Observation:subject",
        "Observation?_include=Provenance:target",
        "Patient?_include=Observation:subject",
        "Patient?_include=Patient:organization",
        "Condition?_include=Condition:subject",
        // a target that is not the pair's, not in the role, or forbidden
        "Observation?_include=Observation:performer:Patient",
        "Observation?_include=Observation:subject:Location",
        "Observation?_include=Observation:subject:Group",
        "Observation?_include=Observation:subject:Patent",
        // wildcards and what is no pair
        "Observation?_include=*",
        "Observation?_include:iterate=*",
        "Observation?_include=Observation:*",
        "Observation?_include=*:subject",
        "Observation?_revinclude=*",
        "Observation?_revinclude=Provenance:*",
        "Observation?_include=Observation",
        "Observation?_include=Observation:subject:Patient:x",
        "Observation?_include=Observation:subject,Observation:has-member",
        "Observation?_include=observation:subject",
        "Observation?_include=Observation:subject%20",
        // the legacy modifier, and others
        "Observation?_include:recurse=Observation:has-member",
        "Observation?_include:missing=true",
        "Observation?_include:Iterate=Observation:has-member",
        // of what is included, without saying so
        "Observation?_include=Observation:subject&_include=Patient:organization"
      })
  void whatIsNotListedIsRefused(String url) {
    Decision decision = decide(url, "TREAT");
    assertThat(decision).as(url).isInstanceOf(Decision.Deny.class);
    assertThat(((Decision.Deny) decision).reason())
        .as(url)
        .isIn(Reason.SEARCH_NOT_PERMITTED, Reason.NO_RULE_PERMITS);
    assertThat(((Decision.Deny) decision).reason() == Reason.NO_RULE_PERMITS)
        .isEqualTo(url.startsWith("Condition"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"_Include=Observation:subject", "_includes=x", "_INCLUDE=*", "_revInclude=x"})
  @Tag("A9")
  void anotherCaseIsNoParameter(String query) {
    Decision decision = decide("Observation?" + query, "TREAT");
    assertThat(((Decision.Deny) decision).reason()).isEqualTo(Reason.UNKNOWN_PARAMETER);
  }

  @Test
  void aTypeWhoseRuleHasAConditionIsNotIncluded() {
    PolicySet timed =
        read("\"Observation:device\", \"Observation:subject:Device\"", new ArrayList<>());
    for (String url :
        List.of(
            "Observation?_include=Observation:device",
            "Observation?_include=Observation:subject:Device")) {
      Decision decision = decide(timed, url, "TREAT");
      assertThat(decision).as(url).isInstanceOf(Decision.Deny.class);
      assertThat(((Decision.Deny) decision).reason()).isEqualTo(Reason.SEARCH_NOT_PERMITTED);
    }
  }

  @Test
  void aForbidTakesATypeOutOfTheIncludes() {
    String url = "Observation?_include=Observation:subject:Group";
    assertThat(decide(url, "ETREAT")).isInstanceOf(Decision.Permit.class);
    assertThat(decide(url, "TREAT")).isInstanceOf(Decision.Deny.class);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Observation|is no pair. Write Type:parameter",
        "'\"a:b:c:d\"'|is no pair",
        "'\"*\"'|is no pair",
        "'\"*:subject\"'|would include whatever is linked",
        "Observaton:subject|names no resource type: 'Observaton'. Did you mean 'Observation'?",
        "Observation:subjet|names no search parameter: 'subjet' on Observation. Did you mean 'subject'?",
        "'\"Observation:*\"'|names no search parameter: '*'",
        "Observation:code|leads nowhere: 'code' is of type token",
        "'\"Observation:subject:Patent\"'|does not lead to 'Patent'. Did you mean 'Patient'?",
        "'\"Observation:patient:Group\"'|does not lead to 'Group'",
        "Observation:specimen|follows Observation.specimen.reference, which this role does not see whole",
        "'\"rev:Provenance:entity\"'|follows Provenance.entity.what.reference, which this role does not see whole",
        "'\"rev:MedicationRequest:patient\"'|is of MedicationRequest, which is not among the role's types",
        "'\"Observation:device:DeviceMetric\"'|brings DeviceMetric, which is not among the role's types",
        "'\"Observation:encounter:EpisodeOfCare\"'|",
        "'\"Observation:encounter:Encounter\"'|brings Encounter, which is not among",
        "Patient:link|",
        "PlanDefinition:definition|follows no reference but a URL",
        "Patient:general-practitioner|",
        "'\"rev:Observation:based-on\"'|"
      })
  void whatCouldNotBeIncludedIsAnErrorWhereItStands(String pair, String message) {
    List<Problem> problems = new ArrayList<>();
    PolicySet set = read(pair, problems);
    problems.removeIf(problem -> !problem.isError());
    if (message == null) {
      assertThat(problems).isEmpty();
      return;
    }
    assertThat(set).isNull();
    assertThat(problems).extracting(Problem::code).containsExactly("E-INCLUDE");
    assertThat(problems.get(0).message()).contains(message);
    assertThat(problems.get(0).toString())
        .startsWith("ward.yaml:16:19")
        .contains("roles.ward.types.Observation.include[0]");
  }

  @Test
  void aStarAndATypeWithoutSearchIncludeNothing() {
    for (String rule :
        List.of(
            "\"*\": {do: [search], show: all, include: [Observation:subject]}",
            "Observation: {do: [read], show: all, include: [Observation:subject]}")) {
      List<Problem> problems = new ArrayList<>();
      PolicySet.read(
          "p.yaml",
          "policy: 1\nfhir: R4\nidentity: {role: {claim: r}}\nroles:\n  a:\n    purpose: [TREAT]\n"
              + "    types:\n      Patient: {do: [read], show: all}\n      "
              + rule
              + "\n",
          problems::add);
      assertThat(problems)
          .filteredOn(Problem::isError)
          .extracting(Problem::code)
          .as(rule)
          .containsExactly("E-INCLUDE");
    }
  }

  @Test
  void theExplanationListsThem() {
    assertThat(policy.explain("ward", "Observation").includes())
        .contains("Observation:subject", "rev:Provenance:target")
        .hasSize(6);
    assertThat(policy.explain("ward", "Condition").includes()).isEmpty();
  }
}
