package io.sallyport.policy.redact;

import java.util.List;

/**
 * What the journal needs to know of one released resource.
 *
 * @param type the resource type
 * @param id its logical id, "" when it has none
 * @param patients the ids of the patients it is about, from {@code Patient/<id>} references; a
 *     Patient is about itself
 * @param members the ids of the patients in whose compartment it is by any link; looked for only
 *     where a role asks for it, else empty
 * @param segments what is sensitive about it: a bit for each of the policy's segments that one of
 *     its codes or labels belongs to; looked for only where a role asks for it, else 0
 */
public record Fact(
    String type, String id, List<String> patients, List<String> members, long segments) {
  public Fact {
    patients = List.copyOf(patients);
    members = List.copyOf(members);
  }

  public Fact(String type, String id, List<String> patients) {
    this(type, id, patients, List.of(), 0);
  }

  @Override
  public String toString() {
    return "[phi]";
  }
}
