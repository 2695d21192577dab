package io.sallyport.policy.redact;

import java.util.List;
import java.util.Map;

/**
 * What the journal needs to know of one released resource, and what a rule asks of it before.
 *
 * @param type the resource type
 * @param id its logical id, "" when it has none
 * @param patients the ids of the patients it is about, from {@code Patient/<id>} references; a
 *     Patient is about itself
 * @param members the ids of the patients in whose compartment it is by any link; looked for only
 *     where a role asks for it, else empty
 * @param segments what is sensitive about it: a bit for each of the policy's segments that one of
 *     its codes or labels belongs to; looked for only where a role asks for it, else 0
 * @param elements what those of its own elements say that a rule asks for, by their JSON key: text,
 *     numbers (Long, Double) and Booleans, {@link io.sallyport.policy.Coded} for a Coding or an
 *     Identifier, lists, and maps of an object's members. An element that is not there is missing;
 *     one that cannot be told is {@link #UNREADABLE}
 * @param stripped whether it bears a modifier extension that the view takes out, and nobody
 *     accepted that: what is left may mean its opposite, so it is not released
 */
public record Fact(
    String type,
    String id,
    List<String> patients,
    List<String> members,
    long segments,
    Map<String, Object> elements,
    boolean stripped) {
  /** The value of an element that is there, and does not say what such an element says. */
  public static final Object UNREADABLE =
      new Object() {
        @Override
        public String toString() {
          return "unreadable";
        }
      };

  public Fact {
    patients = List.copyOf(patients);
    members = List.copyOf(members);
    elements = Map.copyOf(elements);
  }

  /** One of whose elements nobody asks. */
  public Fact(String type, String id, List<String> patients, List<String> members, long segments) {
    this(type, id, patients, members, segments, Map.of(), false);
  }

  public Fact(String type, String id, List<String> patients) {
    this(type, id, patients, List.of(), 0);
  }

  /** The same without what its elements say: when the rules were asked, nobody needs it. */
  Fact judged() {
    return elements.isEmpty()
        ? this
        : new Fact(type, id, patients, members, segments, Map.of(), stripped);
  }

  @Override
  public String toString() {
    return "[phi]";
  }
}
