package io.sallyport.proxy.exchange;

import io.sallyport.policy.Reason;
import io.sallyport.policy.Refusal;
import java.util.Locale;

/**
 * Whether an upstream's response is one that we can judge at all. Anything else is not passed on.
 */
final class Judgement {
  private Judgement() {}

  /** Returns when the response is a 200 with FHIR JSON to come; refuses otherwise. */
  static void admit(Upstream.Response response) {
    int status = response.status();
    if (status != 200) {
      throw new Refusal(reason(status), "upstream status " + status);
    }
    if (!response.contentEncoding().isEmpty()
        && !response.contentEncoding().equalsIgnoreCase("identity")) {
      throw new Refusal(Reason.UPSTREAM_INVALID, "upstream sent a content encoding not asked for");
    }
    if (!isJson(response.contentType())) {
      throw new Refusal(Reason.UPSTREAM_INVALID, "upstream content type is not FHIR JSON");
    }
  }

  // 404 and 410 are one: a deleted resource and one that never was must look the same. What the
  // upstream says of our own credentials is not the caller's business.
  static Reason reason(int status) {
    return switch (status) {
      case 404, 410 -> Reason.NOT_FOUND;
      case 400, 412, 422 -> Reason.UPSTREAM_REJECTED;
      case 429, 503 -> Reason.UPSTREAM_BUSY;
      case 504 -> Reason.UPSTREAM_TIMEOUT;
      default -> status >= 400 ? Reason.UPSTREAM_ERROR : Reason.UPSTREAM_INVALID;
    };
  }

  private static boolean isJson(String contentType) {
    String[] parts = contentType.toLowerCase(Locale.ROOT).split(";");
    String type = parts[0].strip();
    if (!type.equals("application/fhir+json") && !type.equals("application/json")) {
      return false;
    }
    for (int i = 1; i < parts.length; i++) {
      String parameter = parts[i].strip().replace("\"", "");
      if (parameter.startsWith("charset=") && !parameter.equals("charset=utf-8")) {
        return false;
      }
      if (parameter.startsWith("fhirversion=") && !parameter.equals("fhirversion=4.0")) {
        return false;
      }
    }
    return true;
  }
}
