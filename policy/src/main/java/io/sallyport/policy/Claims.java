package io.sallyport.policy;

import java.util.List;
import java.util.Map;

/**
 * The verified claims of a token (or the {@code --claim} options of an offline run): what identity
 * mapping reads. Values are what JSON has: String, Number, Boolean, List, Map.
 */
public record Claims(Map<String, Object> values) {
  public Claims {
    values = Map.copyOf(values);
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
    for (String segment : path.split("\\.")) {
      if (!(here instanceof Map<?, ?> map)) {
        return null;
      }
      here = map.get(segment);
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

  @Override
  public String toString() {
    return "[claims]";
  }
}
