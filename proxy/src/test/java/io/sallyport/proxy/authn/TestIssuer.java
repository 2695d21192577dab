package io.sallyport.proxy.authn;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jose.util.JSONObjectUtils;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.prometheus.client.CollectorRegistry;
import io.sallyport.policy.Refusal;
import java.io.IOException;
import java.io.UncheckedIOException;
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

/**
 * An issuer that can be made wrong in one thing: its published keys, its answers, its tokens. It
 * and the authenticators it hands out share one clock, which the test turns.
 */
final class TestIssuer implements AutoCloseable {
  static final RSAKey KEY = key("k1", 2048);
  static final String AUDIENCE = "https://fhir.hospital.example";
  static final long NOW = Instant.parse("2026-03-01T10:00:00Z").getEpochSecond();

  final AtomicInteger fetches = new AtomicInteger();
  final ExecutorService executor = Executors.newSingleThreadExecutor();
  final MovableClock clock = new MovableClock();
  final String iss;
  volatile String jwks = published(KEY);
  volatile int status = 200;
  volatile boolean drip;
  private final HttpServer server;

  TestIssuer() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
    iss = "http://127.0.0.1:" + server.getAddress().getPort();
    server.createContext(
        "/.well-known/openid-configuration",
        x -> reply(x, 200, "{\"issuer\":\"" + iss + "\",\"jwks_uri\":\"" + iss + "/jwks\"}"));
    server.createContext("/jwks", this::keys);
    server.start();
  }

  @Override
  public void close() {
    server.stop(0);
    executor.shutdownNow();
  }

  BearerAuthenticator authenticator(IssuerProfile profile) {
    return authenticator(profile, "RS256", "ES256");
  }

  BearerAuthenticator authenticator(IssuerProfile profile, String... algorithms) {
    IssuerSettings settings =
        new IssuerSettings(
            iss, List.of(AUDIENCE), Set.of(algorithms), profile, null, Duration.ofSeconds(30));
    return new BearerAuthenticator(List.of(settings), clock, executor, new CollectorRegistry());
  }

  static String published(JWK... keys) {
    return new JWKSet(List.of(keys)).toString();
  }

  Map<String, Object> claims() {
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

  String token() {
    return token(c -> {});
  }

  String token(Consumer<Map<String, Object>> change) {
    Map<String, Object> claims = claims();
    change.accept(claims);
    try {
      return sign(header("k1"), claims, new RSASSASigner(KEY));
    } catch (Exception impossible) {
      throw new AssertionError(impossible);
    }
  }

  static JWSHeader header(String kid) {
    return header(JWSAlgorithm.RS256, kid);
  }

  static JWSHeader header(JWSAlgorithm algorithm, String kid) {
    return new JWSHeader.Builder(algorithm).keyID(kid).type(new JOSEObjectType("at+jwt")).build();
  }

  static String sign(JWSHeader header, Map<String, Object> claims, JWSSigner signer)
      throws Exception {
    return sign(header, JSONObjectUtils.toJSONString(claims), signer);
  }

  static String sign(JWSHeader header, String claims, JWSSigner signer) throws Exception {
    JWSObject object = new JWSObject(header, new Payload(claims));
    object.sign(signer);
    return object.serialize();
  }

  static Identity accepted(BearerAuthenticator by, String token) {
    return by.authenticate("Bearer " + token).toCompletableFuture().join();
  }

  static Refusal refused(BearerAuthenticator by, String token) {
    return refusal(by, "Bearer " + token);
  }

  static Refusal refusal(BearerAuthenticator by, String authorization) {
    try {
      by.authenticate(authorization).toCompletableFuture().join();
    } catch (CompletionException failure) {
      assertThat(failure.getCause()).isInstanceOf(Refusal.class);
      return (Refusal) failure.getCause();
    }
    throw new AssertionError("was accepted");
  }

  static RSAKey key(String kid, int bits) {
    try {
      return new RSAKeyGenerator(bits, true).keyID(kid).generate();
    } catch (Exception impossible) {
      throw new AssertionError(impossible);
    }
  }

  private void keys(HttpExchange x) throws IOException {
    fetches.incrementAndGet();
    if (!drip) {
      reply(x, status, jwks);
      return;
    }
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
  }

  private static void reply(HttpExchange x, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    x.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
    x.getResponseBody().write(bytes);
    x.close();
  }

  static final class MovableClock extends Clock {
    volatile long now = NOW;

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
