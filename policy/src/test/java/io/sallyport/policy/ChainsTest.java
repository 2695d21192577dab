package io.sallyport.policy;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.policy.fhir.Definitions;
import io.sallyport.policy.fhir.Definitions.SearchParameter;
import io.sallyport.policy.fhir.InteractionParser;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A search in a search: nobody learns by a hop what they may not see. */
class ChainsTest {
  private static final String POLICY =
      """
      policy: 1
      fhir: R4
      identity:
        role: {claim: roles}
      segments:
        sud: {codes: [http://snomed.info/sct|7200002]}
      forbid:
        - {role: [tagged], segment: sud, type: [Condition]}
        - {role: [ward], type: [Coverage], interaction: [search]}
        - {role: [ward], type: [Flag], interaction: [search], unless: {purpose: [ETREAT]}}
      roles:
        ward:
          purpose: [TREAT, ETREAT]
          types:
            Patient: {do: [read, search], show: all, hide: [birthDate, name.given]}
            Observation: {do: [read, search], show: all, hide: [subject.identifier, specimen]}
            Condition:
              do: [search]
              show: [clinicalStatus, verificationStatus, code.coding, subject]
              accept-risk: {modifierExtension: "for this test"}
            Encounter: {do: [read, search], show: all, hide: [diagnosis]}
            Procedure: {do: [read, search], show: all, search: [code, encounter, patient]}
            Organization: {do: [read], show: all}
            Practitioner: {do: [read, search], show: all}
            Group: {do: [read, search], show: all}
            Coverage: {do: [read, search], show: all}
            Flag: {do: [read, search], show: all}
            Composition: {do: [read, search], show: all}
            CareTeam: {do: [search], show: all, change: {period: year}}
        app:
          purpose: [TREAT]
          compartment: {Patient: token.patient, membership: subject}
          types:
            Patient: {do: [read, search], show: all}
            Observation: {do: [read, search], show: all}
            Encounter: {do: [read, search], show: all}
        timed:
          purpose: [TREAT]
          types:
            Patient: {do: [read, search], show: all}
            Goal: {do: [search], show: all, when: ["request.purpose == 'TREAT'"]}
            Flag: {do: [search], show: all, needs: {token-acr: [mfa]}}
        cut:
          purpose: [TREAT]
          deny-segments: [sud]
          types:
            Patient: {do: [read, search], show: all}
            Condition: {do: [read, search], show: all}
        tagged:
          purpose: [TREAT]
          types:
            Patient: {do: [read, search], show: all}
            Condition: {do: [read, search], show: all}
        all:
          purpose: [TREAT]
          types:
            "*": {do: [search], show: all}
        strict:
          purpose: [TREAT]
          types:
            Patient: {do: [read, search], show: all}
            Immunization: {do: [search], show: [status, statusReason, isSubpotent, vaccineCode.coding, patient]}
        accepting:
          purpose: [TREAT]
          accept-risk: {modifierExtension: "for this test"}
          types:
            Patient: {do: [read, search], show: all}
            Immunization: {do: [search], show: [status, statusReason, isSubpotent, vaccineCode.coding, patient]}
      """;

  private static final Set<String> OPEN =
      Set.of(
          "Patient",
          "Observation",
          "Condition",
          "Encounter",
          "Procedure",
          "Practitioner",
          "Group",
          "Composition",
          "CareTeam");

  private final PolicySet policy = read();
  private final InteractionParser parser = new InteractionParser(Definitions.r4());

  private static PolicySet read() {
    List<Problem> problems = new ArrayList<>();
    PolicySet policy = PolicySet.read("chains.yaml", POLICY, problems::add);
    assertThat(problems).noneMatch(Problem::isError);
    return policy;
  }

  private Decision decide(String role, String url, String purpose) {
    int question = url.indexOf('?');
    return policy.decide(
        role,
        List.of(purpose),
        new AccessRequest(
            new Claims(Map.of("patient", "p1")),
            parser.parse("GET", url.substring(0, question), url.substring(question + 1), "", null),
            Instant.EPOCH));
  }

  private Reason refused(String role, String url) {
    Decision decision = decide(role, url, "TREAT");
    assertThat(decision).as(url).isInstanceOf(Decision.Deny.class);
    return ((Decision.Deny) decision).reason();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Observation?subject:Patient.gender=male",
        "Observation?subject:Patient.family:exact=Lee",
        "Observation?patient.gender=male",
        "Observation?patient:Patient.gender:missing=true",
        "Observation?encounter:Encounter.patient.gender=male",
        "Procedure?encounter:Encounter.patient.general-practitioner:Practitioner.family=Lee",
        "Procedure?encounter:Encounter.subject:Patient._id=p1",
        "Patient?_has:Condition:patient:code=http://snomed.info/sct|1",
        "Patient?_has:Condition:patient:code:not=1",
        "Practitioner?_has:Patient:general-practitioner:_has:Observation:patient:code=1",
        "Practitioner?_has:Encounter:practitioner:patient.gender=male",
        "Observation?subject:Patient._has:Condition:patient:code=1"
      })
  void aHopIsPermittedWhereEverythingOnTheWayIsSeen(String url) {
    Decision decision = decide("ward", url, "TREAT");
    assertThat(decision).as(decision.toString()).isInstanceOf(Decision.Permit.class);
    assertThat(InteractionParser.canonical(((Decision.Permit) decision).interaction()))
        .isEqualTo(url);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        // what the last parameter reads is hidden, or changed
        "Observation?subject:Patient.birthdate=1970-01-01",
        "Observation?patient.birthdate:missing=true",
        "Observation?patient.given=Ann",
        "Observation?patient.name=Ann",
        "Patient?_has:Condition:patient:onset-date=2020",
        "Patient?_has:Condition:patient:code:text=hiv",
        "Patient?_has:CareTeam:patient:date=2020",
        // the reference of a hop is hidden
        "Observation?specimen.type=1",
        "Condition?_has:Encounter:diagnosis:class=AMB",
        "Patient?_has:Condition:asserter:code=1",
        // search: does not list it, on a type on the way
        "Encounter?_has:Procedure:encounter:status=completed",
        "Group?_has:Procedure:subject:code=1",
        // a type that the role may not search, is not shown, or is forbidden
        "Patient?organization.name=x",
        "Patient?_has:MedicationRequest:patient:code=1",
        "Observation?device.type=1",
        "Patient?_has:Coverage:patient:status=active",
        "Patient?_has:Flag:patient:identifier=1",
        // it leads elsewhere, or does not say where
        "Observation?subject:Practitioner.family=x",
        "Observation?subject.gender=male",
        "Practitioner?_has:Condition:patient:code=1",
        "Observation?subject:identifier.gender=male",
        // a fourth hop
        "Encounter?patient._has:Observation:patient:encounter:Encounter.patient.gender=male",
        // nothing is sorted by a chain
        "Observation?_sort=patient.family",
        "Patient?_sort=_has:Condition:patient:code"
      })
  void aHopThatAsksAboutWhatIsNotSeenIsRefused(String url) {
    assertThat(refused("ward", url)).as(url).isEqualTo(Reason.SEARCH_NOT_PERMITTED);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Patient?_Has:Condition:patient:code=1",
        "Patient?_HAS:Condition:patient:code=1",
        "Patient?_hasx:Condition:patient:code=1",
        "Patient?_has=1",
        "Patient?_has:Condition=1",
        "Patient?_has:Condition:patient=1",
        "Patient?_has:Condition:patient:=1",
        "Patient?_has:Condition:patient:colour=1",
        "Patient?_has:Conditions:patient:code=1",
        "Patient?_has:Condition:code:code=1",
        "Patient?_has:Condition:patient:_Has:Observation:patient:code=1",
        "Observation?patient.=x",
        "Observation?patient..gender=x",
        "Observation?patient._count=1",
        "Observation?patient._sort=family",
        "Observation?code.gender=x",
        "Observation?Patient.gender=x"
      })
  void whatIsNoChainIsNoParameter(String url) {
    assertThat(refused("ward", url)).as(url).isEqualTo(Reason.UNKNOWN_PARAMETER);
  }

  @Test
  void whoIsBoundToACompartmentHopsNowhere() {
    for (String url :
        List.of(
            "Observation?patient.gender=male",
            "Observation?encounter.class=AMB",
            "Encounter?_has:Observation:encounter:code=1",
            "Patient?_has:Observation:patient:code=1")) {
      assertThat(refused("app", url)).as(url).isEqualTo(Reason.SEARCH_NOT_PERMITTED);
    }
  }

  @Test
  @Tag("A7")
  @Tag("A8")
  void aTypeOfWhichNoAnswerShowsAllIsNotHoppedTo() {
    assertThat(permits("all", "Basic?subject:Composition._id=1")).isTrue();
    for (String url :
        List.of(
            "Basic?subject:Bundle._id=1",
            "Basic?subject:Binary._id=1",
            "Basic?subject:OperationOutcome._id=1")) {
      assertThat(refused("all", url)).as(url).isEqualTo(Reason.SEARCH_NOT_PERMITTED);
    }
  }

  @Test
  @Tag("A7")
  @Tag("A8")
  void whereASegmentIsDeniedNothingHopsThroughWhatMayBeOfIt() {
    for (String role : List.of("cut", "tagged")) {
      assertThat(refused(role, "Patient?_has:Condition:patient:code=7200002"))
          .isEqualTo(Reason.SEARCH_NOT_PERMITTED);
    }
    assertThat(refused("cut", "Condition?patient.gender=male"))
        .isEqualTo(Reason.SEARCH_NOT_PERMITTED);
    assertThat(permits("tagged", "Condition?patient.gender=male")).isTrue();
  }

  @Test
  void aTypeWhoseRuleHasAConditionIsNotHoppedTo() {
    assertThat(permits("timed", "Goal?lifecycle-status=active")).isTrue();
    assertThat(refused("timed", "Patient?_has:Goal:patient:lifecycle-status=active"))
        .isEqualTo(Reason.SEARCH_NOT_PERMITTED);
    assertThat(refused("timed", "Patient?_has:Flag:patient:identifier=1"))
        .isEqualTo(Reason.SEARCH_NOT_PERMITTED);
  }

  @Test
  void aForbidHoldsForHopsAsItDoesForSearches() {
    String url = "Patient?_has:Flag:patient:identifier=1";
    assertThat(decide("ward", url, "ETREAT")).isInstanceOf(Decision.Permit.class);
    assertThat(refused("ward", url)).isEqualTo(Reason.SEARCH_NOT_PERMITTED);
  }

  /** What bears a modifierExtension that is not shown is withheld: a chain would tell of it. */
  @Test
  @Tag("C8")
  void noChainHopsToATypeOfWhichAModifierExtensionWithholds() {
    String url = "Patient?_has:Immunization:patient:status=completed";
    assertThat(permits("accepting", url)).isTrue();
    assertThat(refused("strict", url)).isEqualTo(Reason.SEARCH_NOT_PERMITTED);
  }

  @Test
  void everyPublishedReferenceIsAHopWhereBothTypesAreSeenAndNoneElsewhere() {
    Definitions definitions = policy.definitions();
    int hops = 0;
    for (String type : definitions.resources()) {
      for (SearchParameter parameter : definitions.searchParameters(type)) {
        for (String target :
            parameter.type().equals("reference") ? parameter.targets() : Set.<String>of()) {
          boolean elsewhere = parameter.code().equals("patient") && !target.equals("Patient");
          boolean readable =
              OPEN.contains(type)
                  && OPEN.contains(target)
                  && !elsewhere
                  && policy.blocker("ward", type, parameter.code()) == null
                  && policy.searchable("ward", type).contains(parameter.code());
          assertThat(permits("ward", type + "?" + parameter.code() + ":" + target + "._id=1"))
              .as("%s:%s to %s", type, parameter.code(), target)
              .isEqualTo(readable && byId(target));
          assertThat(permits("ward", target + "?_has:" + type + ":" + parameter.code() + ":_id=1"))
              .as("%s from %s:%s", target, type, parameter.code())
              .isEqualTo(readable && byId(type));
          hops += readable ? 1 : 0;
        }
      }
    }
    assertThat(hops).isGreaterThan(40);
  }

  private boolean byId(String type) {
    return policy.searchable("ward", type).contains("_id");
  }

  private boolean permits(String role, String url) {
    return decide(role, url, "TREAT") instanceof Decision.Permit;
  }

  @Test
  @Tag("A7")
  @Tag("A8")
  void walksOverTheReferencesArePermittedWhenEveryStepIs() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    Definitions definitions = policy.definitions();
    List<String> types = List.copyOf(OPEN);
    int permitted = 0;
    for (int run = 0; run < 3_000; run++) {
      String first = types.get(random.nextInt(types.size()));
      StringBuilder code = new StringBuilder();
      String type = first;
      boolean open = true;
      int hops = 1 + random.nextInt(4);
      for (int hop = 0; hop < hops; hop++) {
        String here = type;
        List<SearchParameter> references =
            definitions.searchParameters(type).stream()
                .filter(p -> p.type().equals("reference") && !p.targets().isEmpty())
                .filter(p -> hopsFrom(here, p) || random.nextInt(9) == 0)
                .toList();
        if (references.isEmpty()) {
          break;
        }
        SearchParameter by = references.get(random.nextInt(references.size()));
        List<String> seen = by.targets().stream().filter(OPEN::contains).toList();
        List<String> from = seen.isEmpty() || random.nextInt(9) == 0 ? by.targets() : seen;
        String target = from.get(random.nextInt(from.size()));
        open &= hopsFrom(type, by) && OPEN.contains(target);
        open &= !by.code().equals("patient") || target.equals("Patient");
        code.append(by.code()).append(':').append(target).append('.');
        type = target;
      }
      long dots = code.chars().filter(c -> c == '.').count();
      if (code.length() > 100 || dots == 0) {
        continue;
      }
      String url = first + "?" + code + "_id=1";
      boolean expected = open && dots <= Chains.HOPS_MAX && byId(type);
      assertThat(permits("ward", url)).as("seed %d: %s", seed, url).isEqualTo(expected);
      permitted += expected ? 1 : 0;
    }
    assertThat(permitted).as("seed %d", seed).isGreaterThan(300);
  }

  private boolean hopsFrom(String type, SearchParameter by) {
    return OPEN.contains(type) && policy.searchable("ward", type).contains(by.code());
  }

  @Test
  void noPublishedParameterLooksLikeAChain() {
    Definitions definitions = policy.definitions();
    for (String type : definitions.resources()) {
      for (SearchParameter parameter : definitions.searchParameters(type)) {
        assertThat(parameter.code()).doesNotContain(".", ":", "_has");
        boolean patient = parameter.code().equals("patient");
        assertThat(!patient || parameter.targets().contains("Patient")).as(type).isTrue();
      }
    }
  }
}
