package io.sallyport.proxy.authn;

import static io.sallyport.proxy.authn.TestIssuer.KEY;
import static io.sallyport.proxy.authn.TestIssuer.NOW;
import static io.sallyport.proxy.authn.TestIssuer.accepted;
import static io.sallyport.proxy.authn.TestIssuer.header;
import static io.sallyport.proxy.authn.TestIssuer.key;
import static io.sallyport.proxy.authn.TestIssuer.published;
import static io.sallyport.proxy.authn.TestIssuer.refused;
import static io.sallyport.proxy.authn.TestIssuer.sign;
import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import io.sallyport.policy.Reason;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** Published keys through floods, outages, rotation and withdrawal. */
class IssuerKeysTest {
  private final TestIssuer issuer = new TestIssuer();
  private final BearerAuthenticator authenticator = issuer.authenticator(IssuerProfile.RFC9068);

  @AfterEach
  void stop() {
    issuer.close();
  }

  @Test
  void withoutAKeyIdThereMustBeNoChoice() throws Exception {
    JWSHeader nameless =
        new JWSHeader.Builder(JWSAlgorithm.RS256).type(new JOSEObjectType("at+jwt")).build();
    String token = sign(nameless, issuer.claims(), new RSASSASigner(KEY));
    accepted(authenticator, token);
    ECKey ec = new ECKeyGenerator(Curve.P_256).keyID("e1").generate();
    issuer.jwks = published(KEY.toPublicJWK(), ec.toPublicJWK());
    BearerAuthenticator fresh = issuer.authenticator(IssuerProfile.RFC9068);
    assertThat(refused(fresh, token).reason()).isEqualTo(Reason.BAD_CREDENTIALS);
    JWSHeader es =
        new JWSHeader.Builder(JWSAlgorithm.ES256)
            .keyID("e1")
            .type(new JOSEObjectType("at+jwt"))
            .build();
    String control = sign(es, issuer.claims(), new ECDSASigner(ec));
    assertThat(accepted(fresh, control).subject()).isEqualTo("u1");
  }

  @Test
  void aStoppedExecutorIsARefusalToo() {
    issuer.executor.shutdownNow();
    assertThat(refused(authenticator, issuer.token()).reason())
        .isEqualTo(Reason.ISSUER_UNAVAILABLE);
  }

  @Test
  void aFloodOfUnknownKeysCausesTwoFetchesInAnyHalfMinute() throws Exception {
    authenticator.prepare().toCompletableFuture().join();

    flood(NOW, 1, 2);
    flood(NOW, 200, 3);
    flood(NOW + 29, 200, 3);
    flood(NOW + 30, 200, 5);
    flood(NOW + 59, 200, 5);
    flood(NOW + 60, 200, 7);
  }

  @Test
  void noHalfMinuteHasThreeFetchesWhereverItBegins() throws Exception {
    authenticator.prepare().toCompletableFuture().join();

    flood(NOW, 1, 2);
    flood(NOW + 29, 1, 3);
    flood(NOW + 30, 200, 4);
    flood(NOW + 58, 200, 4);
    flood(NOW + 59, 200, 5);
  }

  @Test
  void aClockThatIsSetBackDoesNotStopTheFetches() throws Exception {
    authenticator.prepare().toCompletableFuture().join();

    flood(NOW, 200, 3);
    flood(NOW - 3600, 200, 5);
  }

  @Test
  void aRotationIsFollowedWhileAFloodGoesOn() throws Exception {
    authenticator.prepare().toCompletableFuture().join();
    flood(NOW, 200, 3);
    RSAKey next = key("k2", 2048);
    issuer.jwks = published(KEY.toPublicJWK(), next.toPublicJWK());
    String token = sign(header("k2"), issuer.claims(), new RSASSASigner(next));
    assertThat(refused(authenticator, token).getMessage()).contains("kid");

    flood(NOW + 30, 200, 5);
    accepted(authenticator, token);
  }

  /** Anybody may ask where tokens are to be had: that must not use up the fetches of a rotation. */
  @Test
  void whoAsksForTheEndpointsCausesNoFetchOnceTheIssuerWasHeard() throws Exception {
    authenticator.prepare().toCompletableFuture().join();
    for (int i = 0; i < 200; i++) {
      assertThat(authenticator.published().known()).isFalse(); // this issuer publishes none
    }
    issuer.executor.submit(() -> {}).get(); // behind what it was given

    flood(NOW, 0, 1);
    RSAKey next = key("k2", 2048);
    issuer.jwks = published(KEY.toPublicJWK(), next.toPublicJWK());
    accepted(authenticator, sign(header("k2"), issuer.claims(), new RSASSASigner(next)));
  }

  /** Unknown keys at a time, after which the issuer was asked so often in all. */
  private void flood(long second, int tokens, int fetches) throws Exception {
    issuer.clock.now = second;
    for (int i = 0; i < tokens; i++) {
      String unknown = sign(header("unknown-" + i), issuer.claims(), new RSASSASigner(KEY));
      assertThat(refused(authenticator, unknown).getMessage()).contains("kid");
    }
    assertThat(issuer.fetches).as("fetches at %d s", second - NOW).hasValue(fetches);
  }

  @RepeatedTest(5)
  void keysOutliveAnOutageAndRotationIsFollowed() throws Exception {
    accepted(authenticator, issuer.token());
    issuer.status = 500;
    issuer.clock.now = NOW + 600;
    accepted(authenticator, issuer.token(c -> c.put("jti", "t2")));
    issuer.status = 200;
    RSAKey next = key("k2", 2048);
    issuer.jwks = published(KEY.toPublicJWK(), next.toPublicJWK());
    issuer.clock.now = NOW + 700;
    accepted(authenticator, sign(header("k2"), issuer.claims(), new RSASSASigner(next)));
  }

  @Test
  void aWithdrawnKeyTakesItsCachedTokensAlong() throws Exception {
    String token = issuer.token();
    accepted(authenticator, token);
    RSAKey next = key("k2", 2048);
    issuer.jwks = published(next.toPublicJWK());
    authenticator.prepare().toCompletableFuture().join();

    assertThat(refused(authenticator, token).getMessage()).contains("kid");
    accepted(authenticator, sign(header("k2"), issuer.claims(), new RSASSASigner(next)));
  }

  @Test
  void aBodyThatDripsIsGivenUp() {
    issuer.drip = true;
    BearerAuthenticator fresh = issuer.authenticator(IssuerProfile.RFC9068);
    assertThat(fresh.prepare().toCompletableFuture().join().get(0)).contains("did not arrive");
  }

  @Test
  void anIssuerThatWasNeverReachedIsA503() {
    for (String garbage : List.of("", "{", "[]", "{\"keys\":[]}", "x".repeat(300_000))) {
      issuer.jwks = garbage;
      BearerAuthenticator fresh = issuer.authenticator(IssuerProfile.RFC9068);
      assertThat(refused(fresh, issuer.token()).reason()).isEqualTo(Reason.ISSUER_UNAVAILABLE);
      assertThat(fresh.prepare().toCompletableFuture().join()).hasSize(1);
    }
  }
}
