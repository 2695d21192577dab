package io.sallyport.proxy.authn;

import static io.sallyport.proxy.authn.TestIssuer.AUDIENCE;
import static io.sallyport.proxy.authn.TestIssuer.KEY;
import static io.sallyport.proxy.authn.TestIssuer.NOW;
import static io.sallyport.proxy.authn.TestIssuer.accepted;
import static io.sallyport.proxy.authn.TestIssuer.header;
import static io.sallyport.proxy.authn.TestIssuer.key;
import static io.sallyport.proxy.authn.TestIssuer.refusal;
import static io.sallyport.proxy.authn.TestIssuer.refused;
import static io.sallyport.proxy.authn.TestIssuer.sign;
import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jose.util.JSONObjectUtils;
import io.sallyport.policy.Reason;
import io.sallyport.policy.Refusal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Tokens that are wrong in one thing, each beside the one that is right. */
class TokenAttackTest {
  private static final RSAKey OTHER = key("k1", 2048);

  private final TestIssuer issuer = new TestIssuer();
  private final BearerAuthenticator authenticator = issuer.authenticator(IssuerProfile.RFC9068);

  @AfterEach
  void stop() {
    issuer.close();
  }

  @Test
  void theControlPasses() {
    Identity identity = accepted(authenticator, issuer.token());

    assertThat(identity.subject()).isEqualTo("u1");
    assertThat(identity.client()).isEqualTo("app");
    assertThat(identity.token()).isEqualTo("t1");
    assertThat(identity.claims().strings("roles")).containsExactly("nurse");
  }

  @Test
  @Tag("I")
  void claimsThatAreWrongInOneThingAreRefused() {
    claim("iss", c -> c.remove("iss"));
    claim("iss", c -> c.put("iss", issuer.iss + "/"));
    claim("iss", c -> c.put("iss", List.of(issuer.iss)));
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
    assertThat(refused(authenticator, issuer.token(c -> c.put("exp", NOW))).reason())
        .isEqualTo(Reason.EXPIRED_CREDENTIALS);
    // The controls: within the skew, and an audience among others.
    accepted(authenticator, issuer.token(c -> c.put("iat", NOW + 29)));
    accepted(authenticator, issuer.token(c -> c.put("aud", List.of("x", AUDIENCE))));
  }

  @Test
  void headersThatAreWrongInOneThingAreRefused() throws Exception {
    for (String type : new String[] {"JWT", "logout+jwt", "dpop+jwt", null}) {
      JWSHeader.Builder header = new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("k1");
      header.type(type == null ? null : new JOSEObjectType(type));
      assertThat(
              refused(authenticator, sign(header.build(), issuer.claims(), new RSASSASigner(KEY)))
                  .getMessage())
          .contains("typ");
    }
    assertThat(
            refused(authenticator, sign(header("kX"), issuer.claims(), new RSASSASigner(KEY)))
                .getMessage())
        .contains("kid");
    assertThat(
            refused(authenticator, sign(header("k1"), issuer.claims(), new RSASSASigner(OTHER)))
                .getMessage())
        .contains("signature");
    JWSHeader ps =
        new JWSHeader.Builder(JWSAlgorithm.PS256)
            .keyID("k1")
            .type(new JOSEObjectType("at+jwt"))
            .build();
    assertThat(
            refused(authenticator, sign(ps, issuer.claims(), new RSASSASigner(KEY))).getMessage())
        .contains("alg");
    JWSHeader hs =
        new JWSHeader.Builder(JWSAlgorithm.HS256)
            .keyID("k1")
            .type(new JOSEObjectType("at+jwt"))
            .build();
    JWSSigner confused = new MACSigner(KEY.toRSAPublicKey().getEncoded());
    assertThat(refused(authenticator, sign(hs, issuer.claims(), confused)).getMessage())
        .contains("alg");
    for (String field : List.of("jku", "x5u", "jwk", "crit", "x5c", "b64", "zip")) {
      String forged =
          raw(
              "{\"alg\":\"RS256\",\"kid\":\"k1\",\"typ\":\"at+jwt\",\"" + field + "\":\"x\"}",
              issuer.claims());
      assertThat(refused(authenticator, forged).getMessage()).contains(field);
    }
    assertThat(refused(authenticator, raw("{\"alg\":\"none\"}", issuer.claims())).getMessage())
        .contains("BAD_CREDENTIALS");
    assertThat(
            refused(authenticator, raw("{\"alg\":\"RS256\",\"alg\":\"none\"}", issuer.claims()))
                .getMessage())
        .contains("header");
    assertThat(refused(authenticator, raw("[]", issuer.claims())).getMessage()).contains("header");
  }

  @Test
  void otherStringsOfTheSameTokenAreRefused() {
    String token = issuer.token();
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
      assertThat(refused(authenticator, alias).reason()).isEqualTo(Reason.BAD_CREDENTIALS);
    }
    assertThat(refused(authenticator, "x".repeat(64 << 10)).getMessage()).contains("8192");
  }

  @Test
  void onlyOneSchemeIsAccepted() {
    assertThat(reason(null)).isEqualTo(Reason.NO_CREDENTIALS);
    assertThat(reason("")).isEqualTo(Reason.NO_CREDENTIALS);
    assertThat(reason("Basic dXNlcjpwYXNz")).isEqualTo(Reason.BAD_CREDENTIALS);
    assertThat(reason("Bearer")).isEqualTo(Reason.BAD_CREDENTIALS);
    assertThat(reason("Bearer Bearer " + issuer.token())).isEqualTo(Reason.BAD_CREDENTIALS);
    authenticator.authenticate("bearer " + issuer.token()).toCompletableFuture().join();
  }

  @Test
  @Tag("I")
  void duplicateClaimsAreRefused() throws Exception {
    String claims = JSONObjectUtils.toJSONString(issuer.claims());
    String twice = claims.substring(0, claims.length() - 1) + ",\"sub\":\"admin\"}";
    assertThat(
            refused(authenticator, sign(header("k1"), twice, new RSASSASigner(KEY))).getMessage())
        .contains("claims");
    String below =
        claims.substring(0, claims.length() - 1)
            + ",\"realm_access\":{\"roles\":[\"nurse\"],\"roles\":[\"admin\"]}}";
    assertThat(
            refused(authenticator, sign(header("k1"), below, new RSASSASigner(KEY))).getMessage())
        .contains("claims");
  }

  @Test
  void jsonThatIsNoObjectIsRefusedWithoutASignature() {
    assertThat(refused(authenticator, "bnVsbA.bnVsbA.AAAA").reason())
        .isEqualTo(Reason.BAD_CREDENTIALS);
    List<String> nothing = new ArrayList<>();
    nothing.add(null);
    assertThat(refused(authenticator, issuer.token(c -> c.put("aud", nothing))).getMessage())
        .contains("aud");
  }

  private void claim(String check, Consumer<Map<String, Object>> change) {
    Refusal refusal = refused(authenticator, issuer.token(change));
    assertThat(refusal.reason()).isEqualTo(Reason.BAD_CREDENTIALS);
    assertThat(refusal.getMessage()).contains(check);
  }

  private static String raw(String header, Map<String, Object> claims) {
    return Base64URL.encode(header)
        + "."
        + Base64URL.encode(JSONObjectUtils.toJSONString(claims))
        + "."
        + Base64URL.encode("signature");
  }

  private Reason reason(String authorization) {
    return refusal(authenticator, authorization).reason();
  }
}
