package io.sallyport.loadtest;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.RSAPublicKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * An OpenID provider on loopback that signs whatever it is asked to. For demonstrations and tests
 * only: its key is written to a file on purpose, so that anyone can mint tokens to try things.
 *
 * <p>Publishes OpenID Connect Discovery 1.0 metadata and a JWK set (RFC 7517); mints access tokens
 * as RFC 9068 shapes them. Safe for many threads.
 */
public final class DemoIssuer implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpServer server;
  private final String issuer;
  private final String audience;
  private final RSAKey key;

  private DemoIssuer(HttpServer server, String audience, RSAKey key) {
    this.server = server;
    this.issuer = "http://127.0.0.1:" + server.getAddress().getPort();
    this.audience = audience;
    this.key = key;
  }

  /**
   * Starts an issuer.
   *
   * @param port 0 for any free one
   * @param key null for a new RSA-2048 key
   */
  public static DemoIssuer start(int port, String audience, RSAKey key) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), port), 0);
    DemoIssuer issuer = new DemoIssuer(server, audience, key == null ? newKey() : key);
    byte[] metadata = JSON.writeValueAsBytes(issuer.metadata());
    byte[] keys = new JWKSet(issuer.key.toPublicJWK()).toString().getBytes(StandardCharsets.UTF_8);
    server.createContext("/", x -> answer(x, 404, new byte[] {'{', '}'}));
    server.createContext("/.well-known/openid-configuration", x -> answer(x, 200, metadata));
    server.createContext("/jwks", x -> answer(x, 200, keys));
    server.start();
    return issuer;
  }

  /** Reads an RSA key from PKCS#8 PEM, as {@link #writeTo} leaves it. */
  public static RSAKey readKey(Path pem) throws IOException {
    String body = Files.readString(pem).replaceAll("-----[A-Z ]+-----", "");
    try {
      KeyFactory rsa = KeyFactory.getInstance("RSA");
      byte[] der = Base64.getMimeDecoder().decode(body);
      RSAPrivateCrtKey secret =
          (RSAPrivateCrtKey) rsa.generatePrivate(new PKCS8EncodedKeySpec(der));
      var open = new RSAPublicKeySpec(secret.getModulus(), secret.getPublicExponent());
      return withId(new RSAKey.Builder((RSAPublicKey) rsa.generatePublic(open)).privateKey(secret));
    } catch (GeneralSecurityException | JOSEException | IllegalArgumentException e) {
      throw new IOException(pem + " holds no RSA key in PKCS#8 PEM", e);
    }
  }

  /** The {@code iss} claim and the base of the discovery document. */
  public String issuer() {
    return issuer;
  }

  public String audience() {
    return audience;
  }

  public String keyId() {
    return key.getKeyID();
  }

  /**
   * Mints an access token.
   *
   * @param claims added to, or replacing, the standard ones; a null value removes the claim
   * @param life from now; negative mints an expired token
   */
  public String mint(String subject, Map<String, ?> claims, Duration life) {
    Instant now = Instant.now();
    Instant issued = life.isNegative() ? now.plus(life).minusSeconds(60) : now;
    JWTClaimsSet.Builder set =
        new JWTClaimsSet.Builder()
            .issuer(issuer)
            .subject(subject)
            .audience(audience)
            .issueTime(Date.from(issued))
            .expirationTime(Date.from(now.plus(life)))
            .jwtID(UUID.randomUUID().toString())
            .claim("client_id", "sallyport-demo");
    claims.forEach(set::claim);
    JWSHeader header =
        new JWSHeader.Builder(JWSAlgorithm.RS256)
            .type(new JOSEObjectType("at+jwt"))
            .keyID(key.getKeyID())
            .build();
    SignedJWT token = new SignedJWT(header, set.build());
    try {
      token.sign(new RSASSASigner(key));
    } catch (JOSEException e) {
      throw new IllegalStateException("an RSA key that cannot sign RS256", e);
    }
    return token.serialize();
  }

  /** Writes {@code issuer.pem} (PKCS#8, readable by its owner only) and {@code issuer.json}. */
  public void writeTo(Path dir) throws IOException {
    Path pem = dir.resolve("issuer.pem");
    Files.deleteIfExists(pem);
    Files.createFile(
        pem, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(pem, pem(), StandardOpenOption.WRITE);
    Map<String, Object> about =
        Map.of(
            "issuer",
            issuer,
            "audience",
            audience,
            "kid",
            key.getKeyID(),
            "algorithm",
            "RS256",
            "typ",
            "at+jwt",
            "claims",
            Map.of("roles", "roles", "purpose", "purpose_of_use", "client", "client_id"));
    Files.write(
        dir.resolve("issuer.json"), JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(about));
  }

  @Override
  public void close() {
    server.stop(0);
  }

  private String pem() {
    try {
      byte[] der = key.toPrivateKey().getEncoded();
      String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
      return "-----BEGIN PRIVATE KEY-----\n" + body + "\n-----END PRIVATE KEY-----\n";
    } catch (JOSEException e) {
      throw new IllegalStateException("a demo key without its private half", e);
    }
  }

  private Map<String, Object> metadata() {
    return Map.of(
        "issuer",
        issuer,
        "jwks_uri",
        issuer + "/jwks",
        "authorization_endpoint",
        issuer + "/authorize",
        "token_endpoint",
        issuer + "/token",
        "response_types_supported",
        List.of("code"),
        "subject_types_supported",
        List.of("public"),
        "id_token_signing_alg_values_supported",
        List.of("RS256"));
  }

  private static RSAKey newKey() {
    try {
      return withId(new RSAKey.Builder(new RSAKeyGenerator(2048).generate()));
    } catch (JOSEException e) {
      throw new IllegalStateException("this JVM cannot make an RSA key", e);
    }
  }

  private static RSAKey withId(RSAKey.Builder key) throws JOSEException {
    return key.keyUse(KeyUse.SIGNATURE).algorithm(JWSAlgorithm.RS256).keyIDFromThumbprint().build();
  }

  private static void answer(HttpExchange x, int status, byte[] body) throws IOException {
    try (x) {
      x.getResponseHeaders().set("Content-Type", "application/json");
      x.sendResponseHeaders(status, body.length);
      x.getResponseBody().write(body);
    }
  }
}
