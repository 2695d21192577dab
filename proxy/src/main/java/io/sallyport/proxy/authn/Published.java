package io.sallyport.proxy.authn;

import com.nimbusds.jose.util.JSONObjectUtils;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * What an issuer says of itself by OpenID Connect Discovery, as far as it is passed on to whoever
 * wants a token: where its endpoints are and what they support. Immutable.
 *
 * @see <a href="https://hl7.org/fhir/smart-app-launch/STU2.2/conformance.html">SMART App Launch
 *     2.2, conformance</a>
 */
public final class Published {
  private static final List<String> ENDPOINTS =
      List.of(
          "jwks_uri",
          "authorization_endpoint",
          "token_endpoint",
          "registration_endpoint",
          "introspection_endpoint",
          "revocation_endpoint",
          "management_endpoint");
  private static final List<String> LISTS =
      List.of(
          "token_endpoint_auth_methods_supported",
          "grant_types_supported",
          "scopes_supported",
          "response_types_supported",
          "code_challenge_methods_supported",
          "capabilities");

  /** Of an issuer of which nothing is known yet. */
  public static final Published NOTHING = new Published("", Map.of(), Map.of());

  private final String issuer;
  private final Map<String, String> endpoints;
  private final Map<String, List<String>> lists;

  private Published(String issuer, Map<String, String> endpoints, Map<String, List<String>> lists) {
    this.issuer = issuer;
    this.endpoints = endpoints;
    this.lists = lists;
  }

  /** Takes what is passed on of a discovery document; what is no absolute URI is left out. */
  static Published of(String issuer, Map<String, Object> discovery) {
    Map<String, String> endpoints = new LinkedHashMap<>();
    for (String name : ENDPOINTS) {
      String uri = uri(discovery.get(name));
      if (uri != null) {
        endpoints.put(name, uri);
      }
    }
    Map<String, List<String>> lists = new LinkedHashMap<>();
    for (String name : LISTS) {
      if (discovery.get(name) instanceof List<?> given) {
        lists.put(
            name,
            given.stream()
                .filter(String.class::isInstance)
                .map(String.class::cast)
                .distinct()
                .toList());
      }
    }
    return new Published(issuer, Map.copyOf(endpoints), Map.copyOf(lists));
  }

  private static String uri(Object value) {
    try {
      URI uri = value instanceof String text ? URI.create(text) : null;
      return uri == null || !uri.isAbsolute() ? null : uri.toASCIIString();
    } catch (IllegalArgumentException malformed) {
      return null;
    }
  }

  /** Whether it says where tokens are to be had. */
  public boolean known() {
    return endpoints.containsKey("token_endpoint");
  }

  /** An endpoint as an absolute URI, in ASCII; null when it is not published. */
  public String endpoint(String name) {
    return endpoints.get(name);
  }

  /**
   * The document of {@code .well-known/smart-configuration}.
   *
   * @param ours the SMART capabilities that the appliance itself provides
   */
  public byte[] smartConfiguration(Set<String> ours) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("issuer", issuer);
    for (String name : ENDPOINTS) {
      if (endpoints.containsKey(name)) {
        document.put(name, endpoints.get(name));
      }
    }
    document.putAll(lists);
    document.putIfAbsent("grant_types_supported", List.of("authorization_code"));
    // Plain must not be among them, even where the issuer still knows it.
    document.computeIfPresent(
        "code_challenge_methods_supported",
        (name, given) ->
            lists.get(name).stream().filter(method -> !method.equals("plain")).toList());
    Set<String> capabilities = new TreeSet<>(ours);
    capabilities.addAll(lists.getOrDefault("capabilities", List.of()));
    if (endpoints.containsKey("authorization_endpoint") && endpoints.containsKey("jwks_uri")) {
      capabilities.add("sso-openid-connect");
    }
    document.put("capabilities", new ArrayList<>(capabilities));
    return JSONObjectUtils.toJSONString(document).getBytes(StandardCharsets.UTF_8);
  }
}
