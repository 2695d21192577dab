package io.sallyport.proxy.exchange;

import java.util.Locale;

/** Whether a caller takes what we serve, FHIR JSON, by its Accept header (RFC 9110 12.5.1). */
final class Negotiation {
  private Negotiation() {}

  static boolean acceptsJson(String accept) {
    if (accept.isBlank()) {
      return true;
    }
    for (String range : accept.toLowerCase(Locale.ROOT).split(",")) {
      String[] parts = range.split(";");
      if (names(parts[0].strip()) && admits(parts)) {
        return true;
      }
    }
    return false;
  }

  private static boolean names(String mediaType) {
    return switch (mediaType) {
      case "application/fhir+json", "application/json", "text/json", "application/*", "*/*" -> true;
      default -> false;
    };
  }

  /** Not with q=0, and not for another FHIR version than R4. */
  private static boolean admits(String[] parts) {
    for (int i = 1; i < parts.length; i++) {
      String parameter = parts[i].strip();
      if (parameter.matches("q=0(\\.0{0,3})?")
          || (parameter.startsWith("fhirversion=") && !parameter.equals("fhirversion=4.0"))) {
        return false;
      }
    }
    return true;
  }
}
