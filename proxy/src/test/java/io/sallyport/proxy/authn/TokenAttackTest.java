package io.sallyport.proxy.authn;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jose.util.JSONObjectUtils;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.prometheus.client.CollectorRegistry;
import io.sallyport.policy.Reason;
import io.sallyport.policy.Refusal;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tokens that are wrong in one thing, each beside the one that is right. */
class TokenAttackTest {
  private static final RSAKey KEY = key("k1", 2048);
  private static final RSAKey OTHER = key("k1", 2048);
  private static final String AUDIENCE = "https://fhir.hospital.example";
  private static final long NOW = Instant.parse("2026-03-01T10:00:00Z").getEpochSecond();

  private final AtomicInteger fetches = new AtomicInteger();
  private final ExecutorService executor = Executors.newSingleThreadExecutor();
  private final MovableClock clock = new MovableClock();
  private HttpServer issuer;
  private String iss;
  private volatile String jwks = new JWKSet(KEY.toPublicJWK()).toString();
  private volatile int status = 200;
  private volatile boolean drip;
  private BearerAuthenticator authenticator;

  @BeforeEach
  void start() throws IOException {
    issuer = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    iss = "http://127.0.0.1:" + issuer.getAddress().getPort();
    issuer.createContext(
        "/.well-known/openid-configuration",
        x -> reply(x, 200, "{\"issuer\":\"" + iss + "\",\"jwks_uri\":\"" + iss + "/jwks\"}"));
    issuer.createContext(
        "/jwks",
        x -> {
          fetches.incrementAndGet();
          if (drip) {
            x.sendResponseHeaders(200, 0);
            try {
              for (int i = 0; i < 100; i++) {
                x.getResponseBody().write(' ');
                x.getResponseBody().flush();
                Thread.sleep(100);
              }
            } catch (IOException | InterruptedException givenUp) {
              x.close();
            }
            return;
          }
          reply(x, status, jwks);
        });
    issuer.start();
    authenticator = authenticator(IssuerProfile.RFC9068);
  }

  @AfterEach
  void stop() {
    issuer.stop(0);
    executor.shutdownNow();
  }

  private BearerAuthenticator authenticator(IssuerProfile profile) {
    IssuerSettings settings =
        new IssuerSettings(
            iss,
            List.of(AUDIENCE),
            Set.of("RS256", "ES256"),
            profile,
            null,
            Duration.ofSeconds(30));
    return new BearerAuthenticator(List.of(settings), clock, executor, new CollectorRegistry());
  }

  @Test
  void theControlPasses() {
    Identity identity = authenticate(token());

    assertThat(identity.subject()).isEqualTo("u1");
    assertThat(identity.client()).isEqualTo("app");
    assertThat(identity.token()).isEqualTo("t1");
    assertThat(identity.claims().strings("roles")).containsExactly("nurse");
  }

  @Test
  void claimsThatAreWrongInOneThingAreRefused() {
    claim("iss", c -> c.remove("iss"));
    claim("iss", c -> c.put("iss", iss + "/"));
    claim("iss", c -> c.put("iss", List.of(iss)));
    claim("aud", c -> c.remove("aud"));
    claim("aud", c -> c.put("aud", "https://other.example"));
    claim("aud", c -> c.put("aud", List.of("a", "b")));
    claim("aud", c -> c.put("aud", AUDIENCE + "/"));
    claim("exp", c -> c.remove("exp"));
    claim("exp", c -> c.put("exp", null));
    claim("exp", c -> c.put("exp", Long.toString(NOW + 60)));
    claim("exp", c -> c.put("exp", Double.MAX_VALUE));
    claim("exp", c -> c.put("exp", -1));
    claim("iat", c -> c.remove("iat"));
    claim("iat", c -> c.put("iat", NOW + 31));
    claim("nbf", c -> c.put("nbf", NOW + 31));
    claim("lifetime", c -> c.put("exp", NOW + 25 * 3600));
    claim("sub", c -> c.remove("sub"));
    claim("sub", c -> c.put("sub", ""));
    claim("sub", c -> c.put("sub", 7));
    claim("sub", c -> c.put("sub", "u1\r\nX-Evil: 1"));
    claim("sub", c -> c.put("sub", "u".repeat(300)));
    claim("client", c -> c.put("client_id", "app\u0007"));
    claim("sub", c -> c.put("sub", "u1\u202e1u"));
    claim("sub", c -> c.put("sub", "u1\u2028"));
    claim("typ", c -> c.remove("jti"));
    claim("typ", c -> c.remove("client_id"));
    claim("typ", c -> c.put("client_id", 7));
    claim("cnf", c -> c.put("cnf", Map.of("jkt", "x")));
    claim("ID token", c -> c.put("nonce", "n"));
    claim("ID token", c -> c.put("at_hash", "h"));
    claim("ID token", c -> c.put("c_hash", "h"));
    assertThat(refused(token(c -> c.put("exp", NOW))).reason())
        .isEqualTo(Reason.EXPIRED_CREDENTIALS);
    // The controls: within the skew, and an audience among others.
    authenticate(token(c -> c.put("iat", NOW + 29)));
    authenticate(token(c -> c.put("aud", List.of("x", AUDIENCE))));
  }

  private void claim(String check, Consumer<Map<String, Object>> change) {
    Refusal refusal = refused(token(change));
    assertThat(refusal.reason()).isEqualTo(Reason.BAD_CREDENTIALS);
    assertThat(refusal.getMessage()).contains(check);
  }

  @Test
  void headersThatAreWrongInOneThingAreRefused() throws Exception {
    for (String type : new String[] {"JWT", "logout+jwt", "dpop+jwt", null}) {
      JWSHeader.Builder header = new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("k1");
      header.type(type == null ? null : new JOSEObjectType(type));
      assertThat(refused(sign(header.build(), claims(), new RSASSASigner(KEY))).getMessage())
          .contains("typ");
    }
    assertThat(refused(sign(header("kX"), claims(), new RSASSASigner(KEY))).getMessage())
        .contains("kid");
    assertThat(refused(sign(header("k1"), claims(), new RSASSASigner(OTHER))).getMessage())
        .contains("signature");
    JWSHeader ps =
        new JWSHeader.Builder(JWSAlgorithm.PS256)
            .keyID("k1")
            .type(new JOSEObjectType("at+jwt"))
            .build();
    assertThat(refused(sign(ps, claims(), new RSASSASigner(KEY))).getMessage()).contains("alg");
    JWSHeader hs =
        new JWSHeader.Builder(JWSAlgorithm.HS256)
            .keyID("k1")
            .type(new JOSEObjectType("at+jwt"))
            .build();
    JWSSigner confused = new MACSigner(KEY.toRSAPublicKey().getEncoded());
    assertThat(refused(sign(hs, claims(), confused)).getMessage()).contains("alg");
    for (String field : List.of("jku", "x5u", "jwk", "crit", "x5c", "b64", "zip")) {
      String forged =
          raw(
              "{\"alg\":\"RS256\",\"kid\":\"k1\",\"typ\":\"at+jwt\",\"" + field + "\":\"x\"}",
              claims());
      assertThat(refused(forged).getMessage()).contains(field);
    }
    assertThat(refused(raw("{\"alg\":\"none\"}", claims())).getMessage())
        .contains("BAD_CREDENTIALS");
    assertThat(refused(raw("{\"alg\":\"RS256\",\"alg\":\"none\"}", claims())).getMessage())
        .contains("header");
    assertThat(refused(raw("[]", claims())).getMessage()).contains("header");
  }

  @Test
  void otherStringsOfTheSameTokenAreRefused() {
    String token = token();
    for (String alias :
        List.of(
            token + "=",
            " " + token,
            token + " ",
            token.replace('_', '/').replace('-', '+') + "+",
            token + ".",
            token.substring(0, token.lastIndexOf('.')),
            token.substring(0, token.lastIndexOf('.') + 1),
            token.replaceFirst("\\.", ".\n"))) {
      assertThat(refused(alias).reason()).isEqualTo(Reason.BAD_CREDENTIALS);
    }
    assertThat(refused("x".repeat(64 << 10)).getMessage()).contains("8192");
  }

  @Test
  void onlyOneSchemeIsAccepted() {
    assertThat(reason(null)).isEqualTo(Reason.NO_CREDENTIALS);
    assertThat(reason("")).isEqualTo(Reason.NO_CREDENTIALS);
    assertThat(reason("Basic dXNlcjpwYXNz")).isEqualTo(Reason.BAD_CREDENTIALS);
    assertThat(reason("Bearer")).isEqualTo(Reason.BAD_CREDENTIALS);
    assertThat(reason("Bearer Bearer " + token())).isEqualTo(Reason.BAD_CREDENTIALS);
    authenticator.authenticate("bearer " + token()).toCompletableFuture().join();
  }

  @Test
  void duplicateClaimsAreRefused() throws Exception {
    String claims = JSONObjectUtils.toJSONString(claims());
    String twice = claims.substring(0, claims.length() - 1) + ",\"sub\":\"admin\"}";
    assertThat(refused(sign(header("k1"), twice, new RSASSASigner(KEY))).getMessage())
        .contains("claims");
    String below =
        claims.substring(0, claims.length() - 1)
            + ",\"realm_access\":{\"roles\":[\"nurse\"],\"roles\":[\"admin\"]}}";
    assertThat(refused(sign(header("k1"), below, new RSASSASigner(KEY))).getMessage())
        .contains("claims");
  }

  @Test
  void withoutAKeyIdThereMustBeNoChoice() throws Exception {
    JWSHeader nameless =
        new JWSHeader.Builder(JWSAlgorithm.RS256).type(new JOSEObjectType("at+jwt")).build();
    String token = sign(nameless, claims(), new RSASSASigner(KEY));
    authenticate(token);
    com.nimbusds.jose.jwk.ECKey ec =
        new com.nimbusds.jose.jwk.gen.ECKeyGenerator(com.nimbusds.jose.jwk.Curve.P_256)
            .keyID("e1")
            .generate();
    jwks = new JWKSet(List.of(KEY.toPublicJWK(), ec.toPublicJWK())).toString();
    BearerAuthenticator fresh = authenticator(IssuerProfile.RFC9068);
    assertThat(reason(fresh, "Bearer " + token)).isEqualTo(Reason.BAD_CREDENTIALS);
    JWSHeader es =
        new JWSHeader.Builder(JWSAlgorithm.ES256)
            .keyID("e1")
            .type(new JOSEObjectType("at+jwt"))
            .build();
    String control = sign(es, claims(), new com.nimbusds.jose.crypto.ECDSASigner(ec));
    assertThat(fresh.authenticate("Bearer " + control).toCompletableFuture().join().subject())
        .isEqualTo("u1");
  }

  @Test
  void aStoppedExecutorIsARefusalToo() {
    executor.shutdownNow();
    assertThat(refused(token()).reason()).isEqualTo(Reason.ISSUER_UNAVAILABLE);
  }

  @Test
  void aCachedTokenIsCheckedForExpiryEachTime() {
    String token = token();
    authenticate(token);
    clock.now = NOW + 3599;
    authenticate(token);
    clock.now = NOW + 3600;
    assertThat(refused(token).reason()).isEqualTo(Reason.EXPIRED_CREDENTIALS);
  }

  @Test
  void aCachedTokenDoesNotVouchForAnotherSignature() {
    String token = token();
    authenticate(token);
    int dot = token.lastIndexOf('.');
    byte[] signature = new Base64URL(token.substring(dot + 1)).decode();
    signature[10] ^= 1;
    assertThat(refused(token.substring(0, dot + 1) + Base64URL.encode(signature)).getMessage())
        .contains("signature");
  }

  @Test
  void aFloodOfUnknownKeysCausesTwoFetchesInHalfAMinute() throws Exception {
    authenticate(token());
    int before = fetches.get();
    for (int i = 0; i < 200; i++) {
      refused(sign(header("unknown-" + i), claims(), new RSASSASigner(KEY)));
    }
    assertThat(fetches.get() - before).isLessThanOrEqualTo(2);
  }

  @org.junit.jupiter.api.RepeatedTest(20)
  void keysOutliveAnOutageAndRotationIsFollowed() throws Exception {
    authenticate(token());
    status = 500;
    clock.now = NOW + 600;
    authenticate(token(c -> c.put("jti", "t2")));
    status = 200;
    RSAKey next = key("k2", 2048);
    jwks = new JWKSet(List.of(KEY.toPublicJWK(), next.toPublicJWK())).toString();
    clock.now = NOW + 700;
    authenticate(sign(header("k2"), claims(), new RSASSASigner(next)));
  }

  @Test
  void aWithdrawnKeyTakesItsCachedTokensAlong() throws Exception {
    String token = token();
    authenticate(token);
    RSAKey next = key("k2", 2048);
    jwks = new JWKSet(next.toPublicJWK()).toString();
    authenticator.prepare().toCompletableFuture().join();

    assertThat(refused(token).getMessage()).contains("kid");
    authenticate(sign(header("k2"), claims(), new RSASSASigner(next)));
  }

  @Test
  void aBodyThatDripsIsGivenUp() {
    drip = true;
    BearerAuthenticator fresh = authenticator(IssuerProfile.RFC9068);
    assertThat(fresh.prepare().toCompletableFuture().join().get(0)).contains("did not arrive");
  }

  @Test
  void jsonThatIsNoObjectIsRefusedWithoutASignature() {
    assertThat(refused("bnVsbA.bnVsbA.AAAA").reason()).isEqualTo(Reason.BAD_CREDENTIALS);
    List<String> nothing = new java.util.ArrayList<>();
    nothing.add(null);
    assertThat(refused(token(c -> c.put("aud", nothing))).getMessage()).contains("aud");
  }

  @Test
  void anIssuerThatWasNeverReachedIsA503() {
    for (String garbage : List.of("", "{", "[]", "{\"keys\":[]}", "x".repeat(300_000))) {
      jwks = garbage;
      BearerAuthenticator fresh = authenticator(IssuerProfile.RFC9068);
      assertThat(reason(fresh, "Bearer " + token())).isEqualTo(Reason.ISSUER_UNAVAILABLE);
      assertThat(fresh.prepare().toCompletableFuture().join()).hasSize(1);
    }
  }

  @Test
  void profilesTellAccessTokensFromOthers() throws Exception {
    JWSHeader jwt =
        new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("k1").type(JOSEObjectType.JWT).build();
    Map<String, Object> keycloak = claims();
    keycloak.put("typ", "Bearer");
    keycloak.remove("client_id");
    keycloak.put("azp", "smart-app");
    String access = sign(jwt, keycloak, new RSASSASigner(KEY));
    keycloak.put("typ", "ID");
    String id = sign(jwt, keycloak, new RSASSASigner(KEY));
    keycloak.put("typ", "Refresh");
    String refresh = sign(jwt, keycloak, new RSASSASigner(KEY));

    BearerAuthenticator profile = authenticator(IssuerProfile.KEYCLOAK);
    Identity identity = profile.authenticate("Bearer " + access).toCompletableFuture().join();
    assertThat(identity.client()).isEqualTo("smart-app");
    assertThat(reason(profile, "Bearer " + id)).isEqualTo(Reason.BAD_CREDENTIALS);
    assertThat(reason(profile, "Bearer " + refresh)).isEqualTo(Reason.BAD_CREDENTIALS);
    assertThat(reason("Bearer " + access)).isEqualTo(Reason.BAD_CREDENTIALS);
  }

  private Map<String, Object> claims() {
    Map<String, Object> claims = new LinkedHashMap<>();
    claims.put("iss", iss);
    claims.put("sub", "u1");
    claims.put("aud", AUDIENCE);
    claims.put("iat", NOW);
    claims.put("exp", NOW + 3600);
    claims.put("jti", "t1");
    claims.put("client_id", "app");
    claims.put("roles", List.of("nurse"));
    return claims;
  }

  private String token() {
    return token(c -> {});
  }

  private String token(Consumer<Map<String, Object>> change) {
    Map<String, Object> claims = claims();
    change.accept(claims);
    try {
      return sign(header("k1"), claims, new RSASSASigner(KEY));
    } catch (Exception impossible) {
      throw new AssertionError(impossible);
    }
  }

  private static JWSHeader header(String kid) {
    return new JWSHeader.Builder(JWSAlgorithm.RS256)
        .keyID(kid)
        .type(new JOSEObjectType("at+jwt"))
        .build();
  }

  private static String sign(JWSHeader header, Map<String, Object> claims, JWSSigner signer)
      throws Exception {
    return sign(header, JSONObjectUtils.toJSONString(claims), signer);
  }

  private static String sign(JWSHeader header, String claims, JWSSigner signer) throws Exception {
    JWSObject object = new JWSObject(header, new Payload(claims));
    object.sign(signer);
    return object.serialize();
  }

  private static String raw(String header, Map<String, Object> claims) {
    return Base64URL.encode(header)
        + "."
        + Base64URL.encode(JSONObjectUtils.toJSONString(claims))
        + "."
        + Base64URL.encode("signature");
  }

  private Identity authenticate(String token) {
    return authenticator.authenticate("Bearer " + token).toCompletableFuture().join();
  }

  private Refusal refused(String token) {
    return refusal(authenticator, "Bearer " + token);
  }

  private Reason reason(String authorization) {
    return reason(authenticator, authorization);
  }

  private static Reason reason(BearerAuthenticator by, String authorization) {
    return refusal(by, authorization).reason();
  }

  private static Refusal refusal(BearerAuthenticator by, String authorization) {
    try {
      by.authenticate(authorization).toCompletableFuture().join();
    } catch (CompletionException failure) {
      assertThat(failure.getCause()).isInstanceOf(Refusal.class);
      return (Refusal) failure.getCause();
    }
    throw new AssertionError("was accepted");
  }

  private static RSAKey key(String kid, int bits) {
    try {
      return new RSAKeyGenerator(bits).keyID(kid).generate();
    } catch (Exception impossible) {
      throw new AssertionError(impossible);
    }
  }

  private static void reply(HttpExchange x, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    x.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
    x.getResponseBody().write(bytes);
    x.close();
  }

  private static final class MovableClock extends Clock {
    private volatile long now = NOW;

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }

    @Override
    public Instant instant() {
      return Instant.ofEpochSecond(now);
    }
  }
}
