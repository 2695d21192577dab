package io.sallyport.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jose.util.JSONObjectUtils;
import io.prometheus.client.CollectorRegistry;
import io.sallyport.policy.Problem;
import io.sallyport.policy.Reason;
import io.sallyport.policy.Refusal;
import io.sallyport.proxy.authn.BearerAuthenticator;
import io.sallyport.proxy.authn.Identity;
import io.sallyport.proxy.authn.IssuerProfile;
import io.sallyport.proxy.authn.IssuerSettings;
import io.sallyport.proxy.config.Config;
import io.sallyport.proxy.config.ConfigReader;
import io.sallyport.proxy.fixtures.ApplianceFiles;
import io.sallyport.proxy.fixtures.HapiServer;
import io.sallyport.proxy.fixtures.KeycloakRealms;
import io.sallyport.proxy.fixtures.KeycloakServer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.hl7.fhir.r4.model.Patient;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tokens of a real Keycloak, shown to the real appliance with the policy sample that is written for
 * one. What the appliance does not tell a caller, why a token is refused, its authenticator tells.
 */
@Tag("real")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class KeycloakTokenTest {
  private static final String AUDIENCE = "https://fhir.hospital.example";
  private static final Path POLICY =
      Path.of(
          System.getProperty("sallyport.root", ".."),
          "config-samples",
          "policies",
          "hospital.yaml");

  private final ExecutorService executor = Executors.newSingleThreadExecutor();
  private KeycloakServer keycloak;
  private KeycloakRealms realms;
  private HapiServer ehr;
  private ApplianceFiles files;
  private Appliance appliance;
  private Patient stored;

  @BeforeAll
  void start(@TempDir Path dir) throws Exception {
    keycloak = KeycloakServer.start(Files.createDirectory(dir.resolve("idp")));
    realms = keycloak.realms();
    ehr = new HapiServer();
    stored = ehr.patients().get(0);
    files = new ApplianceFiles(dir, ehr.base());
    files.replace(
        realms.issuer("hospital"),
        AUDIENCE,
        "keycloak",
        POLICY,
        // Keycloak's users are in no care team of this record system.
        text ->
            text.substring(0, text.indexOf("\nbreak-glass:"))
                .replace("    when: [care-team]\n", ""));
    List<Problem> problems = new ArrayList<>();
    Config config = ConfigReader.read(files.config(), problems::add);
    assertThat(problems).isEmpty();
    appliance = Appliance.start(config, Map.of(), Clock.systemUTC(), problems::add);
    assertThat(problems).noneMatch(Problem::isError);
  }

  @AfterAll
  void stop() {
    executor.shutdownNow();
    for (AutoCloseable one : new AutoCloseable[] {appliance, files, ehr, keycloak}) {
      try {
        if (one != null) {
          one.close();
        }
      } catch (Exception failure) {
        throw new IllegalStateException(failure);
      }
    }
  }

  @Test
  void aPhysicianSeesEverything() throws Exception {
    Patient seen = seen(realms.token("smart-app", "physician"));

    assertThat(stored.getIdentifier()).isNotEmpty();
    assertThat(stored.getMaritalStatus().getCoding()).isNotEmpty();
    assertThat(stored.hasBirthDate()).isTrue();
    assertThat(seen.getIdentifier()).hasSameSizeAs(stored.getIdentifier());
    assertThat(seen.getMaritalStatus().getCoding()).isNotEmpty();
    assertThat(seen.getBirthDate()).isEqualTo(stored.getBirthDate());
  }

  @Test
  void otherRolesSeeLess() throws Exception {
    Patient nurse = seen(realms.token("smart-app", "nurse"));
    assertThat(nurse.getIdentifier()).isEmpty();
    assertThat(nurse.getMaritalStatus().getCoding()).isNotEmpty();

    Patient clerk = seen(realms.token("smart-app", "clerk"));
    assertThat(clerk.getIdentifier()).hasSameSizeAs(stored.getIdentifier());
    assertThat(clerk.hasMaritalStatus()).isFalse();

    refused(read(realms.token("smart-app", "researcher")), 403, Reason.NO_RULE_PERMITS);
  }

  @Test
  void aUserWithoutAMappedRoleIsRefused() throws Exception {
    refused(read(realms.token("smart-app", "visitor")), 403, Reason.NO_ROLE);
  }

  @Test
  void aProgramReadsByItsClientCredentials() throws Exception {
    String token = realms.token("backend");

    assertThat(seen(token).getIdentifier()).isEmpty();
    Identity identity = authenticate(authenticator(Clock.systemUTC()), token);
    assertThat(identity.client()).isEqualTo("backend");
    assertThat(identity.claims().strings("realm_access.roles")).containsExactly("rn");
  }

  @Test
  void otherAlgorithmsOfKeycloakAreRead() throws Exception {
    for (String algorithm : List.of("PS256", "ES256")) {
      String token = realms.token("smart-app-" + algorithm.substring(0, 2).toLowerCase(), "nurse");
      assertThat(JWSObject.parse(token).getHeader().getAlgorithm()).hasToString(algorithm);
      assertThat(seen(token).getIdentifier()).isEmpty();
    }
  }

  @Test
  void whatIsNoAccessTokenForUsIsRefused() throws Exception {
    Map<String, Object> tokens = realms.tokens("hospital", "smart-app", "physician");
    String access = (String) tokens.get("access_token");
    Map<String, Object> clinic = realms.tokens("clinic", "smart-app", "physician");

    refused((String) tokens.get("id_token"), Reason.BAD_CREDENTIALS, "typ");
    refused((String) tokens.get("refresh_token"), Reason.BAD_CREDENTIALS, "alg");
    refused((String) clinic.get("access_token"), Reason.BAD_CREDENTIALS, "iss");
    refused(realms.token("lab-app", "physician"), Reason.BAD_CREDENTIALS, "aud");
    refused(tampered(access), Reason.BAD_CREDENTIALS, "signature");
    assertThat(read(access).statusCode()).isEqualTo(200);
  }

  @Test
  void anExpiredTokenIsRefused() throws Exception {
    String token = realms.token("brief-app", "physician");
    Map<String, Object> claims = JWSObject.parse(token).getPayload().toJSONObject();
    Instant issued = Instant.ofEpochSecond(((Number) claims.get("iat")).longValue());
    Instant expires = Instant.ofEpochSecond(((Number) claims.get("exp")).longValue());

    assertThat(expires).isAfter(issued);
    authenticate(authenticator(Clock.fixed(issued, ZoneOffset.UTC)), token);
    while (Instant.now().isBefore(expires)) {
      Thread.sleep(100);
    }
    refused(token, Reason.EXPIRED_CREDENTIALS, "exp");
  }

  @Test
  @Order(Integer.MAX_VALUE - 1)
  void rotatedKeysArePickedUpAndWithdrawnKeysForgotten() throws Exception {
    String before = realms.token("smart-app", "physician");
    assertThat(read(before).statusCode()).isEqualTo(200);
    BearerAuthenticator watching = authenticator(Clock.systemUTC());
    authenticate(watching, before);

    realms.addKey("rs256-next", 200);
    String after = realms.token("smart-app", "physician");
    assertThat(kid(after)).isNotEqualTo(kid(before));
    assertThat(read(after).statusCode()).isEqualTo(200);
    assertThat(read(before).statusCode()).isEqualTo(200);

    realms.withdrawKey("rs256");
    assertThat(watching.prepare().toCompletableFuture().join()).isEmpty();
    refused(watching, before, Reason.BAD_CREDENTIALS, "kid");
    authenticate(watching, after);
  }

  @Test
  @Order(Integer.MAX_VALUE)
  void knownKeysOutliveKeycloak() throws Exception {
    String fresh = realms.token("smart-app", "nurse");
    BearerAuthenticator prepared = authenticator(Clock.systemUTC());
    authenticate(prepared, fresh);
    realms.addKey("rs256-last", 300);
    String unknown = realms.token("smart-app", "nurse");
    keycloak.close();

    assertThat(seen(fresh).getIdentifier()).isEmpty();
    refused(prepared, unknown, Reason.ISSUER_UNAVAILABLE, "fetched");
    authenticate(prepared, fresh);
  }

  /** The same token for another subject, under the signature of the first. */
  private static String tampered(String token) throws Exception {
    JWSObject parsed = JWSObject.parse(token);
    Map<String, Object> claims = parsed.getPayload().toJSONObject();
    claims.put("realm_access", Map.of("roles", List.of("md", "admin")));
    return parsed.getHeader().toBase64URL()
        + "."
        + Base64URL.encode(JSONObjectUtils.toJSONString(claims))
        + "."
        + parsed.getSignature();
  }

  private static String kid(String token) throws Exception {
    return JWSObject.parse(token).getHeader().getKeyID();
  }

  private Patient seen(String token) throws Exception {
    HttpResponse<String> response = read(token);
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return HapiServer.context().newJsonParser().parseResource(Patient.class, response.body());
  }

  private HttpResponse<String> read(String token) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(files.base() + "/Patient/" + stored.getIdPart()))
            .header("Authorization", "Bearer " + token)
            .build();
    return HttpClient.newBuilder()
        .sslContext(files.trusting())
        .build()
        .send(request, HttpResponse.BodyHandlers.ofString());
  }

  private void refused(String token, Reason reason, String check) throws Exception {
    refused(read(token), 401, reason);
    refused(authenticator(Clock.systemUTC()), token, reason, check);
  }

  private static void refused(HttpResponse<String> response, int status, Reason reason) {
    assertThat(response.statusCode()).isEqualTo(status);
    assertThat(response.body()).contains("\"" + reason + "\"").doesNotContain("Patient");
  }

  private static void refused(BearerAuthenticator by, String token, Reason reason, String check) {
    try {
      authenticate(by, token);
    } catch (CompletionException failure) {
      Refusal refusal = (Refusal) failure.getCause();
      assertThat(refusal.reason()).isEqualTo(reason);
      assertThat(refusal.getMessage()).contains(check);
      return;
    }
    throw new AssertionError("was accepted");
  }

  private static Identity authenticate(BearerAuthenticator by, String token) {
    return by.authenticate("Bearer " + token).toCompletableFuture().join();
  }

  private BearerAuthenticator authenticator(Clock clock) {
    IssuerSettings settings =
        new IssuerSettings(
            realms.issuer("hospital"),
            List.of(AUDIENCE),
            Set.of("RS256", "PS256", "ES256"),
            IssuerProfile.KEYCLOAK,
            null,
            Duration.ofSeconds(30));
    return new BearerAuthenticator(List.of(settings), clock, executor, new CollectorRegistry());
  }
}
