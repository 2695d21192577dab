package io.sallyport.policy;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.policy.fhir.Definitions;
import io.sallyport.policy.fhir.InteractionParser;
import io.sallyport.policy.redact.BundleStream;
import io.sallyport.policy.redact.Envelope;
import io.sallyport.policy.redact.Limits;
import io.sallyport.policy.redact.PageFill;
import io.sallyport.policy.redact.Rebase;
import io.sallyport.policy.redact.Redacted;
import io.sallyport.policy.redact.Redactor;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What comes beside matches is what a released entry leads to, and nothing else. */
class IncludeReleaseTest {
  private static final Rebase REBASE =
      new Rebase("http://ehr.internal/fhir", "https://fhir.example/r4");

  private static final String POLICY =
      """
      policy: 1
      fhir: R4
      identity:
        role: {claim: roles}
      segments:
        sud: {codes: [http://snomed.info/sct|7200002]}
      forbid:
        - {role: [tagged], segment: sud, type: [Observation]}
      roles:
        cut:
          purpose: [TREAT]
          deny-segments: [sud]
          types:
            Patient: {do: [read, search], show: all, include: ["rev:Observation:subject"]}
            Observation: {do: [read, search], show: all, include: [Observation:subject]}
        tagged:
          purpose: [TREAT]
          types:
            Patient: {do: [read, search], show: all, include: ["rev:Observation:subject"]}
            Observation: {do: [read, search], show: all}
        ward:
          purpose: [TREAT]
          types:
            Condition:
              do: [search]
              show: all
              include: [Condition:subject, Condition:asserter, Patient:organization, "rev:Provenance:target", "rev:AuditEvent:entity"]
            Patient: {do: [read], show: all, hide: [birthDate]}
            Organization: {do: [read], show: all, hide: [id]}
            Practitioner: {do: [search], show: all}
            Provenance: {do: [read], show: all}
            AuditEvent: {do: [read], show: all}
            Observation: {do: [search], show: all, include: [Observation:has-member, "rev:Observation:has-member"]}
        app:
          purpose: [TREAT]
          compartment: {Patient: token.patient, membership: subject, beside: [Practitioner]}
          types:
            Condition: {do: [search], show: all, include: [Condition:asserter, Condition:subject, "rev:Observation:focus"]}
            Patient: {do: [read, search], show: all, include: ["rev:Condition:subject"]}
            Practitioner: {do: [read], show: all}
            Observation: {do: [search], show: all}
      """;

  private final PolicySet policy = read();

  private record Page(String json, List<String> released, int withheld) {}

  private static PolicySet read() {
    List<Problem> problems = new ArrayList<>();
    PolicySet policy = PolicySet.read("ward.yaml", POLICY, problems::add);
    assertThat(problems).noneMatch(Problem::isError);
    return policy;
  }

  private Page page(String role, String url, List<String> entries) {
    return page(role, url, entries, null);
  }

  private Page page(String role, String url, List<String> entries, PageFill fill) {
    int question = url.indexOf('?');
    Decision decision =
        policy.decide(
            role,
            List.of("TREAT"),
            new AccessRequest(
                new Claims(Map.of("patient", "p1")),
                new InteractionParser(Definitions.r4())
                    .parse(
                        "GET", url.substring(0, question), url.substring(question + 1), "", null),
                Instant.EPOCH));
    assertThat(decision).as(decision.toString()).isInstanceOf(Decision.Permit.class);
    Decision.Permit permit = (Decision.Permit) decision;
    byte[] bytes =
        ("{\"resourceType\":\"Bundle\",\"type\":\"searchset\",\"total\":9,\"entry\":["
                + String.join(",", entries)
                + "]}")
            .getBytes(StandardCharsets.UTF_8);
    BundleStream stream =
        new BundleStream(
            new Redactor(Limits.DEFAULT),
            permit.view(),
            Limits.DEFAULT,
            new Envelope(
                permit.interaction().type(),
                permit.release(),
                REBASE,
                link -> null,
                REBASE.external(),
                512,
                permit.total(),
                permit.includes()),
            fill,
            null);
    for (int at = 0; at < bytes.length; at += 1000) {
      stream.feed(bytes, at, Math.min(1000, bytes.length - at));
    }
    stream.finish();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    List<String> released = new ArrayList<>();
    int withheld = 0;
    for (Redacted window = stream.window(); window != null; window = stream.window()) {
      window.writeTo(out::write);
      withheld += window.withheld();
      window.facts().forEach(fact -> released.add(fact.type() + "/" + fact.id()));
    }
    return new Page(out.toString(StandardCharsets.UTF_8), released, withheld);
  }

  private List<String> released(String role, String url, String... entries) {
    return page(role, url, List.of(entries)).released();
  }

  private static String entry(String mode, String type, String id, String rest) {
    return "{\"resource\":{\"resourceType\":\""
        + type
        + "\",\"id\":\""
        + id
        + "\""
        + (rest.isEmpty() ? "" : "," + rest)
        + "}"
        + (mode.isEmpty() ? "" : ",\"search\":{\"mode\":\"" + mode + "\"}")
        + "}";
  }

  private static String reference(String member, String to) {
    return "\"" + member + "\":{\"reference\":\"" + to + "\"}";
  }

  private static String condition(String id, String subject) {
    return entry("match", "Condition", id, reference("subject", subject));
  }

  private static String patient(String id) {
    return entry("include", "Patient", id, "\"birthDate\":\"1970-01-01\",\"gender\":\"male\"");
  }

  @Test
  @Tag("A9")
  void anIncludeIsReleasedByItsOwnTypesView() {
    Page page =
        page(
            "ward",
            "Condition?_include=Condition:subject",
            List.of(condition("c1", "Patient/p1"), patient("p1"), condition("c2", "Patient/p1")));
    assertThat(page.released()).containsExactly("Condition/c1", "Condition/c2", "Patient/p1");
    assertThat(page.json())
        .contains(
            "{\"fullUrl\":\"https://fhir.example/r4/Patient/p1\",\"resource\":{",
            "\"gender\":\"male\"},\"search\":{\"mode\":\"include\"}}",
            "\"total\":9")
        .doesNotContain("1970");
    assertThat(page.withheld()).isZero();
  }

  @Test
  @Tag("A10")
  void anIncludeOfAHiddenMatchVanishesAndTheAnswerIsTheSameWithoutIt() {
    // Nobody's conditions but p1's: yet the record system includes the others' patients and
    // doctors.
    String url = "Condition?code=F11.20&_include=Condition:asserter&_include=Condition:subject";
    String mine =
        entry(
            "match",
            "Condition",
            "c1",
            reference("subject", "Patient/p1") + "," + reference("asserter", "Practitioner/d1"));
    String theirs =
        entry(
            "match",
            "Condition",
            "c2",
            reference("subject", "Patient/p2") + "," + reference("asserter", "Practitioner/d2"));
    String d1 = entry("include", "Practitioner", "d1", "");
    String d2 = entry("include", "Practitioner", "d2", "");
    Page without = page("app", url, List.of(mine, d1, patient("p1")));
    Page with = page("app", url, List.of(theirs, mine, d2, d1, patient("p2"), patient("p1")));
    assertThat(without.released()).containsExactly("Condition/c1", "Patient/p1", "Practitioner/d1");
    assertThat(with.json()).isEqualTo(without.json());
    assertThat(with.withheld()).isEqualTo(3);
    // Nor does the order in which the record system brings them tell whose it had first.
    Page turned = page("app", url, List.of(theirs, mine, patient("p1"), d1, d2, patient("p2")));
    assertThat(turned.json()).isEqualTo(without.json());
  }

  @Test
  void onlyTheLinkThatWasAskedForCounts() {
    // p2 asserted a condition of p1's, and has one that is withheld: that came first, so it may
    // not.
    String asserted =
        entry(
            "match",
            "Condition",
            "c1",
            reference("subject", "Patient/p1") + "," + reference("asserter", "Patient/p2"));
    String large =
        entry(
            "match",
            "Condition",
            "c2",
            reference("subject", "Patient/p2")
                + ",\"note\":[{\"text\":\""
                + "x".repeat(9 << 20)
                + "\"}]");
    String url = "Condition?_include=Condition:subject";
    assertThat(released("ward", url, asserted, large, patient("p2"), patient("p1")))
        .containsExactly("Condition/c1", "Patient/p1");
    assertThat(released("ward", "Condition?_include=Condition:asserter", asserted, patient("p2")))
        .containsExactly("Condition/c1", "Patient/p2");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Patient/p1",
        "Patient/p1/_history/3",
        "http://ehr.internal/fhir/Patient/p1",
        "HTTP://EHR.internal/fhir/Patient/p1",
        "Patient\\/p1"
      })
  void aLiteralReferenceLinks(String to) {
    assertThat(
            released(
                "ward", "Condition?_include=Condition:subject", condition("c", to), patient("p1")))
        .containsExactly("Condition/c", "Patient/p1");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Patient/p2",
        "Patient/p1x",
        "patient/p1",
        "Group/p1",
        "#p1",
        "urn:uuid:p1",
        "Patient?identifier=p1",
        "/Patient/p1",
        "Patient/p1/",
        "Patient/p1|2",
        "Patient/p1#x",
        "x/Patient/p1",
        "http://elsewhere.example/fhir/Patient/p1",
        "http://ehr.internal/fhirx/Patient/p1",
        "http://ehr.internal/fhir?Patient/p1",
        "https://fhir.example/r4/Patient/p1"
      })
  void anotherReferenceDoesNot(String to) {
    Page page =
        page(
            "ward",
            "Condition?_include=Condition:subject",
            List.of(condition("c", to), patient("p1")));
    assertThat(page.released()).containsExactly("Condition/c");
    assertThat(page.withheld()).isEqualTo(1);
    assertThat(page.json()).doesNotContain("include");
  }

  @Test
  void whatAContainedResourceLinksToIsNotLinked() {
    String contained =
        entry(
            "match",
            "Condition",
            "c",
            "\"contained\":[{\"resourceType\":\"Condition\",\"id\":\"i\","
                + reference("subject", "Patient/p1")
                + "}]");
    assertThat(released("ward", "Condition?_include=Condition:subject", contained, patient("p1")))
        .containsExactly("Condition/c");
  }

  @Test
  void anotherTypeThanWhatWasAskedForIsWithheld() {
    String match =
        entry(
            "match",
            "Condition",
            "c",
            reference("subject", "Patient/p1") + "," + reference("asserter", "Practitioner/d"));
    List<String> others =
        List.of(
            entry("include", "Practitioner", "d", ""),
            entry("include", "Device", "d", ""),
            entry("match", "Patient", "p1", ""),
            entry("outcome", "Patient", "p1", ""),
            entry("include", "Condition", "c", ""),
            "{\"resource\":{\"id\":\"p1\"},\"search\":{\"mode\":\"include\"}}");
    List<String> entries = new ArrayList<>(others);
    entries.add(0, match);
    Page page = page("ward", "Condition?_include=Condition:subject", entries);
    assertThat(page.released()).containsExactly("Condition/c");
    assertThat(page.withheld()).isEqualTo(others.size());
    assertThat(released("ward", "Condition?code=1", match, patient("p1")))
        .containsExactly("Condition/c");
  }

  @Test
  void anIncludeWaitsForWhatLeadsToItInAnyOrder() {
    String url =
        "Condition?_include=Condition:subject&_include:iterate=Patient:organization"
            + "&_revinclude=Provenance:target";
    List<String> entries =
        new ArrayList<>(
            List.of(
                condition("c1", "Patient/p1"),
                entry(
                    "include",
                    "Patient",
                    "p1",
                    reference("managingOrganization", "Organization/o1")),
                entry("include", "Organization", "o1", ""),
                entry(
                    "include", "Provenance", "v1", "\"target\":[{\"reference\":\"Condition/c1\"}]"),
                // nothing leads to these
                entry(
                    "include",
                    "Patient",
                    "p2",
                    reference("managingOrganization", "Organization/o2")),
                entry("include", "Organization", "o2", ""),
                entry("include", "Provenance", "v2", "\"target\":[{\"reference\":\"Patient/p1\"}]"),
                entry("include", "Provenance", "v3", "")));
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int run = 0; run < 100; run++) {
      Page page = page("ward", url, entries);
      assertThat(page.released())
          .as("seed %d", seed)
          .containsExactlyInAnyOrder(
              "Condition/c1", "Patient/p1", "Organization/o1", "Provenance/v1");
      assertThat(page.withheld()).isEqualTo(4);
      // An id that is hidden is in no URL.
      assertThat(page.json())
          .contains("\"total\":9")
          .doesNotContain("Organization/o1\",\"resource");
      Collections.shuffle(entries, random);
    }
  }

  @Test
  void onlyIterateLeadsOn() {
    String part =
        entry("include", "Observation", "o2", "\"hasMember\":[{\"reference\":\"Observation/o3\"}]");
    String last = entry("include", "Observation", "o3", "");
    String first =
        entry("match", "Observation", "o1", "\"hasMember\":[{\"reference\":\"Observation/o2\"}]");
    assertThat(released("ward", "Observation?_include=Observation:has-member", first, part, last))
        .containsExactly("Observation/o1", "Observation/o2");
    assertThat(
            released(
                "ward", "Observation?_include:iterate=Observation:has-member", last, first, part))
        .containsExactly("Observation/o1", "Observation/o2", "Observation/o3");
    String whole = entry("match", "Observation", "o3", "");
    String above =
        entry("include", "Observation", "o2", "\"hasMember\":[{\"reference\":\"Observation/o3\"}]");
    String top =
        entry("include", "Observation", "o1", "\"hasMember\":[{\"reference\":\"Observation/o2\"}]");
    assertThat(
            released("ward", "Observation?_revinclude=Observation:has-member", whole, top, above))
        .containsExactly("Observation/o3", "Observation/o2");
    assertThat(
            released(
                "ward",
                "Observation?_revinclude:iterate=Observation:has-member",
                top,
                whole,
                above))
        .containsExactly("Observation/o3", "Observation/o1", "Observation/o2");
  }

  @Test
  void whatDoesNotSayWhatItIsIsAnIncludeWhereItCanBe() {
    String url = "Condition?_include=Condition:subject";
    String match = entry("", "Condition", "c", reference("subject", "Patient/p1"));
    assertThat(
            released(
                "ward", url, match, entry("", "Patient", "p1", ""), entry("", "Patient", "p2", "")))
        .containsExactly("Condition/c", "Patient/p1");
    // Of one's own type nobody can tell: then it is judged as the stricter of the two.
    assertThat(
            released(
                "ward",
                "Observation?_include=Observation:has-member",
                entry("", "Observation", "o1", ""),
                entry("match", "Observation", "o2", "")))
        .containsExactly("Observation/o2");
  }

  @Test
  void theCompartmentHoldsForIncludes() {
    String own = entry("match", "Patient", "p1", "");
    String c1 = entry("include", "Condition", "c1", reference("subject", "Patient/p1"));
    String c2 = entry("include", "Condition", "c2", reference("subject", "Patient/p2"));
    assertThat(released("app", "Patient?_revinclude=Condition:subject", own, c2, c1))
        .containsExactly("Patient/p1", "Condition/c1");
    String match = condition("c1", "Patient/p1");
    String mine =
        entry(
            "include",
            "Observation",
            "o1",
            reference("subject", "Patient/p1") + ",\"focus\":[{\"reference\":\"Condition/c1\"}]");
    String theirs = mine.replace("Patient/p1", "Patient/p2").replace("o1", "o2");
    assertThat(released("app", "Condition?_revinclude=Observation:focus", match, theirs, mine))
        .containsExactly("Condition/c1", "Observation/o1");
  }

  @Test
  void theSegmentsHoldForIncludesAndForWhatLeadsToThem() {
    String plain = entry("include", "Observation", "o1", reference("subject", "Patient/p1"));
    String sud =
        entry(
            "include",
            "Observation",
            "o2",
            reference("subject", "Patient/p1")
                + ",\"code\":{\"coding\":[{\"system\":\"http://snomed.info/sct\",\"code\":\"7200002\"}]}");
    String match = entry("match", "Patient", "p1", "");
    for (String role : List.of("cut", "tagged")) {
      assertThat(released(role, "Patient?_revinclude=Observation:subject", match, sud, plain))
          .as(role)
          .containsExactly("Patient/p1", "Observation/o1");
    }
    // The patient of a withheld observation is an orphan.
    Page page =
        page(
            "cut",
            "Observation?_include=Observation:subject",
            List.of(sud.replace("include", "match"), patient("p1")));
    assertThat(page.released()).isEmpty();
    assertThat(page.json())
        .isEqualTo(page("cut", "Observation?_include=Observation:subject", List.of()).json());
  }

  @Test
  void aFilledPageHasTheIncludesOfItsOwnMatches() {
    String url = "Condition?_count=1&_include=Condition:subject";
    List<String> entries =
        List.of(
            patient("p2"),
            condition("c1", "Patient/p1"),
            condition("c2", "Patient/p2"),
            patient("p1"));
    PageFill first = new PageFill(1, 0, true, from -> "https://fhir.example/r4?from=" + from);
    Page page = page("ward", url, entries, first);
    assertThat(page.released()).containsExactly("Condition/c1", "Patient/p1");
    assertThat(page.json()).contains("?from=2");
    PageFill second = new PageFill(1, 2, false, from -> "https://fhir.example/r4?from=" + from);
    assertThat(page("ward", url, entries, second).released())
        .containsExactly("Condition/c2", "Patient/p2");
  }

  @Test
  void elementsThatAreAskedForAreTheSearchedTypes() {
    String url = "Condition?_elements=subject&_include=Condition:subject";
    Page page = page("ward", url, List.of(condition("c1", "Patient/p1"), patient("p1")));
    assertThat(page.released()).containsExactly("Condition/c1", "Patient/p1");
    assertThat(page.json()).contains("\"gender\":\"male\"").doesNotContain("1970");
  }

  @Test
  void whatIsHeldBackHasABound() {
    String filler = "\"address\":[{\"text\":\"" + "x".repeat(2000) + "\"}],\"gender\"";
    List<String> entries = new ArrayList<>();
    for (int i = 0; i < 5000; i++) {
      entries.add(patient("p" + i).replace("\"gender\"", filler));
    }
    for (int i = 0; i < 5000; i++) {
      entries.add(condition("c" + i, "Patient/p" + i));
    }
    Page early = page("ward", "Condition?_include=Condition:subject", entries);
    long patients = early.released().stream().filter(one -> one.startsWith("Patient/")).count();
    assertThat(patients).isBetween(1000L, 4200L);
    assertThat(early.released()).contains("Patient/p0").doesNotContain("Patient/p4999");
    assertThat(patients + early.withheld()).isEqualTo(5000);
  }

  @Test
  void whatNothingLeadsToMakesRoomForWhatIsReleased() {
    String filler = "\"address\":[{\"text\":\"" + "x".repeat(2000) + "\"}],\"gender\"";
    List<String> entries = new ArrayList<>(List.of(condition("c", "Patient/late")));
    for (int i = 0; i < 5000; i++) {
      entries.add(patient("p" + i).replace("\"gender\"", filler));
    }
    entries.add(patient("late"));
    Page page = page("ward", "Condition?_include=Condition:subject", entries);
    assertThat(page.released()).containsExactly("Condition/c", "Patient/late");
    assertThat(page.withheld()).isEqualTo(5000);
  }

  @Test
  void anIncludeComesOnce() {
    Page page =
        page(
            "ward",
            "Condition?_include=Condition:subject",
            List.of(condition("c", "Patient/p1"), patient("p1"), patient("p1")));
    assertThat(page.released()).containsExactly("Condition/c", "Patient/p1");
  }

  @Test
  void linksHaveABound() {
    List<String> entries = new ArrayList<>();
    for (int i = 0; i <= 10_000; i++) {
      entries.add(condition("c" + i, "Patient/p" + i));
    }
    entries.add(patient("p9999"));
    entries.add(patient("p10000"));
    Page page = page("ward", "Condition?_include=Condition:subject", entries);
    assertThat(page.released()).contains("Patient/p9999").doesNotContain("Patient/p10000");
  }

  @Test
  void theRecordNamesWhatWasIncluded() {
    Page page =
        page(
            "ward",
            "Condition?_revinclude=AuditEvent:entity",
            List.of(
                condition("c1", "Patient/p1"),
                entry(
                    "include",
                    "AuditEvent",
                    "a",
                    "\"entity\":[{\"what\":{\"reference\":\"Condition/c1\"}}]")));
    assertThat(page.released()).containsExactly("Condition/c1", "AuditEvent/a");
  }
}
