package io.sallyport.policy.redact;

import java.time.LocalDate;

/**
 * What a method may read besides the value it rewrites.
 *
 * @param unit the code of the quantity the value is of; "" outside a quantity
 * @param patient the id of the one patient the resource is about; "" when there is none, or more
 * @param today the day of the request; null when nobody said
 */
record Beside(String unit, String patient, LocalDate today) {
  /** What has no unit as its code is read with. */
  static final Beside NOTHING = new Beside("", "", null);

  @Override
  public String toString() {
    return "[phi]";
  }
}
