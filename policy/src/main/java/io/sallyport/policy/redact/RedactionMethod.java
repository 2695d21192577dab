package io.sallyport.policy.redact;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A way to show less of a value than there is. What it makes depends on the value alone, and never
 * tells more than the method's name says: not the original's length, nor how it was written.
 */
interface RedactionMethod {
  /** The primitive types whose values it can read. */
  Set<String> reads();

  /** The elements it reads of a datatype in the place of the whole; none when it cannot. */
  default List<String> inside(String type) {
    return List.of();
  }

  /** Whether values of a type hold nothing that the method takes away, and so stay. */
  default boolean passes(String type) {
    return false;
  }

  /** The one for values of a type that it can read. */
  default RedactionMethod of(String type) {
    return this;
  }

  /** Whether what it makes depends on the patient. */
  default boolean byPatient() {
    return false;
  }

  /** Whether what it makes depends on the day. */
  default boolean byDay() {
    return false;
  }

  /**
   * Whether it puts one name in the place of another (PSEUDED), and does not tell less exactly
   * (ABSTRED).
   */
  default boolean pseudonymous() {
    return false;
  }

  /**
   * What stands in a value's place; empty when it is not what the method can read: then it goes.
   *
   * @param value a string's text, or a number as written
   * @param beside what else it may read
   */
  Optional<String> redact(String value, Beside beside);
}
