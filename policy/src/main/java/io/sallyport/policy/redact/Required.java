package io.sallyport.policy.redact;

import io.sallyport.policy.fhir.Definitions;
import io.sallyport.policy.fhir.Definitions.Element;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * What must be left of an object of one state, so that it stays valid FHIR: for a required element
 * that the view may take out, or what stands for it. Where nothing can stand for it (an extension
 * without its URL or its value, a narrative without its text) the object goes.
 *
 * <p>It depends on the view, and on what is left: never on whether there was something.
 */
final class Required {
  /**
   * One element, by the bits of its keys.
   *
   * @param absent what is put behind the last member when none of them is left; null when the
   *     object goes
   * @param always whether it is missed although none was taken out: the answer would tell that
   */
  private record Part(long low, long high, byte[] absent, boolean always) {}

  private final List<Part> parts;
  private final boolean always;

  private Required(List<Part> parts) {
    this.parts = List.copyOf(parts);
    this.always = parts.stream().anyMatch(Part::always);
  }

  /** Whether {@link #close} has something to do; short, for it is asked of every object. */
  boolean asks(long lost) {
    return always || lost != 0;
  }

  /**
   * At an object's end, if it {@link #asks}.
   *
   * @param p where its "}" is
   * @param seen the bits of the keys that it has, and of those behind the 64th
   * @param lost which of them go
   * @return false when the object goes
   */
  boolean close(int p, long seen, long seenMore, long lost, long lostMore, Edits edits) {
    for (Part part : parts) {
      boolean left = (seen & ~lost & part.low) != 0 || (seenMore & ~lostMore & part.high) != 0;
      boolean went = (lost & part.low) != 0 || (lostMore & part.high) != 0;
      if (left || !(part.always || went)) {
        continue;
      }
      if (part.absent == null) {
        return false;
      }
      edits.replace(p, p, part.absent);
    }
    return true;
  }

  /** Whatever may go of the objects of one state; null when nothing does. */
  static Required of(Definitions definitions, Node node, AbsentReason reason, boolean partial) {
    List<Part> parts =
        switch (node.type) {
          case "Extension" -> extension(node, reason);
          case "Narrative" -> narrative(node);
          default -> elements(definitions, node, reason, partial);
        };
    return parts.isEmpty() ? null : new Required(parts);
  }

  private static List<Part> extension(Node node, AbsentReason reason) {
    Predicate<Slot> value = slot -> slot.element.name().equals("value");
    Predicate<Slot> says = slot -> value.test(slot) || slot.element.name().equals("extension");
    boolean goes = false;
    for (Slot slot : node.slots) {
      goes |= says.test(slot) && slot.mayGo();
    }
    Part what = part(node, says, reason.inside(), goes);
    boolean named = node.find("url").hiddenBy == null;
    return named ? List.of(what) : List.of(part(node, slot -> slot.key.equals("url"), null, true));
  }

  private static List<Part> narrative(Node node) {
    return node.dirty
        ? List.of(
            part(node, slot -> slot.element.name().equals("status"), null, true),
            part(node, slot -> slot.key.equals("div"), null, true))
        : List.of();
  }

  private static List<Part> elements(
      Definitions definitions, Node node, AbsentReason reason, boolean partial) {
    List<Part> parts = new ArrayList<>();
    for (Element element : definitions.type(node.type).elements()) {
      Predicate<Slot> own = slot -> slot.element == element;
      if (element.min() == 0 || element.types().contains("Resource")) {
        continue;
      }
      String absent = reason.member(node, element);
      boolean hides = false;
      boolean object = false;
      for (Slot slot : node.slots) {
        hides |= own.test(slot) && (slot.mayGo() || (partial && reference(slot)));
        object |= own.test(slot) && !slot.underscore && slot.child != null;
      }
      if (!absent.isEmpty() && (hides || object)) {
        parts.add(part(node, own, absent, hides));
      }
    }
    return parts;
  }

  private static boolean reference(Slot slot) {
    return slot.child != null && slot.child.type.equals("Reference");
  }

  private static Part part(Node node, Predicate<Slot> of, String absent, boolean always) {
    long low = 0;
    long high = 0;
    for (Slot slot : node.slots) {
      if (slot.element != null && of.test(slot)) {
        if (slot.index >= 128) {
          throw new IllegalStateException(node.type + "." + slot.key + " is beyond the bits");
        }
        low |= slot.index < 64 ? 1L << slot.index : 0;
        high |= slot.index < 64 ? 0 : 1L << slot.index;
      }
    }
    byte[] bytes = absent == null ? null : absent.getBytes(StandardCharsets.UTF_8);
    return new Part(low, high, bytes, always);
  }
}
