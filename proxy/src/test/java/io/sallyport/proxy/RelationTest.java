package io.sallyport.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.proxy.fixtures.HapiServer;
import io.sallyport.proxy.fixtures.MovingClock;
import io.sallyport.proxy.fixtures.RunningAppliance;
import io.sallyport.proxy.fixtures.ScriptedUpstream;
import io.sallyport.proxy.journal.JournalEntry;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.hl7.fhir.r4.model.CareTeam;
import org.hl7.fhir.r4.model.Observation;
import org.hl7.fhir.r4.model.Patient;
import org.hl7.fhir.r4.model.Reference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A relation against somebody else's idea of a record system, over real sockets. */
class RelationTest {
  private static final String POLICY =
      """
      policy: 1
      fhir: R4
      identity:
        role: {claim: roles}
        purpose: {claim: purpose_of_use}
        user: {claim: fhirUser}
      relations:
        care-team: {ask: "CareTeam?patient={patient}&participant={user}&status=active", cache: 60s}
      roles:
        nurse:
          purpose: [TREAT]
          when: [care-team]
          types:
            Patient: {do: [read, search], show: all}
            Observation: {do: [read, search], show: all}
      """;

  @TempDir Path dir;

  /** Moves on when a test says so: tokens are minted by the real time, so it begins there. */
  private final MovingClock clock = new MovingClock(Clock.systemUTC().instant());

  private RunningAppliance start(String upstream, String keys, String limits) throws Exception {
    return new RunningAppliance(dir, upstream, keys, limits, POLICY, clock);
  }

  private static String token(RunningAppliance appliance) {
    return appliance
        .files()
        .token(Map.of("roles", "nurse", "purpose_of_use", "TREAT", "fhirUser", "Practitioner/n1"));
  }

  private static HttpResponse<String> get(RunningAppliance appliance, HttpClient http, String path)
      throws Exception {
    return http.send(request(appliance, path), HttpResponse.BodyHandlers.ofString());
  }

  private static HttpRequest request(RunningAppliance appliance, String path) {
    return HttpRequest.newBuilder(URI.create(appliance.files().base() + path))
        .header("Authorization", "Bearer " + token(appliance))
        .timeout(Duration.ofSeconds(60))
        .build();
  }

  private static HttpClient http(RunningAppliance appliance) throws Exception {
    return HttpClient.newBuilder()
        .version(HttpClient.Version.HTTP_1_1)
        .sslContext(appliance.files().trusting())
        .build();
  }

  private static void patient(HapiServer ehr, String id, boolean ours) {
    Patient patient = new Patient();
    patient.setId(id);
    patient.addName().setFamily("Of-" + id);
    ehr.store(patient);
    Observation observation = new Observation();
    observation.setId("o-" + id);
    observation.setSubject(new Reference("Patient/" + id));
    observation.getCode().addCoding().setCode("relation-test");
    ehr.store(observation);
    CareTeam team = new CareTeam();
    team.setId("t-" + id);
    team.setStatus(CareTeam.CareTeamStatus.ACTIVE);
    team.setSubject(new Reference("Patient/" + id));
    team.addParticipant().setMember(new Reference("Practitioner/" + (ours ? "n1" : "n2")));
    ehr.store(team);
  }

  @Test
  void theTeamsPatientsAreReadAndFoundAndNoOthers() throws Exception {
    try (HapiServer ehr = new HapiServer();
        RunningAppliance appliance = start(ehr.base(), "", "")) {
      patient(ehr, "ours", true);
      patient(ehr, "theirs", false);
      HttpClient http = http(appliance);

      assertThat(get(appliance, http, "/Patient/ours").body()).contains("Of-ours");
      HttpResponse<String> theirs = get(appliance, http, "/Patient/theirs");
      HttpResponse<String> nobodys = get(appliance, http, "/Patient/nobody");
      assertThat(theirs.statusCode()).isEqualTo(404);
      assertThat(nobodys.statusCode()).isEqualTo(404);
      assertThat(theirs.body().replaceAll("Request [a-z0-9]+", "ID"))
          .isEqualTo(nobodys.body().replaceAll("Request [a-z0-9]+", "ID"));
      assertThat(ehr.careTeamSearches()).isEqualTo(3);

      assertThat(get(appliance, http, "/Observation/o-ours").statusCode()).isEqualTo(200);
      assertThat(get(appliance, http, "/Observation/o-theirs").statusCode()).isEqualTo(404);
      assertThat(get(appliance, http, "/Observation?code=relation-test").body())
          .contains("o-ours", "\"total\":1")
          .doesNotContain("theirs");
      assertThat(ehr.careTeamSearches()).isEqualTo(3); // remembered

      clock.move(Duration.ofSeconds(61));
      assertThat(get(appliance, http, "/Patient/ours").statusCode()).isEqualTo(200);
      assertThat(ehr.careTeamSearches()).isEqualTo(4);

      List<JournalEntry> all = appliance.all();
      List<JournalEntry.Lookup> lookups =
          all.stream()
              .filter(JournalEntry.Lookup.class::isInstance)
              .map(JournalEntry.Lookup.class::cast)
              .toList();
      assertThat(lookups)
          .extracting(JournalEntry.Lookup::patient)
          .containsExactly("ours", "theirs", "nobody", "ours");
      assertThat(all.get(all.indexOf(lookups.get(0)) - 1)).isInstanceOf(JournalEntry.Intent.class);
      assertThat(appliance.unfinished()).isEmpty();
    }
  }

  @Test
  void aServerThatIgnoresWhatItIsAskedOpensNothing() throws Exception {
    try (HapiServer ehr = new HapiServer();
        RunningAppliance appliance = start(ehr.base(), "", "")) {
      ehr.ignoreParameters(true);
      patient(ehr, "ours", true);
      patient(ehr, "theirs", false);
      HttpClient http = http(appliance);
      assertThat(get(appliance, http, "/Patient/theirs").statusCode()).isEqualTo(404);
      assertThat(get(appliance, http, "/Patient/ours").statusCode()).isEqualTo(200);
    }
  }

  /**
   * One connection to the record system is enough: a page is read to its end before it is asked.
   */
  @Test
  void fiftyPatientsOnAPageAreAskedForOverTheOneConnectionThereIs() throws Exception {
    try (HapiServer ehr = new HapiServer();
        RunningAppliance appliance = start(ehr.base(), ", connections: 1", "")) {
      for (int i = 0; i < 50; i++) {
        patient(ehr, "p" + i, i % 2 == 0);
      }
      HttpResponse<String> found =
          get(appliance, http(appliance), "/Observation?code=relation-test&_count=50");
      assertThat(found.statusCode()).isEqualTo(200);
      for (int i = 0; i < 50; i++) {
        String id = "\"o-p" + i + "\"";
        if (i % 2 == 0) {
          assertThat(found.body()).contains(id);
        } else {
          assertThat(found.body()).doesNotContain(id);
        }
      }
      assertThat(found.body()).contains("\"total\":25");
      assertThat(ehr.careTeamSearches()).isEqualTo(50);
    }
  }

  @Test
  void manyCallersAtOnceCostOneLookup() throws Exception {
    try (HapiServer ehr = new HapiServer();
        RunningAppliance appliance = start(ehr.base(), "", "")) {
      patient(ehr, "ours", true);
      HttpClient http = http(appliance);
      List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        answers.add(
            http.sendAsync(
                request(appliance, "/Observation/o-ours"), HttpResponse.BodyHandlers.ofString()));
      }
      for (CompletableFuture<HttpResponse<String>> answer : answers) {
        assertThat(answer.join().statusCode()).isEqualTo(200);
      }
      assertThat(ehr.careTeamSearches()).isEqualTo(1);
    }
  }

  /** Neither the lookup nor its connection is waited for beyond its time, whatever else is well. */
  @Test
  void aLookupThatHangsEndsTheExchangeAndItsConnection() throws Exception {
    String patient = "{\"resourceType\":\"Patient\",\"id\":\"p1\"}";
    try (ScriptedUpstream ehr =
            new ScriptedUpstream(
                call -> {
                  if (call.head().startsWith("GET /fhir/CareTeam?")) {
                    call.awaitEnd();
                  } else {
                    call.answer(patient);
                  }
                });
        RunningAppliance appliance = start(ehr.base(), "", "\nlimits: {relation-time: 300ms}\n")) {
      HttpClient http = http(appliance);
      assertThat(get(appliance, http, "/Patient/p1").statusCode()).isEqualTo(504);
      assertThat(get(appliance, http, "/Patient/p1").statusCode()).isEqualTo(504);
      assertThat(appliance.unfinished()).isEmpty();
    }
  }

  /** A page over what is read ahead keeps its connection: lookups need others, and are bounded. */
  @Test
  void aPageLargerThanWhatIsReadAheadIsAskedForAsItComes() throws Exception {
    StringBuilder page = new StringBuilder("{\"resourceType\":\"Bundle\",\"type\":\"searchset\"");
    int entries = 300;
    for (int i = 0; i < entries; i++) {
      page.append(i == 0 ? ",\"entry\":[" : ",")
          .append(
              "{\"resource\":{\"resourceType\":\"Observation\",\"id\":\"o%d\",\"status\":\"final\",\"subject\":{\"reference\":\"Patient/p%d\"},\"note\":[{\"text\":\"%s\"}]}}"
                  .formatted(i, i % 7, "x".repeat(4000)));
    }
    page.append("]}");
    String team =
        "{\"resourceType\":\"Bundle\",\"type\":\"searchset\",\"entry\":[{\"resource\":{\"resourceType\":\"CareTeam\","
            + "\"status\":\"active\",\"subject\":{\"reference\":\"Patient/%s\"},"
            + "\"participant\":[{\"member\":{\"reference\":\"Practitioner/n1\"}}]}}]}";
    try (ScriptedUpstream ehr =
            new ScriptedUpstream(
                call -> {
                  String head = call.head();
                  int at = head.indexOf("?patient=Patient/");
                  call.answer(
                      at < 0
                          ? page.toString()
                          : team.formatted(head.substring(at + 17, head.indexOf('&', at))));
                });
        RunningAppliance appliance = start(ehr.base(), "", "")) {
      HttpResponse<String> found =
          get(appliance, http(appliance), "/Observation?code=x&_count=1000");
      assertThat(found.statusCode()).isEqualTo(200);
      assertThat(found.body()).contains("\"o0\"", "\"o299\"", "\"total\":300");
      assertThat(ehr.calls().stream().filter(c -> c.head().contains("CareTeam"))).hasSize(7);
    }
  }
}
