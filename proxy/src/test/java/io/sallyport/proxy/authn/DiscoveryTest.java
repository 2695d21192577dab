package io.sallyport.proxy.authn;

import static io.sallyport.proxy.authn.TestIssuer.AUDIENCE;
import static io.sallyport.proxy.authn.TestIssuer.accepted;
import static io.sallyport.proxy.authn.TestIssuer.refused;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.util.JSONObjectUtils;
import io.prometheus.client.CollectorRegistry;
import io.sallyport.policy.Reason;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import no.nav.security.mock.oauth2.MockOAuth2Server;
import no.nav.security.mock.oauth2.OAuth2Config;
import no.nav.security.mock.oauth2.token.DefaultOAuth2TokenCallback;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * An issuer that somebody else has written, asked as a hospital's would be: discovery, keys and
 * tokens over HTTP. A real Keycloak is {@code KeycloakTokenTest}.
 */
class DiscoveryTest {
  private final ExecutorService executor = Executors.newSingleThreadExecutor();
  private final CollectorRegistry registry = new CollectorRegistry();
  private final MockOAuth2Server server = new MockOAuth2Server(new OAuth2Config());

  @BeforeEach
  void start() throws Exception {
    server.start(InetAddress.getLoopbackAddress(), 0);
  }

  @AfterEach
  void stop() {
    server.shutdown();
    executor.shutdownNow();
  }

  @Test
  void aTokenOverHttpIsVerifiedByTheKeysThatDiscoveryNames() throws Exception {
    Identity identity =
        accepted(authenticator(issuer("hospital")), token("hospital", "at+jwt", AUDIENCE, 3600));

    assertThat(identity.issuer()).isEqualTo(issuer("hospital"));
    assertThat(identity.subject()).isEqualTo("app");
    assertThat(identity.client()).isEqualTo("app");
    assertThat(identity.claims().strings("realm_access.roles")).containsExactly("rn");
    assertThat(paths(3))
        .containsExactly(
            "/hospital/token", "/hospital/.well-known/openid-configuration", "/hospital/jwks");
  }

  @Test
  void keysAreFetchedOnceForManyTokens() throws Exception {
    BearerAuthenticator authenticator = authenticator(issuer("hospital"));
    assertThat(authenticator.prepare().toCompletableFuture().join()).isEmpty();
    for (int i = 0; i < 3; i++) {
      accepted(authenticator, token("hospital", "at+jwt", AUDIENCE, 3600));
    }

    assertThat(
            registry.getSampleValue(
                "sallyport_jwks_fetches_total", new String[] {"outcome"}, new String[] {"fetched"}))
        .isEqualTo(1);
  }

  @Test
  void tokensThatAreNotForUsAreRefused() throws Exception {
    BearerAuthenticator authenticator = authenticator(issuer("hospital"));

    refusedFor(authenticator, token("clinic", "at+jwt", AUDIENCE, 3600), "iss");
    refusedFor(authenticator, token("hospital", "at+jwt", "https://lab.example", 3600), "aud");
    refusedFor(authenticator, token("hospital", "JWT", AUDIENCE, 3600), "typ");
    assertThat(refused(authenticator, token("hospital", "at+jwt", AUDIENCE, 0)).reason())
        .isEqualTo(Reason.EXPIRED_CREDENTIALS);
    accepted(authenticator, token("hospital", "at+jwt", AUDIENCE, 3600));
  }

  @Test
  void anIssuerThatCallsItselfOtherwiseIsNotBelieved() throws Exception {
    // A slash more: the document is found, and names the issuer without it.
    BearerAuthenticator authenticator = authenticator(issuer("hospital") + "/");

    assertThat(authenticator.prepare().toCompletableFuture().join())
        .singleElement()
        .asString()
        .contains("another issuer");
  }

  private static void refusedFor(BearerAuthenticator by, String token, String check) {
    assertThat(refused(by, token).reason()).isEqualTo(Reason.BAD_CREDENTIALS);
    assertThat(refused(by, token).getMessage()).contains(check);
  }

  private String issuer(String name) {
    return server.issuerUrl(name).toString();
  }

  private BearerAuthenticator authenticator(String issuer) {
    IssuerSettings settings =
        new IssuerSettings(
            issuer,
            List.of(AUDIENCE),
            Set.of("RS256"),
            IssuerProfile.RFC9068,
            null,
            Duration.ofSeconds(30));
    return new BearerAuthenticator(List.of(settings), Clock.systemUTC(), executor, registry);
  }

  /** What the server was asked first, in order. */
  private List<String> paths(int count) {
    List<String> paths = new ArrayList<>();
    while (paths.size() < count) {
      paths.add(server.takeRequest(5, SECONDS).getPath());
    }
    return paths;
  }

  private String token(String issuer, String type, String audience, long seconds) throws Exception {
    server.enqueueCallback(
        new DefaultOAuth2TokenCallback(
            issuer,
            "app",
            type,
            List.of(audience),
            Map.of("client_id", "app", "realm_access", Map.of("roles", List.of("rn"))),
            seconds));
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(server.tokenEndpointUrl(issuer).toString()))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(
                HttpRequest.BodyPublishers.ofString(
                    "grant_type=client_credentials&client_id=app&client_secret=for-tests-only"))
            .build();
    String answer =
        HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()).body();
    return (String) JSONObjectUtils.parse(answer).get("access_token");
  }
}
