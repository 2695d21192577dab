package io.sallyport.policy.redact;

import java.util.List;

/**
 * What the journal needs to know of one released resource.
 *
 * @param type the resource type
 * @param id its logical id, "" when it has none
 * @param patients the ids of the patients it is about, from {@code Patient/<id>} references; a
 *     Patient is about itself
 */
public record Fact(String type, String id, List<String> patients) {
  public Fact {
    patients = List.copyOf(patients);
  }

  @Override
  public String toString() {
    return "[phi]";
  }
}
