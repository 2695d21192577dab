package io.sallyport.proxy.authn;

import static io.sallyport.proxy.authn.TestIssuer.accepted;
import static io.sallyport.proxy.authn.TestIssuer.header;
import static io.sallyport.proxy.authn.TestIssuer.key;
import static io.sallyport.proxy.authn.TestIssuer.published;
import static io.sallyport.proxy.authn.TestIssuer.refused;
import static io.sallyport.proxy.authn.TestIssuer.sign;
import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.crypto.opts.AllowWeakRSAKey;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.OctetSequenceKeyGenerator;
import io.sallyport.policy.Reason;
import io.sallyport.policy.Refusal;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which published keys count, each that does not beside one that does. All tokens are signed. */
class KeyStrengthTest {
  private final TestIssuer issuer = new TestIssuer();

  @AfterEach
  void stop() {
    issuer.close();
  }

  @Test
  void everyAlgorithmOfTheConfigurationIsVerified() throws Exception {
    RSAKey rsa = key("r", 2048);
    ECKey ec = new ECKeyGenerator(Curve.P_256).keyID("e").generate();
    issuer.jwks = published(rsa.toPublicJWK(), ec.toPublicJWK());
    BearerAuthenticator all =
        issuer.authenticator(IssuerProfile.RFC9068, "RS256", "PS256", "ES256");

    accepted(all, token(JWSAlgorithm.RS256, "r", new RSASSASigner(rsa)));
    accepted(all, token(JWSAlgorithm.PS256, "r", new RSASSASigner(rsa)));
    accepted(all, token(JWSAlgorithm.ES256, "e", new ECDSASigner(ec)));
  }

  @Test
  void anAlgorithmThatIsNotConfiguredIsRefusedThoughItsKeyIsPublished() throws Exception {
    RSAKey rsa = key("r", 2048);
    ECKey ec = new ECKeyGenerator(Curve.P_256).keyID("e").generate();
    issuer.jwks = published(rsa.toPublicJWK(), ec.toPublicJWK());
    BearerAuthenticator ps = issuer.authenticator(IssuerProfile.RFC9068, "PS256");

    accepted(ps, token(JWSAlgorithm.PS256, "r", new RSASSASigner(rsa)));
    for (JWSAlgorithm other :
        new JWSAlgorithm[] {JWSAlgorithm.RS256, JWSAlgorithm.PS384, JWSAlgorithm.RS512}) {
      assertThat(refused(ps, token(other, "r", new RSASSASigner(rsa))).getMessage())
          .contains("alg");
    }
    assertThat(refused(ps, token(JWSAlgorithm.ES256, "e", new ECDSASigner(ec))).getMessage())
        .contains("alg");
  }

  @Test
  void rsaKeysBelow2048BitsDoNotCount() throws Exception {
    RSAKey weak = key("weak", 1024);
    RSAKey almost = key("almost", 2047);
    RSAKey good = key("good", 2048);
    issuer.jwks = published(weak.toPublicJWK(), almost.toPublicJWK(), good.toPublicJWK());

    for (JWSAlgorithm algorithm : new JWSAlgorithm[] {JWSAlgorithm.RS256, JWSAlgorithm.PS256}) {
      uncounted(token(algorithm, "weak", weak(weak)));
      uncounted(token(algorithm, "almost", weak(almost)));
      counted(token(algorithm, "good", new RSASSASigner(good)));
    }
  }

  @Test
  void curvesOtherThanP256DoNotCount() throws Exception {
    ECKey p384 = new ECKeyGenerator(Curve.P_384).keyID("p384").generate();
    ECKey p521 = new ECKeyGenerator(Curve.P_521).keyID("p521").generate();
    ECKey p256 = new ECKeyGenerator(Curve.P_256).keyID("p256").generate();
    ECKey signer = new ECKeyGenerator(Curve.P_256).keyID("p384").generate();
    issuer.jwks = published(p384.toPublicJWK(), p521.toPublicJWK(), p256.toPublicJWK());

    uncounted(token(JWSAlgorithm.ES256, "p384", new ECDSASigner(signer)));
    BearerAuthenticator all = issuer.authenticator(IssuerProfile.RFC9068, "ES256");
    assertThat(refused(all, token(JWSAlgorithm.ES384, "p384", new ECDSASigner(p384))).getMessage())
        .contains("alg");
    assertThat(refused(all, token(JWSAlgorithm.ES512, "p521", new ECDSASigner(p521))).getMessage())
        .contains("alg");
    counted(token(JWSAlgorithm.ES256, "p256", new ECDSASigner(p256)));
  }

  @Test
  void aKeyForEncryptionVerifiesNothing() throws Exception {
    RSAKey rsa = key("k", 2048);
    ECKey ec = new ECKeyGenerator(Curve.P_256).keyID("e").generate();

    issuer.jwks =
        published(
            new RSAKey.Builder(rsa).keyUse(KeyUse.ENCRYPTION).build().toPublicJWK(),
            new ECKey.Builder(ec).keyUse(KeyUse.ENCRYPTION).build().toPublicJWK());
    uncounted(token(JWSAlgorithm.RS256, "k", new RSASSASigner(rsa)));
    uncounted(token(JWSAlgorithm.ES256, "e", new ECDSASigner(ec)));
    issuer.jwks =
        published(
            new RSAKey.Builder(rsa).keyUse(KeyUse.SIGNATURE).build().toPublicJWK(),
            new ECKey.Builder(ec).keyUse(KeyUse.SIGNATURE).build().toPublicJWK());
    counted(token(JWSAlgorithm.RS256, "k", new RSASSASigner(rsa)));
    counted(token(JWSAlgorithm.ES256, "e", new ECDSASigner(ec)));
  }

  @Test
  void aKeyForOneAlgorithmVerifiesNoOther() throws Exception {
    RSAKey rsa = key("k", 2048);
    JWK forPs = new RSAKey.Builder(rsa).algorithm(JWSAlgorithm.PS256).build().toPublicJWK();
    issuer.jwks = published(forPs);

    uncounted(token(JWSAlgorithm.RS256, "k", new RSASSASigner(rsa)));
    counted(token(JWSAlgorithm.PS256, "k", new RSASSASigner(rsa)));
  }

  @Test
  void aKeyOfAnotherTypeVerifiesNothing() throws Exception {
    RSAKey rsa = key("r", 2048);
    ECKey ec = new ECKeyGenerator(Curve.P_256).keyID("e").generate();
    issuer.jwks = published(rsa.toPublicJWK(), ec.toPublicJWK());

    uncounted(token(JWSAlgorithm.RS256, "e", new RSASSASigner(rsa)));
    uncounted(token(JWSAlgorithm.ES256, "r", new ECDSASigner(ec)));
    counted(token(JWSAlgorithm.RS256, "r", new RSASSASigner(rsa)));
    counted(token(JWSAlgorithm.ES256, "e", new ECDSASigner(ec)));
  }

  @Test
  void aSymmetricKeyInTheSetVerifiesNothing() throws Exception {
    OctetSequenceKey secret = new OctetSequenceKeyGenerator(256).keyID("s").generate();
    RSAKey rsa = key("r", 2048);
    // As an issuer would publish it by mistake: the library's own writer leaves secrets out.
    issuer.jwks =
        "{\"keys\":[" + secret.toJSONString() + "," + rsa.toPublicJWK().toJSONString() + "]}";
    BearerAuthenticator hs = issuer.authenticator(IssuerProfile.RFC9068, "HS256", "RS256");

    String token = token(JWSAlgorithm.HS256, "s", new MACSigner(secret));
    uncounted(hs, token);
    accepted(hs, token(JWSAlgorithm.RS256, "r", new RSASSASigner(rsa)));
    assertThat(refused(issuer.authenticator(IssuerProfile.RFC9068), token).getMessage())
        .contains("alg");
  }

  /** The library, too, signs with no weak key unless it is told to. */
  private static JWSSigner weak(RSAKey key) throws JOSEException {
    return new RSASSASigner(key.toPrivateKey(), Set.of(AllowWeakRSAKey.getInstance()));
  }

  private String token(JWSAlgorithm algorithm, String kid, JWSSigner signer) throws Exception {
    return sign(header(algorithm, kid), issuer.claims(), signer);
  }

  /** By an authenticator that has fetched the keys as they are now. */
  private void counted(String token) {
    assertThat(accepted(fresh(), token).subject()).isEqualTo("u1");
  }

  private void uncounted(String token) {
    uncounted(fresh(), token);
  }

  private static void uncounted(BearerAuthenticator by, String token) {
    Refusal refusal = refused(by, token);
    assertThat(refusal.reason()).isEqualTo(Reason.BAD_CREDENTIALS);
    assertThat(refusal.getMessage()).contains("kid");
  }

  private BearerAuthenticator fresh() {
    return issuer.authenticator(IssuerProfile.RFC9068, "RS256", "PS256", "ES256");
  }
}
