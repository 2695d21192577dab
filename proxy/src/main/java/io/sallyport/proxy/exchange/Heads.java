package io.sallyport.proxy.exchange;

import io.sallyport.policy.Decision;
import io.sallyport.policy.Reason;
import io.sallyport.policy.redact.View;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The response headers we author: an allow-list. None comes from the upstream but ETag and
 * Last-Modified, and those only where the view shows versions. The set depends on policy and
 * reason, never on data.
 */
final class Heads {
  static final String JSON = "application/fhir+json;charset=utf-8";

  private static final Pattern ETAG = Pattern.compile("W/\"[A-Za-z0-9\\-.]{1,64}\"");
  private static final Pattern LAST_MODIFIED = Pattern.compile("[A-Za-z0-9,: ]{10,40}");

  private Heads() {}

  /** The head of an answer that discloses or authors FHIR JSON. */
  static Downstream.Head ok(Exchange x) {
    return new Downstream.Head(200, common(x));
  }

  /** The head of what is no FHIR. */
  static Downstream.Head json(Exchange x) {
    List<Map.Entry<String, String>> headers = common(x);
    headers.set(0, Map.entry("Content-Type", "application/json"));
    return new Downstream.Head(200, headers);
  }

  /** Whether a record system's ETag is a version that may be passed on. */
  static boolean isVersion(String etag) {
    return ETAG.matcher(etag).matches();
  }

  /** The head of a resource: with its version where the view shows it. */
  static Downstream.Head resource(Exchange x, View view, Upstream.Response response) {
    List<Map.Entry<String, String>> headers = common(x);
    if (view.versions()) {
      if (isVersion(response.etag())) {
        headers.add(Map.entry("ETag", response.etag()));
      }
      if (LAST_MODIFIED.matcher(response.lastModified()).matches()) {
        headers.add(Map.entry("Last-Modified", response.lastModified()));
      }
    }
    return new Downstream.Head(200, headers);
  }

  static Downstream.Head refused(Exchange x, Reason reason) {
    List<Map.Entry<String, String>> headers = common(x);
    String challenge = challenge(x, reason);
    if (challenge != null) {
      headers.add(Map.entry("WWW-Authenticate", challenge));
    }
    if (reason.status() == 405) {
      headers.add(Map.entry("Allow", "GET, HEAD, POST"));
    }
    if (reason.status() == 503) {
      headers.add(Map.entry("Retry-After", "5"));
    }
    return new Downstream.Head(reason.status(), headers);
  }

  /** Which token would do better (RFC 6750 section 3, RFC 9470 section 3); null when none would. */
  private static String challenge(Exchange x, Reason reason) {
    return switch (reason) {
      case NO_CREDENTIALS -> "Bearer"; // no error code when no credentials were given
      case BAD_CREDENTIALS, EXPIRED_CREDENTIALS -> "Bearer error=\"invalid_token\"";
      case INSUFFICIENT_SCOPE -> "Bearer error=\"insufficient_scope\"";
      case INSUFFICIENT_AUTHENTICATION -> {
        String acr = x.decision() instanceof Decision.Deny deny ? String.join(" ", deny.acr()) : "";
        yield "Bearer error=\"insufficient_user_authentication\", acr_values=\"" + acr + "\"";
      }
      default -> null;
    };
  }

  private static List<Map.Entry<String, String>> common(Exchange x) {
    List<Map.Entry<String, String>> headers = new ArrayList<>(8);
    headers.add(Map.entry("Content-Type", JSON));
    headers.add(Map.entry("X-Request-Id", x.id()));
    headers.add(Map.entry("Cache-Control", "no-store, private"));
    headers.add(Map.entry("Vary", "Authorization"));
    headers.add(Map.entry("X-Content-Type-Options", "nosniff"));
    return headers;
  }
}
