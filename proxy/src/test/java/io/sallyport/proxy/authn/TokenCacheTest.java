package io.sallyport.proxy.authn;

import static io.sallyport.proxy.authn.TestIssuer.NOW;
import static io.sallyport.proxy.authn.TestIssuer.accepted;
import static io.sallyport.proxy.authn.TestIssuer.refused;
import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.util.Base64URL;
import io.sallyport.policy.Reason;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a token that was seen before is still asked. */
class TokenCacheTest {
  private final TestIssuer issuer = new TestIssuer();
  private final BearerAuthenticator authenticator = issuer.authenticator(IssuerProfile.RFC9068);

  @AfterEach
  void stop() {
    issuer.close();
  }

  @Test
  void aCachedTokenIsCheckedForExpiryEachTime() {
    String token = issuer.token();
    accepted(authenticator, token);
    issuer.clock.now = NOW + 3599;
    accepted(authenticator, token);
    issuer.clock.now = NOW + 3600;
    assertThat(refused(authenticator, token).reason()).isEqualTo(Reason.EXPIRED_CREDENTIALS);
  }

  @Test
  void aCachedTokenDoesNotVouchForAnotherSignature() {
    String token = issuer.token();
    accepted(authenticator, token);
    int dot = token.lastIndexOf('.');
    byte[] signature = new Base64URL(token.substring(dot + 1)).decode();
    signature[10] ^= 1;
    assertThat(
            refused(authenticator, token.substring(0, dot + 1) + Base64URL.encode(signature))
                .getMessage())
        .contains("signature");
  }
}
