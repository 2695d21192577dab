package io.sallyport.policy;

import java.util.List;

/**
 * The glass that one request breaks, for one patient: what must be recorded and told when it is the
 * first of that user and patient.
 *
 * @param reason in the caller's words; "" of one who broke it before and needs none: it breaks no
 *     other
 * @param lastsSeconds how long it stays broken
 * @param tells who is told
 * @param lifts what it lifts, as the policy writes it: {@code relation:care-team}
 */
public record Broken(String reason, int lastsSeconds, String tells, List<String> lifts) {
  public Broken {
    lifts = List.copyOf(lifts);
  }

  @Override
  public String toString() {
    return "[phi]";
  }
}
