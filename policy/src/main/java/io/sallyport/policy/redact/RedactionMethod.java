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

  /**
   * What stands in a value's place; empty when it is not what the method can read: then it goes.
   *
   * @param value a string's text, or a number as written
   * @param unit the code of the quantity the value is of; "" outside a quantity
   */
  Optional<String> redact(String value, String unit);
}
