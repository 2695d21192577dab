package io.sallyport.policy.redact;

/** Logical ids, as FHIR writes them: {@code [A-Za-z0-9\-.]{1,64}}. */
final class Ids {
  private static final int LENGTH_MAX = 64;

  private Ids() {}

  static boolean plain(String id) {
    for (int i = 0; i < id.length(); i++) {
      char c = id.charAt(i);
      boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
      if (!letter && c != '-' && c != '.') {
        return false;
      }
    }
    return !id.isEmpty() && id.length() <= LENGTH_MAX;
  }
}
