package io.sallyport.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ca.uhn.fhir.rest.api.SummaryEnum;
import ca.uhn.fhir.rest.client.api.IGenericClient;
import ca.uhn.fhir.rest.client.api.IRestfulClientFactory;
import ca.uhn.fhir.rest.client.api.ServerValidationModeEnum;
import ca.uhn.fhir.rest.client.interceptor.BearerTokenAuthInterceptor;
import ca.uhn.fhir.rest.server.exceptions.BaseServerResponseException;
import ca.uhn.fhir.rest.server.exceptions.ForbiddenOperationException;
import io.sallyport.policy.Problem;
import io.sallyport.proxy.config.Config;
import io.sallyport.proxy.config.ConfigReader;
import io.sallyport.proxy.fixtures.ApplianceFiles;
import io.sallyport.proxy.fixtures.HapiServer;
import io.sallyport.proxy.journal.JournalEntry;
import io.sallyport.proxy.journal.JournalReader;
import io.sallyport.proxy.journal.JournalVerifier;
import io.sallyport.proxy.kms.Kms;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.http.impl.client.HttpClients;
import org.hl7.fhir.r4.model.Bundle;
import org.hl7.fhir.r4.model.Observation;
import org.hl7.fhir.r4.model.Patient;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The real appliance, with real sockets, TLS and disk, between HAPI's client and HAPI's server. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EndToEndTest {
  private Path dir;
  private HapiServer ehr;
  private ApplianceFiles files;
  private Appliance appliance;

  @BeforeAll
  void start(@TempDir Path temporary) throws Exception {
    dir = temporary;
    ehr = new HapiServer();
    files = new ApplianceFiles(dir, ehr.base());
    List<Problem> problems = new ArrayList<>();
    Config config = ConfigReader.read(files.config(), problems::add);
    assertThat(problems).isEmpty();
    appliance = Appliance.start(config, Map.of(), Clock.systemUTC(), problems::add);
    assertThat(problems).noneMatch(Problem::isError);
  }

  @AfterAll
  void stop() throws Exception {
    appliance.close();
    JournalVerifier.Result result =
        new JournalVerifier(files.journal(), appliance.journalPublicKey()).verify();
    assertThat(result.okSealed()).as(result.summary()).isTrue();
    assertThat(result.unfinished()).isEmpty();
    files.close();
    ehr.close();
  }

  @Test
  void hapisClientReadsWhatItsRoleMaySee() throws Exception {
    Patient stored = ehr.patients().get(0);

    Patient seen = client().read().resource(Patient.class).withId(stored.getIdPart()).execute();

    assertThat(stored.getBirthDate()).isNotNull();
    assertThat(seen.getBirthDate()).isNull();
    assertThat(seen.getTelecom()).isEmpty();
    assertThat(seen.hasText()).isFalse();
    assertThat(seen.getNameFirstRep().getFamily()).isEqualTo(stored.getNameFirstRep().getFamily());
    assertThat(seen.getGender()).isEqualTo(stored.getGender());
    assertThat(
            seen.getMeta()
                .getSecurity(
                    "http://terminology.hl7.org/CodeSystem/v3-ObservationValue", "REDACTED"))
        .isNotNull();
  }

  @Test
  void hapisClientSearchesAndPagesToTheEnd() throws Exception {
    String patient = ehr.patients().get(0).getIdPart();
    long stored =
        ehr.observations().stream()
            .filter(o -> o.getSubject().getReference().equals("Patient/" + patient))
            .count();
    IGenericClient client = client();

    Bundle page =
        client
            .search()
            .forResource(Observation.class)
            .where(Observation.PATIENT.hasId(patient))
            .count(3)
            .returnBundle(Bundle.class)
            .execute();
    List<String> ids = new ArrayList<>();
    while (true) {
      page.getEntry().forEach(e -> ids.add(e.getResource().getIdElement().getIdPart()));
      page.getEntry()
          .forEach(e -> assertThat(e.getFullUrl()).startsWith(files.base() + "/Observation/"));
      if (page.getLink(Bundle.LINK_NEXT) == null) {
        break;
      }
      assertThat(page.getLink(Bundle.LINK_NEXT).getUrl()).startsWith(files.base() + "?_page=");
      page = client.loadPage().next(page).execute();
    }

    assertThat(stored).isGreaterThan(6);
    assertThat(ids).hasSize((int) stored).doesNotHaveDuplicates();
  }

  @Test
  void hapisClientAsksForAPartAndForANumber() throws Exception {
    String patient = ehr.patients().get(0).getIdPart();
    var search =
        client().search().forResource(Observation.class).where(Observation.PATIENT.hasId(patient));

    Bundle part = search.elementsSubset("issued").count(3).returnBundle(Bundle.class).execute();
    Observation one = (Observation) part.getEntryFirstRep().getResource();
    assertThat(one.hasIssued() && one.hasStatus() && one.hasCode()).isTrue();
    assertThat(one.hasSubject() || one.hasEffective() || one.hasCategory()).isFalse();
    assertThat(one.getMeta().getTag()).anyMatch(tag -> tag.getCode().equals("SUBSETTED"));

    Bundle number =
        client()
            .search()
            .forResource(Observation.class)
            .where(Observation.PATIENT.hasId(patient))
            .summaryMode(SummaryEnum.COUNT)
            .returnBundle(Bundle.class)
            .execute();
    assertThat(number.getTotal()).isGreaterThan(6);
    assertThat(number.getEntry()).isEmpty();
  }

  @Test
  void hapisClientSearchesInACompartment() throws Exception {
    String patient = ehr.patients().get(0).getIdPart();
    Bundle plain =
        client()
            .search()
            .byUrl("Observation?patient=Patient/" + patient + "&_count=5")
            .returnBundle(Bundle.class)
            .execute();
    HttpResponse<String> form = get("/Patient/" + patient + "/Observation?_count=5", files.token());

    assertThat(form.statusCode()).isEqualTo(200);
    Bundle found = HapiServer.context().newJsonParser().parseResource(Bundle.class, form.body());
    assertThat(found.getEntry()).hasSize(5);
    assertThat(ids(found)).isEqualTo(ids(plain));
    assertThat(get("/Patient/" + patient + "/*", files.token()).statusCode()).isEqualTo(405);
  }

  private static List<String> ids(Bundle bundle) {
    return bundle.getEntry().stream()
        .map(e -> e.getResource().getIdElement().toUnqualifiedVersionless().getValue())
        .toList();
  }

  @Test
  void hapisClientReadsAHistory() throws Exception {
    Patient patient = new Patient();
    patient.setId("with-versions");
    patient.setActive(false);
    ehr.store(patient.copy());
    patient.setActive(true);
    ehr.store(patient.copy());
    IGenericClient doctor =
        client(files.token(Map.of("roles", "doctor", "purpose_of_use", "TREAT")));

    Bundle versions =
        doctor.history().onInstance("Patient/with-versions").returnBundle(Bundle.class).execute();

    assertThat(versions.getType()).isEqualTo(Bundle.BundleType.HISTORY);
    assertThat(versions.getEntry()).hasSize(2);
    assertThat(versions.getEntry())
        .allSatisfy(e -> assertThat(e.getRequest().getUrl()).startsWith("Patient"));
    assertThat(versions.getEntry().stream().map(e -> ((Patient) e.getResource()).getActive()))
        .containsExactlyInAnyOrder(true, false);
    assertThatThrownBy(
            () ->
                client()
                    .history()
                    .onInstance("Patient/with-versions")
                    .returnBundle(Bundle.class)
                    .execute())
        .isInstanceOf(ForbiddenOperationException.class);
  }

  @Test
  void hapisClientAsksForEverythingOfAPatient() throws Exception {
    String patient = ehr.patients().get(0).getIdPart();
    long stored =
        ehr.observations().stream()
            .filter(o -> o.getSubject().getReference().equals("Patient/" + patient))
            .count();
    String token = files.token(Map.of("roles", "doctor", "purpose_of_use", "TREAT"));
    List<String> ids = new ArrayList<>();
    HttpResponse<String> page = get("/Patient/" + patient + "/$everything?_count=20", token);
    while (true) {
      assertThat(page.statusCode()).as(page.body()).isEqualTo(200);
      Bundle some = HapiServer.context().newJsonParser().parseResource(Bundle.class, page.body());
      ids.addAll(ids(some));
      if (some.getLink(Bundle.LINK_NEXT) == null) {
        break;
      }
      page = get(some.getLink(Bundle.LINK_NEXT).getUrl().substring(files.base().length()), token);
    }
    assertThat(ids).hasSize((int) stored + 1).doesNotHaveDuplicates();
    assertThat(ids.get(0)).isEqualTo("Patient/" + patient);
  }

  @Test
  void hapisClientSendsABatchOfReads() throws Exception {
    String patient = ehr.patients().get(0).getIdPart();
    Bundle batch = new Bundle();
    batch.setType(Bundle.BundleType.BATCH);
    for (String url :
        List.of(
            "Patient/" + patient,
            "Patient/no-such-patient",
            "Patient?birthdate=1970-01-01",
            "Observation?patient=Patient/" + patient)) {
      batch.addEntry().getRequest().setMethod(Bundle.HTTPVerb.GET).setUrl(url);
    }
    batch
        .addEntry()
        .setResource(new Patient())
        .getRequest()
        .setMethod(Bundle.HTTPVerb.POST)
        .setUrl("Patient");
    int before = ehr.patients().size();

    Bundle answer = client().transaction().withBundle(batch).execute();

    assertThat(answer.getType()).isEqualTo(Bundle.BundleType.BATCHRESPONSE);
    assertThat(answer.getEntry().stream().map(e -> e.getResponse().getStatus()))
        .containsExactly("200", "404", "403", "200", "405");
    Patient seen = (Patient) answer.getEntry().get(0).getResource();
    assertThat(seen.getIdPart()).isEqualTo(patient);
    assertThat(seen.hasBirthDate()).isFalse();
    assertThat(((Bundle) answer.getEntry().get(3).getResource()).getEntry()).isNotEmpty();
    assertThat(ehr.patients()).hasSize(before);
  }

  @Test
  void aHiddenElementCannotBeSearched() {
    assertThatThrownBy(
            () ->
                client()
                    .search()
                    .forResource(Patient.class)
                    .where(Patient.BIRTHDATE.exactly().day("1970-01-01"))
                    .returnBundle(Bundle.class)
                    .execute())
        .isInstanceOf(ForbiddenOperationException.class);
  }

  @Test
  void writesAreRefusedAndNothingIsChanged() {
    Patient patient = new Patient();
    patient.setId(ehr.patients().get(0).getIdPart());
    int before = ehr.patients().size();

    assertThatThrownBy(() -> client().update().resource(patient).execute())
        .isInstanceOf(BaseServerResponseException.class)
        .hasMessageContaining("405");
    assertThat(ehr.patients()).hasSize(before);
  }

  @Test
  @Tag("D")
  void theInternalHostNeverShows() throws Exception {
    String internal = URI.create(ehr.base()).getAuthority();
    String patient = ehr.patients().get(0).getIdPart();
    for (String path :
        List.of(
            "/Patient/" + patient,
            "/Patient?gender=male",
            "/Observation?patient=" + patient,
            "/Patient/no-such-patient",
            "/metadata")) {
      HttpResponse<String> response = get(path, files.token());
      assertThat(response.body()).as(path).doesNotContain(internal);
      assertThat(response.headers().map().toString()).as(path).doesNotContain(internal);
    }
  }

  @Test
  void theAnswersIdIsTheRecords() throws Exception {
    HttpResponse<String> response = get("/Patient/no-such-patient", files.token());

    String id = response.headers().firstValue("X-Request-Id").orElseThrow();
    assertThat(response.statusCode()).isEqualTo(404);
    assertThat(response.body()).contains("Request " + id);
    List<JournalEntry> records = new ArrayList<>();
    Kms kms = Kms.open("pkcs12:" + files.keys(), dir, "test".toCharArray());
    new JournalReader(files.journal(), kms)
        .forEach(
            JournalReader.Filter.ALL,
            entry -> {
              if (entry.entry() instanceof JournalEntry.Intent intent
                  && intent.exchange().equals(id)) {
                records.add(intent);
              }
              if (entry.entry() instanceof JournalEntry.Refused refused
                  && refused.exchange().equals(id)) {
                records.add(refused);
              }
            });
    assertThat(records).hasSize(2);
    assertThat(((JournalEntry.Refused) records.get(1)).reason()).isEqualTo("NOT_FOUND");
  }

  @Test
  void noTokenIsA401() throws Exception {
    HttpResponse<String> response = get("/Patient/x", null);

    assertThat(response.statusCode()).isEqualTo(401);
    assertThat(response.headers().firstValue("WWW-Authenticate")).contains("Bearer");
    assertThat(response.body()).contains("OperationOutcome", "NO_CREDENTIALS");
  }

  private HttpResponse<String> get(String path, String token) throws Exception {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(files.base() + path));
    if (token != null) {
      request.header("Authorization", "Bearer " + token);
    }
    return HttpClient.newBuilder()
        .sslContext(files.trusting())
        .build()
        .send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private IGenericClient client() throws Exception {
    return client(files.token());
  }

  private IGenericClient client(String token) throws Exception {
    IRestfulClientFactory factory = HapiServer.context().getRestfulClientFactory();
    factory.setServerValidationMode(ServerValidationModeEnum.NEVER);
    factory.setHttpClient(HttpClients.custom().setSSLContext(files.trusting()).build());
    IGenericClient client = factory.newGenericClient(files.base());
    client.registerInterceptor(new BearerTokenAuthInterceptor(token));
    return client;
  }
}
