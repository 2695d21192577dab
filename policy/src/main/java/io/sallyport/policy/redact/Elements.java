package io.sallyport.policy.redact;

import io.sallyport.policy.Coded;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a resource's own elements say, those that a rule asks for: also when the view hides them.
 * The walk notes where they stand; when it has proven every byte valid, they are read there. Not
 * what is contained or nested: that says nothing of the resource.
 *
 * <p>An element is read whole or not at all. What is of another type than the definitions say, is
 * null, has only an extension for a value, is a Coding without a code or a Reference without a
 * literal one, or is larger than a rule needs, cannot be told.
 */
final class Elements {
  /** Values of one element. */
  static final int VALUES_MAX = 1000;

  /** Characters of one element's texts. */
  static final int TEXT_MAX = 64 << 10;

  /** What it can be in bytes, every character an escape. */
  private static final int ESCAPED_MAX = 6 * TEXT_MAX + 2;

  private static final Set<String> NUMBERS = Set.of("integer", "positiveInt", "unsignedInt");

  private final List<Slot> slots = new ArrayList<>();
  private final List<Integer> places = new ArrayList<>();
  private final Skip skip = new Skip();
  private byte[] s;
  private Bases bases;

  /** Behind what was read last. */
  private int at;

  private int values;
  private int text;

  /** It is none of the types' values. */
  private static final class Unreadable extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Unreadable() {
      super("unreadable", null, false, false);
    }
  }

  /** The walk met an element, whose value begins at {@code p}. */
  void note(Slot slot, int p) {
    slots.add(slot);
    places.add(p);
  }

  void clear() {
    if (!slots.isEmpty()) {
      slots.clear();
      places.clear();
    }
  }

  /** Whether something that is asked for is there. */
  boolean any() {
    return !slots.isEmpty();
  }

  /**
   * Reads.
   *
   * @param source what was walked
   * @param wanted the JSON keys of the elements asked for
   * @return by key; what is not there is not in it
   */
  Map<String, Object> read(byte[] source, Set<String> wanted, Bases by) {
    if (wanted.isEmpty() || slots.isEmpty()) {
      return Map.of();
    }
    s = source;
    bases = by;
    Map<String, Object> read = new HashMap<>();
    for (int i = 0; i < slots.size(); i++) {
      Slot slot = slots.get(i);
      if (!slot.underscore && wanted.contains(slot.key)) {
        at = places.get(i);
        read.put(slot.key, whole(slot));
      }
    }
    for (Slot slot : slots) {
      String beside = slot.key.substring(1);
      if (slot.underscore && wanted.contains(beside)) {
        read.putIfAbsent(beside, Fact.UNREADABLE);
      }
    }
    return read;
  }

  private Object whole(Slot slot) {
    values = 0;
    text = 0;
    try {
      return value(slot);
    } catch (Unreadable untold) {
      return Fact.UNREADABLE;
    }
  }

  private Object value(Slot slot) {
    if (!slot.list) {
      return item(slot);
    }
    expect('[');
    List<Object> list = new ArrayList<>();
    do {
      at = Text.space(s, at + 1);
      Object item = item(slot);
      if (item instanceof List<?> codings) {
        list.addAll(codings); // of a CodeableConcept
      } else {
        list.add(item);
      }
      at = Text.space(s, at);
    } while (s[at] == ',');
    at++;
    return list;
  }

  private Object item(Slot slot) {
    if (++values > VALUES_MAX || slot.kind == Slot.Kind.RESOURCE) {
      throw new Unreadable();
    }
    if (slot.kind == Slot.Kind.PRIMITIVE) {
      return primitive(slot);
    }
    Map<String, Object> members = object(slot.child);
    return switch (slot.child.type) {
      case "CodeableConcept" -> members.getOrDefault("coding", List.of());
      case "Coding" -> coded(members, "code");
      case "Identifier" -> coded(members, "value");
      case "Reference" -> present(members, "reference");
      default -> members;
    };
  }

  private static Coded coded(Map<String, Object> members, String code) {
    return new Coded((String) members.get("system"), (String) present(members, code));
  }

  private static Object present(Map<String, Object> members, String name) {
    Object value = members.get(name);
    if (value == null) {
      throw new Unreadable();
    }
    return value;
  }

  private Map<String, Object> object(Node node) {
    expect('{');
    Map<String, Object> members = new HashMap<>();
    Set<String> beside = new HashSet<>();
    do {
      at = Text.space(s, at + 1);
      int end = Text.string(s, at + 1);
      Slot slot =
          Text.escaped(s, at + 1, end)
              ? node.find(Text.decode(s, at + 1, end))
              : node.find(s, at + 1, end);
      at = Text.space(s, Text.space(s, end + 1) + 1);
      if (slot == null || slot.kind == Slot.Kind.RESOURCE || aside(slot)) {
        skip.reset();
        at = skip.end(s, at, s.length);
        if (slot != null && slot.underscore) {
          beside.add(slot.key.substring(1));
        }
      } else {
        members.put(slot.key, value(slot));
      }
      at = Text.space(s, at);
    } while (s[at] == ',');
    at++;
    if (!members.keySet().containsAll(beside)) {
      throw new Unreadable();
    }
    return members;
  }

  /** Extensions say something beside a value, but for those that change what it means. */
  private static boolean aside(Slot slot) {
    if (slot.key.equals("modifierExtension")) {
      throw new Unreadable();
    }
    return slot.underscore || slot.key.equals("extension");
  }

  private void expect(char first) {
    if (s[at] != first) {
      throw new Unreadable();
    }
  }

  private Object primitive(Slot slot) {
    String type = slot.type();
    int from = at;
    if (s[at] == '"') {
      at = Text.string(s, from + 1) + 1;
      if (at - from > ESCAPED_MAX || type.equals("boolean") || number(type)) {
        throw new Unreadable();
      }
      String written = Text.decode(s, from + 1, at - 1);
      text += written.length();
      if (text > TEXT_MAX) {
        throw new Unreadable();
      }
      String literal = slot.reference ? bases.reference(s, from + 1, at - 1) : null;
      return literal == null ? written : literal;
    }
    if (type.equals("boolean") && (s[at] == 't' || s[at] == 'f')) {
      at += s[at] == 't' ? 4 : 5;
      return s[from] == 't';
    }
    if (number(type) && (s[at] == '-' || (s[at] >= '0' && s[at] <= '9'))) {
      at = Text.number(s, at);
      return number(Text.decode(s, from, at), type);
    }
    throw new Unreadable();
  }

  private static boolean number(String type) {
    return type.equals("decimal") || NUMBERS.contains(type);
  }

  private static Object number(String written, String type) {
    try {
      if (!type.equals("decimal")) {
        return Long.valueOf(written);
      }
    } catch (NumberFormatException none) {
      throw new Unreadable();
    }
    double number = Double.parseDouble(written);
    if (Double.isInfinite(number)) {
      throw new Unreadable();
    }
    return number;
  }
}
