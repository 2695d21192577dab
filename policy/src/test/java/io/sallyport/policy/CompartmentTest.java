package io.sallyport.policy;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.policy.fhir.Definitions;
import io.sallyport.policy.fhir.InteractionParser;
import io.sallyport.policy.fhir.PatientLinks;
import io.sallyport.policy.fhir.SearchClosure;
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
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One patient's records, and nobody else's: decided by what each resource says of itself. */
class CompartmentTest {
  private static final Rebase REBASE =
      new Rebase("http://ehr.internal/fhir", "https://fhir.example/r4");
  private static final String ALL = "\"*compartment\": {do: [read, search], show: all}";

  private final PolicySet subject = policy("membership: subject", ALL);
  private final PolicySet whole = policy("membership: compartment", ALL);

  private static PolicySet policy(String compartment, String types) {
    List<Problem> problems = new ArrayList<>();
    PolicySet policy = read(compartment, types, problems);
    assertThat(problems).noneMatch(problem -> problem.severity() == Problem.Severity.ERROR);
    return policy;
  }

  private static PolicySet read(String compartment, String types, List<Problem> problems) {
    return PolicySet.read(
        "app.yaml",
        """
        policy: 1
        fhir: R4
        identity:
          role: {claim: roles}
        roles:
          app:
            purpose: [PATRQT]
            compartment: {Patient: token.patient, %s}
            types:
              %s
        """
            .formatted(compartment, types),
        problems::add);
  }

  private static Decision decide(PolicySet policy, String url, String patient) {
    int question = url.indexOf('?');
    String path = question < 0 ? url : url.substring(0, question);
    Claims claims = new Claims(Map.of("roles", List.of("app"), "patient", patient));
    return policy.decide(
        "app",
        List.of("PATRQT"),
        new AccessRequest(
            claims,
            new InteractionParser(policy.definitions())
                .parse("GET", path, question < 0 ? null : url.substring(question + 1), "", null),
            Instant.EPOCH));
  }

  private static String sent(PolicySet policy, String url) {
    return InteractionParser.canonical(((Decision.Permit) decide(policy, url, "p1")).interaction());
  }

  /** The ids that p1's app is given of a searchset. */
  private static List<String> released(PolicySet policy, String type, String... resources) {
    Decision.Permit permit = (Decision.Permit) decide(policy, type + "?_count=50", "p1");
    return ids(permit, type, resources);
  }

  private static List<String> ids(Decision.Permit permit, String type, String... resources) {
    StringBuilder json =
        new StringBuilder("{\"resourceType\":\"Bundle\",\"type\":\"searchset\",\"entry\":[");
    for (int i = 0; i < resources.length; i++) {
      json.append(i == 0 ? "" : ",")
          .append("{\"resource\":{\"resourceType\":\"" + type + "\"," + resources[i] + "}}");
    }
    byte[] bytes = json.append("]}").toString().getBytes(StandardCharsets.UTF_8);
    BundleStream stream =
        new BundleStream(
            new Redactor(Limits.DEFAULT),
            permit.view(),
            Limits.DEFAULT,
            new Envelope(type, permit.release(), REBASE, link -> null, REBASE.external(), 4096));
    stream.feed(bytes, 0, bytes.length);
    stream.finish();
    List<String> ids = new ArrayList<>();
    for (Redacted window = stream.window(); window != null; window = stream.window()) {
      window.facts().stream().map(Fact::id).forEach(ids::add);
    }
    return ids;
  }

  private static String observation(String id, String subject) {
    return "\"id\":\"" + id + "\",\"status\":\"final\",\"subject\":" + subject;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"reference\":\"Patient/p1\"}",
        "{\"reference\":\"Patient/p1/_history/7\"}",
        "{\"reference\":\"http://ehr.internal/fhir/Patient/p1\"}",
        "{\"reference\":\"HTTP://EHR.internal/fhir/Patient/p1\"}",
        "{\"reference\":\"Patient\\/p1\"}",
        "{\"ref\\u0065rence\":\"P\\u0061tient/p1\"}",
        "{\"display\":\"x\",\"reference\":\"Patient/p1\"}"
      })
  void aLiteralReferenceToTheOwnPatientMakesARecordTheirs(String reference) {
    assertThat(released(subject, "Observation", observation("o", reference))).containsExactly("o");
    assertThat(released(whole, "Observation", observation("o", reference))).containsExactly("o");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"reference\":\"Patient/p2\"}",
        "{\"reference\":\"Patient/p10\"}",
        "{\"reference\":\"Patient/P1\"}",
        "{\"reference\":\"patient/p1\"}",
        "{\"reference\":\"Group/p1\"}",
        "{\"reference\":\"http://elsewhere.example/fhir/Patient/p1\"}",
        "{\"reference\":\"http://ehr.internal/fhirx/Patient/p1\"}",
        "{\"reference\":\"http://ehr.internal/fhir?Patient/p1\"}",
        "{\"reference\":\"http:\\/\\/ehr.internal\\/fhir?Patient\\/p1\"}",
        "{\"reference\":\"http://ehr.internal/fhir\"}",
        "{\"reference\":\"Patient?identifier=p1\"}",
        "{\"reference\":\"#p1\"}",
        "{\"reference\":\"urn:uuid:p1\"}",
        "{\"identifier\":{\"value\":\"p1\"},\"type\":\"Patient\"}",
        "{\"display\":\"Patient/p1\"}",
        "{\"_reference\":{\"id\":\"Patient/p1\"}}",
        "\"Patient/p1\"",
        "[{\"reference\":\"Patient/p1\"}]"
      })
  void everyOtherReferenceLeavesItSomebodyElses(String reference) {
    for (PolicySet policy : List.of(subject, whole)) {
      assertThat(
              released(
                  policy,
                  "Observation",
                  observation("o", reference),
                  observation("mine", "{\"reference\":\"Patient/p1\"}")))
          .containsExactly("mine");
    }
  }

  @Test
  void aRecordThatNamesNobodyIsNobodys() {
    String contained =
        "\"id\":\"o\",\"status\":\"final\",\"contained\":[{\"resourceType\":\"Observation\","
            + "\"id\":\"c\",\"subject\":{\"reference\":\"Patient/p1\"}}]";
    for (PolicySet policy : List.of(subject, whole)) {
      assertThat(released(policy, "Observation", "\"id\":\"o\",\"status\":\"final\"")).isEmpty();
      assertThat(released(policy, "Observation", contained)).isEmpty();
    }
  }

  @Test
  void performersAreNotWhomItIsAbout() {
    String performed =
        observation("o", "{\"reference\":\"Patient/p2\"}")
            + ",\"performer\":[{\"reference\":\"Patient/p1\"}]";
    assertThat(released(subject, "Observation", performed)).isEmpty();
    assertThat(released(whole, "Observation", performed)).containsExactly("o");
  }

  @Test
  void whatIsAboutTwoPatientsIsNotShownToOneOfThem() {
    String joint =
        "\"id\":\"a\",\"status\":\"active\",\"subject\":[{\"reference\":\"Patient/p1\"},"
            + "{\"reference\":\"Patient/p2\"}]";
    assertThat(released(subject, "Account", joint)).isEmpty();
    assertThat(released(whole, "Account", joint)).containsExactly("a");
  }

  @Test
  void whoTouchedARecordDoesNotOwnTheTrail() {
    String event = "\"id\":\"e\",\"entity\":[{\"what\":{\"reference\":\"Patient/p1\"}}]";
    assertThat(released(subject, "AuditEvent", event)).isEmpty();
    assertThat(released(whole, "AuditEvent", event)).containsExactly("e");
  }

  @Test
  void aHiddenSubjectStillSaysWhoseItIs() {
    for (String membership : List.of("subject", "compartment")) {
      PolicySet policy =
          policy(
              "membership: " + membership,
              "Observation: {do: [search], show: all, hide: [subject]}");
      assertThat(
              released(
                  policy,
                  "Observation",
                  observation("mine", "{\"reference\":\"Patient/p1\"}"),
                  observation("theirs", "{\"reference\":\"Patient/p2\"}")))
          .containsExactly("mine");
    }
  }

  @Test
  void aMergedPatientsRecordsStayTheMergedPatients() {
    // p1 replaces p2. The old record's observations name p2, and the token names p1.
    String old = observation("old", "{\"reference\":\"Patient/p2\"}");
    assertThat(released(subject, "Observation", old)).isEmpty();
    assertThat(released(whole, "Observation", old)).isEmpty();
  }

  @Test
  void aDuplicatePatientIsReadByItsLinkInTheWholeCompartmentOnly() {
    assertThat(decide(subject, "Patient/p2", "p1")).isInstanceOf(Decision.Deny.class);
    Decision.Permit permit = (Decision.Permit) decide(whole, "Patient/p2", "p1");
    String linked =
        "\"id\":\"p2\",\"link\":[{\"other\":{\"reference\":\"Patient/p1\"},\"type\":\"replaced-by\"}]";
    assertThat(ids(permit, "Patient", linked)).containsExactly("p2");
    assertThat(ids(permit, "Patient", "\"id\":\"p2\"")).isEmpty();
    assertThat(ids(permit, "Patient", "\"id\":\"p1\"")).containsExactly("p1");
  }

  @Test
  void searchesAskForTheOwnPatient() {
    assertThat(sent(subject, "Observation?code=1234-5"))
        .isEqualTo("Observation?code=1234-5&patient=Patient/p1&_count=50");
    assertThat(sent(subject, "Coverage?status=active"))
        .isEqualTo("Coverage?status=active&patient=Patient/p1&_count=50");
    for (String own :
        List.of(
            "patient=p1", "patient=Patient%2Fp1", "subject=Patient%2Fp1", "subject:Patient=p1")) {
      assertThat(sent(subject, "Observation?" + own))
          .isEqualTo("Observation?" + own.replace("%2F", "/") + "&_count=50");
    }
    assertThat(sent(whole, "Observation?performer=Patient%2Fp1"))
        .isEqualTo("Observation?performer=Patient/p1&_count=50");
  }

  @Test
  void aFurtherPageAsksAgainForWhatWasNarrowed() {
    PolicySet listed =
        policy(
            "membership: subject",
            "Observation: {do: [search], show: all, search: [code]}\n      "
                + "Patient: {do: [search], show: all, search: [gender]}");
    for (String first : List.of("Observation?code=1234-5", "Patient?_count=3")) {
      String narrowed = sent(listed, first);
      assertThat(narrowed).isNotEqualTo(first);
      assertThat(sent(listed, narrowed)).isEqualTo(narrowed);
    }
    assertThat(decide(listed, "Observation?date=2020", "p1")).isInstanceOf(Decision.Deny.class);
  }

  @Test
  @Tag("A15")
  void aSearchAboutSomebodyElseIsRefusedBeforeAnybodyIsAsked() {
    for (PolicySet policy : List.of(subject, whole)) {
      for (String other :
          List.of(
              "patient=p2",
              "patient=p1,p2",
              "subject=Patient%2Fp2",
              "subject=Group%2Fp1",
              "patient:Patient=p2")) {
        Decision decision = decide(policy, "Observation?" + other, "p1");
        assertThat(decision).as(other).isInstanceOf(Decision.Deny.class);
        assertThat(((Decision.Deny) decision).reason())
            .as(other)
            .isEqualTo(Reason.NOT_IN_COMPARTMENT);
      }
      assertThat(decide(policy, "Observation?subject:missing=true", "p1"))
          .isInstanceOf(Decision.Deny.class);
    }
  }

  @Test
  @Tag("I")
  void aTokenWithoutAPatientIsDeniedEverywhere() {
    for (String patient : List.of("", "p 1", "Practitioner/p1", "../p1", "Patient/")) {
      assertThat(decide(subject, "Observation/o", patient)).isInstanceOf(Decision.Deny.class);
      assertThat(decide(whole, "Observation?code=1", patient)).isInstanceOf(Decision.Deny.class);
    }
  }

  @Test
  void whatIsNobodysIsListedBesideTheCompartment() {
    String types = "Practitioner: {do: [read, search], show: all}";
    PolicySet beside = policy("beside: [Practitioner, Organization]", types);
    assertThat(released(beside, "Practitioner", "\"id\":\"dr\"")).containsExactly("dr");
    List<Problem> problems = new ArrayList<>();
    PolicySet without = read("membership: subject", types, problems);
    problems.removeIf(problem -> problem.code().equals("W-FREETEXT"));
    assertThat(problems).extracting(Problem::code).containsExactly("W-COMPARTMENT");
    assertThat(problems.get(0).message()).contains("Practitioner").contains("beside");
    assertThat(released(without, "Practitioner", "\"id\":\"dr\"")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"Observation", "Patient", "Task", "Binary", "Bundle", "Practitoner"})
  void whatMayBeSomebodysCannotStandBeside(String type) {
    List<Problem> problems = new ArrayList<>();
    read("beside: [" + type + "]", "Patient: {do: [read], show: all}", problems);
    assertThat(problems).extracting(Problem::code).containsExactly("E-BESIDE");
    assertThat(problems.get(0).message()).contains(type);
  }

  @Test
  void everyLinkOfThePublishedCompartmentMakesAMember() {
    Definitions definitions = whole.definitions();
    SearchClosure closure = SearchClosure.of(definitions);
    int links = 0;
    for (String type : definitions.resources()) {
      for (String code : definitions.patientCompartment(type)) {
        int before = links;
        for (String path : closure.reads(type, code, "")) {
          if (path.endsWith(".reference")) {
            List<String> steps = List.of(path.split("\\."));
            String member = "\"id\":\"r\"," + linked(definitions, type, steps, 1);
            assertThat(released(whole, type, member))
                .as("%s %s", path, member)
                .containsExactly("r");
            assertThat(released(whole, type, member.replace("Patient/p1", "Patient/p2")))
                .as(path)
                .isEmpty();
            links++;
          }
        }
        assertThat(links).as("%s by %s", type, code).isGreaterThan(before);
      }
    }
    assertThat(links).isGreaterThanOrEqualTo(100);
  }

  /** The members that lead along a path to a reference to p1. */
  private static String linked(Definitions definitions, String in, List<String> steps, int at) {
    if (at + 1 == steps.size()) {
      return "\"reference\":\"Patient/p1\"";
    }
    Definitions.Element element =
        definitions.type(in).elements().stream()
            .filter(e -> e.name().equals(steps.get(at)))
            .findFirst()
            .orElseThrow();
    boolean reference = element.types().contains("Reference");
    String key = element.name() + (element.choice() ? "Reference" : "");
    String type = reference ? "Reference" : element.types().get(0);
    String value = "{" + linked(definitions, type, steps, at + 1) + "}";
    return "\"" + key + "\":" + (element.list() ? "[" + value + "]" : value);
  }

  /** A15: the same search, three ways: the same decision, and the same is sent. */
  @Test
  void a15TheCompartmentFormIsDecidedAsThePlainForms() {
    for (String patient : List.of("p1", "p2")) {
      for (String type : List.of("Condition", "Observation", "Coverage", "Appointment")) {
        String link = new PatientLinks(subject.definitions()).link(type);
        Decision form = decide(subject, "Patient/" + patient + "/" + type, "p1");
        Decision plain = decide(subject, type + "?" + link + "=Patient/" + patient, "p1");
        if (patient.equals("p1")) {
          assertThat(((Decision.Permit) form).interaction())
              .isEqualTo(((Decision.Permit) plain).interaction());
        } else {
          assertThat(((Decision.Deny) form).reason()).isEqualTo(Reason.NOT_IN_COMPARTMENT);
          assertThat(form).isEqualTo(plain);
        }
      }
    }
  }

  /** It is a search by that link: a role that may not search by it may not ask this way either. */
  @Test
  void a15WhereTheLinkIsHiddenTheCompartmentFormIsRefused() {
    PolicySet hidden =
        PolicySet.read(
            "h.yaml",
            """
            policy: 1
            fhir: R4
            identity: {role: {claim: roles}}
            roles:
              app:
                purpose: [PATRQT]
                types:
                  Condition: {do: [search], show: all, hide: [subject]}
                  Observation: {do: [search], show: all}
            """,
            problem -> {});
    Decision deny = decide(hidden, "Patient/p9/Condition", "p1");
    assertThat(((Decision.Deny) deny).reason()).isEqualTo(Reason.SEARCH_NOT_PERMITTED);
    assertThat(decide(hidden, "Patient/p9/Observation", "p1")).isInstanceOf(Decision.Permit.class);
  }
}
