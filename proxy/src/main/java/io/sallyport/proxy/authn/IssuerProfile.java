package io.sallyport.proxy.authn;

import java.util.Map;
import java.util.Set;

/** How an issuer's access tokens look, and how they are told from its other tokens. */
public enum IssuerProfile {
  /** RFC 9068: {@code typ: at+jwt}, {@code client_id}, {@code jti}. */
  RFC9068(Set.of("at+jwt", "application/at+jwt"), false) {
    @Override
    boolean isAccessToken(String type, Map<String, Object> claims) {
      // Section 2.2: both are required.
      return super.isAccessToken(type, claims)
          && claims.get("client_id") instanceof String
          && claims.get("jti") instanceof String;
    }
  },
  /** Keycloak: {@code typ: JWT} in the header and {@code typ: Bearer} in the claims. */
  KEYCLOAK(Set.of("JWT"), true),
  /** Anything that marks its tokens no further. */
  GENERIC(Set.of("", "JWT", "at+jwt"), false);

  private final Set<String> types;
  private final boolean bearerClaim;

  IssuerProfile(Set<String> types, boolean bearerClaim) {
    this.types = types;
    this.bearerClaim = bearerClaim;
  }

  /** Whether header and claims are those of an access token. */
  boolean isAccessToken(String type, Map<String, Object> claims) {
    return types.contains(type) && (!bearerClaim || "Bearer".equals(claims.get("typ")));
  }

  /** The OAuth client, "" when the token does not say. */
  String client(Map<String, Object> claims) {
    Object client = claims.get("client_id");
    if (client == null) {
      client = claims.get("azp");
    }
    return client instanceof String text ? text : "";
  }
}
