package io.sallyport.policy;

import java.util.List;
import java.util.Map;

/**
 * The verified claims of a token (or the {@code --claim} options of an offline run): what identity
 * mapping reads. Values are what JSON has: String, Number, Boolean, List, Map.
 */
public final class Claims {
  private final Map<String, Object> values;

  // Immutable, and of these values only: a thread that does not see another's parses once more.
  private Scopes scopes;

  public Claims(Map<String, Object> values) {
    this.values = Map.copyOf(values);
  }

  /** All of them. */
  public Map<String, Object> values() {
    return values;
  }

  /**
   * The value at a path, whose segments are separated by dots ({@code realm_access.roles}); a claim
   * whose own name has dots wins over the path. Null when absent.
   */
  public Object at(String path) {
    Object whole = values.get(path);
    if (whole != null) {
      return whole;
    }
    if (path.indexOf('.') < 0) {
      return null;
    }
    Object here = values;
    for (int from = 0; from <= path.length(); ) {
      int dot = path.indexOf('.', from);
      int end = dot < 0 ? path.length() : dot;
      if (!(here instanceof Map<?, ?> map)) {
        return null;
      }
      here = map.get(path.substring(from, end));
      from = end + 1;
    }
    return here;
  }

  /**
   * The strings at a path: a string is a list of one, a list keeps its strings; anything else is
   * empty.
   */
  public List<String> strings(String path) {
    Object value = at(path);
    if (value instanceof String one) {
      return List.of(one);
    }
    if (value instanceof List<?> one && one.size() == 1 && one.get(0) instanceof String only) {
      return List.of(only);
    }
    if (value instanceof List<?> many) {
      return many.stream().filter(String.class::isInstance).map(String.class::cast).toList();
    }
    return List.of();
  }

  /** The SMART scopes in a claim, parsed once for as long as the token is remembered. */
  Scopes scopes(String claim) {
    Scopes known = scopes;
    if (known == null || !known.claim().equals(claim)) {
      known = Scopes.of(claim, this);
      scopes = known;
    }
    return known;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Claims claims && values.equals(claims.values);
  }

  @Override
  public int hashCode() {
    return values.hashCode();
  }

  @Override
  public String toString() {
    return "[claims]";
  }
}
