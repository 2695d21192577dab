package io.sallyport.policy.redact;

import io.sallyport.policy.Reason;
import io.sallyport.policy.Refusal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A small answer of the record system as a tree, after all of it was proven strict JSON: for what
 * we ask ourselves and never pass on. An object is a Map, an array a List, a string a String, any
 * other scalar its text as {@link Scalar}.
 */
public final class JsonTree {
  /** A number, true, false or null, as written: it equals no string. */
  public record Scalar(String text) {}

  private final byte[] bytes;
  private int at;

  private JsonTree(byte[] padded) {
    this.bytes = padded;
  }

  /**
   * Reads one JSON value.
   *
   * @throws io.sallyport.policy.Refusal UPSTREAM_INVALID when it is not strict: no UTF-8, a key
   *     twice, bytes behind it, nested too deeply
   */
  public static Object of(byte[] json) {
    StrictJson.check(json);
    return new JsonTree(Arrays.copyOf(json, json.length + Redactor.PADDING)).value();
  }

  /** The values at a path of keys from here, through every item of a list. */
  public static List<Object> at(Object from, List<String> steps) {
    List<Object> here = new ArrayList<>();
    spread(from, here);
    for (String step : steps) {
      List<Object> next = new ArrayList<>();
      for (Object node : here) {
        if (node instanceof Map<?, ?> map) {
          spread(map.get(step), next);
        }
      }
      here = next;
    }
    return here;
  }

  private static void spread(Object node, List<Object> to) {
    if (node instanceof List<?> many) {
      many.forEach(item -> spread(item, to));
    } else if (node != null) {
      to.add(node);
    }
  }

  // Everything below relies on the check: the grammar holds, and the depth is bounded.
  private Object value() {
    at = Text.space(bytes, at);
    return switch (bytes[at]) {
      case '{' -> object();
      case '[' -> array();
      case '"' -> string();
      default -> scalar();
    };
  }

  private Map<String, Object> object() {
    Map<String, Object> members = new LinkedHashMap<>();
    while (more('}')) {
      String key = string();
      at = Text.space(bytes, at) + 1; // the colon
      members.put(key, value());
    }
    return members;
  }

  private List<Object> array() {
    List<Object> items = new ArrayList<>();
    while (more(']')) {
      items.add(value());
    }
    return items;
  }

  /** Steps over the opening bracket or a comma to the next item; false behind the closing one. */
  private boolean more(char close) {
    at = Text.space(bytes, at);
    if (bytes[at] == '{' || bytes[at] == '[' || bytes[at] == ',') {
      at = Text.space(bytes, at + 1);
    }
    if (bytes[at] != close) {
      return true;
    }
    at++;
    return false;
  }

  private String string() {
    int from = at + 1;
    int to = Text.string(bytes, from);
    at = to + 1;
    return Text.decode(bytes, from, to);
  }

  private Scalar scalar() {
    int from = at;
    while (bytes[at] > ' ' && ",]}".indexOf(bytes[at]) < 0) {
      at++;
    }
    if (at == from) {
      throw new Refusal(Reason.UPSTREAM_INVALID, "byte " + at + ": no value");
    }
    return new Scalar(new String(bytes, from, at - from, StandardCharsets.US_ASCII));
  }
}
