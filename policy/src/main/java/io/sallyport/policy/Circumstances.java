package io.sallyport.policy;

import java.util.List;
import java.util.function.Predicate;

/**
 * What a request brings along besides its token and what it asks for.
 *
 * @param bases the URLs under which the caller and the record system know what is served here: a
 *     user that a token names by one of them is that resource
 * @param reason why the glass is broken, in the caller's words; "" when it does not say
 * @param broken whether the caller has broken the glass for a patient already, and it is still
 *     open; asked with "" for any patient
 */
public record Circumstances(List<String> bases, String reason, Predicate<String> broken) {
  /** Of a request that brings nothing. */
  public static final Circumstances NONE = new Circumstances(List.of(), "", patient -> false);

  public Circumstances {
    bases = List.copyOf(bases);
  }

  @Override
  public String toString() {
    return "[phi]";
  }
}
