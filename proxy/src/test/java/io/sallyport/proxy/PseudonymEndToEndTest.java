package io.sallyport.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sallyport.policy.PolicySet;
import io.sallyport.policy.redact.Pseudonyms;
import io.sallyport.proxy.config.PolicyKeys;
import io.sallyport.proxy.fixtures.HapiServer;
import io.sallyport.proxy.fixtures.RunningAppliance;
import io.sallyport.proxy.journal.JournalEntry;
import io.sallyport.proxy.kms.NamedKey;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.hl7.fhir.r4.model.Observation;
import org.hl7.fhir.r4.model.Patient;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * A researcher who knows pseudonyms only, before the real appliance and HAPI's server: what it is
 * shown it can ask by, and no answer ever names an id.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PseudonymEndToEndTest {
  private static final String SECRET = "0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a6978";

  private static final String POLICY =
      """
      policy: 1
      fhir: R4
      identity:
        role: {claim: roles}
        purpose: {claim: purpose_of_use}
        patient: {claim: patient}
      roles:
        researcher:
          purpose: [HRESCH]
          pseudonym: {key: irb-117}
          change: {dateTime: {shift: {days: 200, key: irb-117}}, date: {shift: {days: 200, key: irb-117}}}
          types:
            Patient: {do: [read, search], show: [active, deceased, link, gender, birthDate]}
            Observation: {do: [read, search], show: [status, code.coding, subject, encounter, effective], include: [Observation:subject]}
        own:
          purpose: [PATRQT]
          pseudonym: {key: irb-117}
          compartment: {Patient: token.patient}
          types:
            Patient: {do: [read, search], show: [active, deceased, link, gender]}
            Observation: {do: [read, search], show: [status, code.coding, subject]}
      """;

  private static final ObjectMapper JSON = new ObjectMapper();

  private HapiServer ehr;
  private RunningAppliance appliance;
  private Pseudonyms pseudonyms;
  private String token;
  private final Set<String> ids = new HashSet<>();
  private final List<String> seen = new ArrayList<>();

  @BeforeAll
  void start(@TempDir Path dir) throws Exception {
    ehr = new HapiServer();
    Files.writeString(dir.resolve("irb"), SECRET + "\n");
    appliance =
        new RunningAppliance(
            dir, ehr.base(), "", "keys: {irb-117: \"file:irb\"}", POLICY, Clock.systemUTC());
    token = token(Map.of("roles", "researcher", "purpose_of_use", "HRESCH"));
    pseudonyms =
        PolicySet.read(
                "p",
                POLICY,
                name -> null,
                name -> PolicyKeys.of(NamedKey.of(SECRET.toCharArray())),
                problem -> {})
            .view("researcher")
            .pseudonyms();
    ehr.patients().forEach(patient -> ids.add(patient.getIdPart()));
    for (Observation observation : ehr.observations()) {
      ids.add(observation.getIdPart());
      ids.add(observation.getEncounter().getReference().replaceAll(".*[/:]", ""));
    }
    ids.remove("");
    assertThat(ids).hasSizeGreaterThan(20).allMatch(id -> id.length() > 8);
  }

  /** No answer of any test named an id, in whatever way. */
  @AfterAll
  void stop() {
    assertThat(seen).hasSizeGreaterThan(20);
    for (String answer : seen) {
      assertThat(ids).noneMatch(answer::contains);
      assertThat(answer).doesNotContain(ehr.base());
    }
    appliance.close();
    ehr.close();
  }

  private String token(Map<String, Object> claims) {
    return appliance.files().token(claims);
  }

  private HttpResponse<String> get(String path) throws Exception {
    return get(path, token);
  }

  private HttpResponse<String> get(String path, String as) throws Exception {
    String url = path.startsWith("https:") ? path : appliance.files().base() + path;
    HttpResponse<String> response =
        HttpClient.newBuilder()
            .sslContext(appliance.files().trusting())
            .build()
            .send(
                HttpRequest.newBuilder(URI.create(url))
                    .header("Authorization", "Bearer " + as)
                    .build(),
                HttpResponse.BodyHandlers.ofString());
    seen.add(response.headers().map() + "\n" + response.body());
    return response;
  }

  private JsonNode json(String path) throws Exception {
    HttpResponse<String> response = get(path);
    assertThat(response.statusCode()).as(path + ": " + response.body()).isEqualTo(200);
    return JSON.readTree(response.body());
  }

  private static List<String> found(JsonNode bundle) {
    List<String> found = new ArrayList<>();
    bundle.path("entry").forEach(entry -> found.add(entry.at("/resource/id").asText()));
    return found;
  }

  private static String link(JsonNode bundle, String relation) {
    for (JsonNode link : bundle.path("link")) {
      if (link.path("relation").asText().equals(relation)) {
        return link.path("url").asText();
      }
    }
    return null;
  }

  private Patient stored() {
    return ehr.patients().get(0);
  }

  private Set<String> theirs(String type, String patient) {
    Set<String> theirs = new TreeSet<>();
    for (Observation observation : ehr.observations()) {
      if (observation.getSubject().getReference().equals("Patient/" + patient)) {
        theirs.add(pseudonyms.of(type, observation.getIdPart()));
      }
    }
    return theirs;
  }

  @Test
  void whatASearchShowsIsFoundByItAgainOnEveryWay() throws Exception {
    JsonNode page = json("/Observation?_count=3");
    assertThat(found(page)).hasSize(3);
    String observation = found(page).get(0);
    assertThat(page.at("/entry/0/fullUrl").asText())
        .isEqualTo(appliance.files().base() + "/Observation/" + observation);
    String subject = page.at("/entry/0/resource/subject/reference").asText();
    assertThat(subject).matches("Patient/[A-Za-z0-9\\-.]{64}");

    JsonNode read = json("/Observation/" + observation);
    assertThat(read).isEqualTo(page.at("/entry/0/resource"));
    assertThat(json("/" + subject).path("id").asText())
        .isEqualTo(subject.substring("Patient/".length()));
    String patient = subject.substring("Patient/".length());
    assertThat(found(json("/Patient?_id=" + patient))).containsExactly(patient);

    JsonNode second = json(link(page, "next"));
    assertThat(found(second)).hasSize(3).doesNotContainAnyElementsOf(found(page));
    assertThat(json("/Observation/" + found(second).get(2)))
        .isEqualTo(second.at("/entry/2/resource"));
  }

  @Test
  void aPatientsRecordsAreFoundByItsPseudonymToTheLastPage() throws Exception {
    String id = stored().getIdPart();
    String patient = pseudonyms.of("Patient", id);
    for (String search :
        List.of(
            "subject=Patient/" + patient,
            "subject=" + patient,
            "patient=" + patient,
            "patient=" + appliance.files().base() + "/Patient/" + patient)) {
      JsonNode page = json("/Observation?" + search + "&_count=4");
      assertThat(link(page, "self")).contains(patient);
      Set<String> all = new TreeSet<>(found(page));
      while (link(page, "next") != null) {
        page = json(link(page, "next"));
        all.addAll(found(page));
      }
      assertThat(all).as(search).isEqualTo(theirs("Observation", id)).hasSizeGreaterThan(6);
    }
  }

  @Test
  void anIncludedPatientIsTheOneThatTheMatchNames() throws Exception {
    JsonNode page =
        json(
            "/Observation?patient="
                + pseudonyms.of("Patient", stored().getIdPart())
                + "&_count=3&_include=Observation:subject");
    assertThat(page.toString())
        .contains("Patient/" + pseudonyms.of("Patient", stored().getIdPart()));
  }

  @Test
  void whatIsNoPseudonymLooksAsWhatIsNotThere() throws Exception {
    String unknown = pseudonyms.of("Patient", "nobody-of-this-name");
    HttpResponse<String> absent = get("/Patient/" + unknown);
    assertThat(absent.statusCode()).isEqualTo(404);
    int asked = ehr.requests();
    for (String other :
        List.of(
            stored().getIdPart(), pseudonyms.of("Observation", stored().getIdPart()), "nobody")) {
      HttpResponse<String> none = get("/Patient/" + other);
      assertThat(none.statusCode()).isEqualTo(404);
      assertThat(same(none, other)).isEqualTo(same(absent, unknown));
    }
    assertThat(ehr.requests()).as("the record system is not asked").isEqualTo(asked);
  }

  @Test
  void aSearchForWhatIsNoPseudonymLooksAsOneThatMatchesNothing() throws Exception {
    String unknown = pseudonyms.of("Patient", "nobody-of-this-name");
    for (String form : List.of("/Patient?_id=%s", "/Observation?subject=Patient/%s&_count=5")) {
      HttpResponse<String> empty = get(form.formatted(unknown));
      assertThat(empty.statusCode()).isEqualTo(200);
      int asked = ehr.requests();
      String mixed = unknown.substring(1) + unknown.charAt(0);
      HttpResponse<String> none = get(form.formatted(mixed));
      assertThat(same(none, mixed)).isEqualTo(same(empty, unknown)).contains("\"total\":0");
      assertThat(ehr.requests()).as("the record system is not asked").isEqualTo(asked);
    }
  }

  /** All that a caller sees, less the id that it asked by and what differs each time. */
  private static String same(HttpResponse<String> response, String id) {
    String request = response.headers().firstValue("X-Request-Id").orElseThrow();
    Map<String, List<String>> headers = new HashMap<>(response.headers().map());
    headers.keySet().removeIf(name -> name.equalsIgnoreCase("date"));
    return (response.statusCode() + " " + new java.util.TreeMap<>(headers) + response.body())
        .replace(request, "[request]")
        .replace(id, "[id]")
        .replaceAll("content-length=\\[[0-9]+]", "");
  }

  @Test
  void aPatientsDatesMoveTogether() throws Exception {
    String id = stored().getIdPart();
    JsonNode patient = json("/Patient/" + pseudonyms.of("Patient", id));
    LocalDate born = LocalDate.parse(patient.path("birthDate").asText());
    LocalDate real = LocalDate.parse(stored().getBirthDateElement().getValueAsString());
    long days = ChronoUnit.DAYS.between(real, born);
    assertThat(Math.abs(days)).isBetween(1L, 200L);
    int moved = 0;
    for (Observation observation : ehr.observations()) {
      if (observation.getSubject().getReference().equals("Patient/" + id)) {
        String was = observation.getEffectiveDateTimeType().getValueAsString();
        String is =
            json("/Observation/" + pseudonyms.of("Observation", observation.getIdPart()))
                .path("effectiveDateTime")
                .asText();
        assertThat(is)
            .isEqualTo(LocalDate.parse(was.substring(0, 10)).plusDays(days) + was.substring(10));
        moved++;
      }
    }
    assertThat(moved).isGreaterThan(6);
  }

  @Test
  void anIdIsRefusedAsASearchKeyAndNotSortedBy() throws Exception {
    assertThat(get("/Patient?_sort=_id").statusCode()).isEqualTo(403);
    assertThat(get("/Observation?_sort=subject").statusCode()).isEqualTo(403);
    assertThat(get("/Observation?subject:missing=true").statusCode()).isEqualTo(403);
  }

  @Test
  void aPatientsOwnSearchIsNarrowedAndNamesThePseudonym() throws Exception {
    String id = stored().getIdPart();
    String own = token(Map.of("roles", "own", "purpose_of_use", "PATRQT", "patient", id));
    HttpResponse<String> response = get("/Observation?_count=4", own);
    assertThat(response.statusCode()).isEqualTo(200);
    JsonNode page = JSON.readTree(response.body());
    assertThat(link(page, "self")).contains(pseudonyms.of("Patient", id));
    assertThat(theirs("Observation", id)).containsAll(found(page));
    HttpResponse<String> next = get(link(page, "next"), own);
    assertThat(next.statusCode()).isEqualTo(200);
    assertThat(theirs("Observation", id)).containsAll(found(JSON.readTree(next.body())));
  }

  @Test
  void theJournalHoldsTheIdsThemselves() throws Exception {
    String id = stored().getIdPart();
    String pseudonym = pseudonyms.of("Patient", id);
    String request =
        get("/Patient/" + pseudonym).headers().firstValue("X-Request-Id").orElseThrow();
    List<JournalEntry> records =
        appliance.entries().stream().filter(entry -> entry.toString().contains(request)).toList();
    assertThat(records)
        .anySatisfy(
            entry ->
                assertThat(entry)
                    .isInstanceOfSatisfying(
                        JournalEntry.Intent.class,
                        intent -> assertThat(intent.target()).isEqualTo("Patient/" + id)))
        .anySatisfy(
            entry ->
                assertThat(entry)
                    .isInstanceOfSatisfying(
                        JournalEntry.Outcome.class,
                        outcome ->
                            assertThat(outcome.resources())
                                .singleElement()
                                .satisfies(one -> assertThat(one.id()).isEqualTo(id))));
  }
}
