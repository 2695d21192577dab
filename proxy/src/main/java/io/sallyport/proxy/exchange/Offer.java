package io.sallyport.proxy.exchange;

import io.sallyport.policy.redact.JsonTree;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a record system says it can do, by its own CapabilityStatement: of which we tell callers no
 * more than their role may use. Of what it does not speak we believe that it can.
 *
 * @see <a href="https://hl7.org/fhir/R4/capabilitystatement.html">FHIR R4 CapabilityStatement</a>
 */
final class Offer {
  /** Of a record system that says nothing. */
  static final Offer ANY = new Offer(null, Set.of());

  private static final List<String> RESOURCES = List.of("rest", "resource");

  private final Map<String, Type> types;
  private final Set<String> everywhere;

  /** Null where the statement has no such list. */
  private record Type(Set<String> interactions, Set<String> parameters, Set<String> operations) {}

  private Offer(Map<String, Type> types, Set<String> everywhere) {
    this.types = types;
    this.everywhere = everywhere;
  }

  /**
   * Reads a CapabilityStatement.
   *
   * @throws io.sallyport.policy.Refusal UPSTREAM_INVALID when it is not strict JSON
   */
  static Offer of(byte[] statement) {
    Object root = JsonTree.of(statement);
    Map<String, Type> types = new HashMap<>();
    for (Object resource : JsonTree.at(root, RESOURCES)) {
      for (Object type : JsonTree.at(resource, List.of("type"))) {
        types.put(
            String.valueOf(type),
            new Type(
                names(resource, "interaction", "code"),
                names(resource, "searchParam", "name"),
                names(resource, "operation", "name")));
      }
    }
    Set<String> everywhere = names(root, "rest", "searchParam", "name");
    return types.isEmpty() ? ANY : new Offer(types, everywhere == null ? Set.of() : everywhere);
  }

  private static Set<String> names(Object from, String... steps) {
    Set<String> names = new HashSet<>();
    JsonTree.at(from, List.of(steps)).forEach(name -> names.add(String.valueOf(name)));
    return names.isEmpty() ? null : names;
  }

  /** Whether it has an interaction on a type, as a statement names it. */
  boolean interaction(String type, String code) {
    return types == null || (types.containsKey(type) && has(types.get(type).interactions(), code));
  }

  /** Whether it can search a type by a parameter. */
  boolean parameter(String type, String code) {
    return types == null
        || code.equals("_id")
        || everywhere.contains(code)
        || (types.containsKey(type) && has(types.get(type).parameters(), code));
  }

  /** Whether it has an operation, which statements name with a $ or without. */
  boolean operation(String type, String name) {
    if (types == null) {
      return true;
    }
    Type of = types.get(type);
    return of != null
        && (of.operations() == null
            || of.operations().contains(name)
            || of.operations().contains("$" + name));
  }

  private static boolean has(Set<String> listed, String code) {
    return listed == null || listed.contains(code);
  }
}
