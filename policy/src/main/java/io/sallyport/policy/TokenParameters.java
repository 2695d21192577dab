package io.sallyport.policy;

import io.sallyport.policy.Scope.Code;
import io.sallyport.policy.Scope.Constraint;
import io.sallyport.policy.fhir.Definitions;
import io.sallyport.policy.fhir.Definitions.SearchParameter;
import io.sallyport.policy.fhir.SearchClosure;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiPredicate;

/**
 * The token-type search parameters by which a scope may be constrained, by type, and what of a
 * resource each of them compares: computed from its expression when the policy is loaded, so that
 * what any token may ask is known before there is one. A constraint is held to the resource, and
 * exactly: no modifier, no subsumption, no text.
 *
 * @see <a
 *     href="https://hl7.org/fhir/smart-app-launch/scopes-and-launch-context.html#finer-grained-resource-constraints-using-search-parameters">SMART
 *     App Launch 2.2, finer-grained resource constraints</a>
 */
final class TokenParameters {
  static final TokenParameters NONE = new TokenParameters(Map.of());

  /** By type and code, the paths below the type. */
  private final Map<String, Map<String, List<List<String>>>> paths;

  private TokenParameters(Map<String, Map<String, List<List<String>>>> paths) {
    this.paths = paths;
  }

  static TokenParameters of(
      Definitions definitions, SearchClosure closure, Collection<String> types) {
    Map<String, Map<String, List<List<String>>>> paths = new HashMap<>();
    for (String type : types) {
      Map<String, List<List<String>>> codes = new TreeMap<>();
      for (SearchParameter parameter : definitions.searchParameters(type)) {
        Set<String> compared = closure.compared(type, parameter.code());
        // Those of every type, as _tag, constrain no scope.
        if (!compared.isEmpty() && !parameter.code().startsWith("_")) {
          codes.put(parameter.code(), compared.stream().map(TokenParameters::below).toList());
        }
      }
      paths.put(type, codes);
    }
    return new TokenParameters(paths);
  }

  private static List<String> below(String path) {
    List<String> steps = List.of(path.split("\\."));
    return steps.subList(1, steps.size());
  }

  /**
   * Those of them by which a role may search. A scope is written by who asks for the token: what a
   * caller cannot search by it cannot constrain by either, or what is released would answer.
   */
  TokenParameters only(BiPredicate<String, String> searchable) {
    Map<String, Map<String, List<List<String>>>> left = new HashMap<>();
    paths.forEach(
        (type, codes) -> {
          Map<String, List<List<String>>> some = new TreeMap<>(codes);
          some.keySet().removeIf(code -> !searchable.test(type, code));
          left.put(type, some);
        });
    return new TokenParameters(left);
  }

  /** The JSON keys of the elements that they read, by type. */
  Map<String, Set<String>> keys() {
    Map<String, Set<String>> keys = new HashMap<>();
    paths.forEach((type, codes) -> keys.put(type, keys(type, codes.keySet())));
    return keys;
  }

  /** Of some of a type's. */
  Set<String> keys(String type, Collection<String> codes) {
    Set<String> keys = new TreeSet<>();
    for (String code : codes) {
      paths.get(type).get(code).forEach(path -> keys.add(path.get(0)));
    }
    return keys;
  }

  /** Their codes. */
  Set<String> codes(String type) {
    return paths.getOrDefault(type, Map.of()).keySet();
  }

  /** Whether a resource meets a constraint; what it does not say or cannot be read does not. */
  boolean meets(String type, Constraint constraint, Map<String, Object> elements) {
    for (List<String> path : paths.get(type).getOrDefault(constraint.parameter(), List.of())) {
      if (at(elements, path, constraint.anyOf())) {
        return true;
      }
    }
    return false;
  }

  private static boolean at(Object value, List<String> path, List<Code> wanted) {
    if (value instanceof List<?> list) {
      for (Object item : list) {
        if (at(item, path, wanted)) {
          return true;
        }
      }
      return false;
    }
    if (!path.isEmpty()) {
      return value instanceof Map<?, ?> members
          && at(members.get(path.get(0)), path.subList(1, path.size()), wanted);
    }
    for (Code code : wanted) {
      if (equal(value, code)) {
        return true;
      }
    }
    return false;
  }

  private static boolean equal(Object value, Code wanted) {
    if (value instanceof Coded coded) {
      String system = coded.system() == null ? "" : coded.system();
      return (wanted.system() == null || wanted.system().equals(system))
          && (wanted.code() == null || wanted.code().equals(coded.code()));
    }
    // A code, a Boolean: its system is said nowhere.
    boolean plain = value instanceof String || value instanceof Boolean;
    return plain && wanted.system() == null && value.toString().equals(wanted.code());
  }
}
