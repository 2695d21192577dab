package io.sallyport.policy;

import java.util.List;

/**
 * One SMART scope on resources: {@code patient/Observation.rs?category=laboratory}.
 *
 * @param type a resource type, or {@code *}
 * @param interactions bits of {@link #bit}
 * @param constraints what a resource must say besides; all of them
 * @see <a href="https://hl7.org/fhir/smart-app-launch/scopes-and-launch-context.html">SMART App
 *     Launch 2.2, scopes</a>
 */
record Scope(Context context, String type, int interactions, List<Constraint> constraints) {
  /** On whose behalf. */
  enum Context {
    /** The one patient that the app was launched for. */
    PATIENT,
    /** Whoever logged in. */
    USER,
    /** Nobody: a service of its own. */
    SYSTEM;

    /** Null when the word is none. */
    static Context of(String word) {
      return switch (word) {
        case "patient" -> PATIENT;
        case "user" -> USER;
        case "system" -> SYSTEM;
        default -> null;
      };
    }
  }

  /**
   * A search parameter, and the codes of which the resource must have one.
   *
   * @param parameter of type token, without modifier
   */
  record Constraint(String parameter, List<Code> anyOf) {}

  /**
   * @param system null for any, "" for none
   * @param code null for any
   */
  record Code(String system, String code) {}

  /** In the order in which a scope must name them: create, read, update, delete, search. */
  static final String LETTERS = "cruds";

  static int bit(char letter) {
    return 1 << LETTERS.indexOf(letter);
  }

  Scope {
    constraints = List.copyOf(constraints);
  }
}
