package io.sallyport.proxy.siem;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A JSON object as it is put together; what is empty is left out. As text it is one line of ASCII:
 * no receiver can take a part of it for something else.
 */
final class Json {
  private final Map<String, Object> members = new LinkedHashMap<>();

  /** Adds a member unless the value is null, "" or empty. */
  Json put(String name, Object value) {
    boolean empty =
        value == null
            || value.equals("")
            || value instanceof Json j && j.members.isEmpty()
            || value instanceof List<?> l && l.isEmpty()
            || value instanceof Map<?, ?> m && m.isEmpty();
    if (!empty) {
      members.put(name, value);
    }
    return this;
  }

  @Override
  public String toString() {
    var to = new StringBuilder(512);
    value(to, this);
    return to.toString();
  }

  private static void value(StringBuilder to, Object value) {
    if (value instanceof Json json) {
      object(to, json.members);
    } else if (value instanceof Map<?, ?> map) {
      object(to, map);
    } else if (value instanceof List<?> list) {
      char before = '[';
      for (var item : list) {
        value(to.append(before), item);
        before = ',';
      }
      to.append(']');
    } else if (value instanceof Number || value instanceof Boolean) {
      to.append(value);
    } else {
      string(to, value.toString());
    }
  }

  private static void object(StringBuilder to, Map<?, ?> members) {
    to.append('{');
    char before = 0;
    for (var member : members.entrySet()) {
      if (before != 0) {
        to.append(before);
      }
      before = ',';
      string(to, member.getKey().toString());
      value(to.append(':'), member.getValue());
    }
    to.append('}');
  }

  private static void string(StringBuilder to, String text) {
    to.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        to.append('\\').append(c);
      } else if (c < ' ' || c > '~') {
        to.append(String.format("\\u%04x", (int) c));
      } else {
        to.append(c);
      }
    }
    to.append('"');
  }
}
