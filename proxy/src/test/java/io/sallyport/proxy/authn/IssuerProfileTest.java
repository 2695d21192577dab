package io.sallyport.proxy.authn;

import static io.sallyport.proxy.authn.TestIssuer.KEY;
import static io.sallyport.proxy.authn.TestIssuer.accepted;
import static io.sallyport.proxy.authn.TestIssuer.refused;
import static io.sallyport.proxy.authn.TestIssuer.sign;
import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import io.sallyport.policy.Reason;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How access tokens are told from the issuer's others. */
class IssuerProfileTest {
  private final TestIssuer issuer = new TestIssuer();
  private final BearerAuthenticator authenticator = issuer.authenticator(IssuerProfile.RFC9068);

  @AfterEach
  void stop() {
    issuer.close();
  }

  @Test
  void profilesTellAccessTokensFromOthers() throws Exception {
    JWSHeader jwt =
        new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("k1").type(JOSEObjectType.JWT).build();
    Map<String, Object> keycloak = issuer.claims();
    keycloak.put("typ", "Bearer");
    keycloak.remove("client_id");
    keycloak.put("azp", "smart-app");
    String access = sign(jwt, keycloak, new RSASSASigner(KEY));
    keycloak.put("typ", "ID");
    String id = sign(jwt, keycloak, new RSASSASigner(KEY));
    keycloak.put("typ", "Refresh");
    String refresh = sign(jwt, keycloak, new RSASSASigner(KEY));

    BearerAuthenticator profile = issuer.authenticator(IssuerProfile.KEYCLOAK);
    Identity identity = accepted(profile, access);
    assertThat(identity.client()).isEqualTo("smart-app");
    assertThat(refused(profile, id).reason()).isEqualTo(Reason.BAD_CREDENTIALS);
    assertThat(refused(profile, refresh).reason()).isEqualTo(Reason.BAD_CREDENTIALS);
    assertThat(refused(authenticator, access).reason()).isEqualTo(Reason.BAD_CREDENTIALS);
  }
}
