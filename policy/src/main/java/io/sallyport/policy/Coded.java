package io.sallyport.policy;

/**
 * A code and the system that it is of: what a Coding or an Identifier says, and what FHIR's token
 * search compares.
 *
 * @param system null when it names none
 * @param code null when it has none
 */
public record Coded(String system, String code) {
  /** {@code system|code}, as a search writes it: {@code |code} without a system. */
  public String text() {
    return (system == null ? "" : system) + '|' + code;
  }

  @Override
  public String toString() {
    return "[phi]";
  }
}
