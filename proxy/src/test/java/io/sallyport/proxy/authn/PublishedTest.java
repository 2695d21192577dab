package io.sallyport.proxy.authn;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.util.JSONObjectUtils;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What is passed on of an issuer's discovery document. */
class PublishedTest {
  private static final Map<String, Object> DISCOVERY =
      Map.of(
          "issuer", "https://idp",
          "token_endpoint", "https://idp/token",
          "authorization_endpoint", "https://idp/auth",
          "jwks_uri", "https://idp/keys",
          "userinfo_endpoint", "https://idp/me",
          "registration_endpoint", "not a uri at all\"",
          "code_challenge_methods_supported", List.of("plain", "S256"),
          "scopes_supported", List.of("openid", 7));

  private static Map<String, Object> document(Map<String, Object> discovery, Set<String> ours)
      throws Exception {
    Published published = Published.of("https://idp", discovery);
    return JSONObjectUtils.parse(
        new String(published.smartConfiguration(ours), StandardCharsets.UTF_8));
  }

  @Test
  void itIsTheDocumentThatSmartAppsRead() throws Exception {
    assertThat(document(DISCOVERY, Set.of("permission-v2")))
        .containsEntry("issuer", "https://idp")
        .containsEntry("token_endpoint", "https://idp/token")
        .containsEntry("authorization_endpoint", "https://idp/auth")
        .containsEntry("jwks_uri", "https://idp/keys")
        .containsEntry("code_challenge_methods_supported", List.of("S256"))
        .containsEntry("grant_types_supported", List.of("authorization_code"))
        .containsEntry("scopes_supported", List.of("openid"))
        .containsEntry("capabilities", List.of("permission-v2", "sso-openid-connect"))
        .doesNotContainKeys("userinfo_endpoint", "registration_endpoint");
  }

  @Test
  void anIssuerThatKnowsSmartIsBelieved() throws Exception {
    Map<String, Object> smart =
        Map.of("token_endpoint", "https://idp/token", "capabilities", List.of("launch-ehr"));

    assertThat(document(smart, Set.of())).containsEntry("capabilities", List.of("launch-ehr"));
  }

  @Test
  void withoutATokenEndpointNothingIsKnown() {
    assertThat(Published.of("https://idp", Map.of()).known()).isFalse();
    assertThat(Published.NOTHING.known()).isFalse();
    assertThat(Published.of("https://idp", DISCOVERY).known()).isTrue();
  }
}
