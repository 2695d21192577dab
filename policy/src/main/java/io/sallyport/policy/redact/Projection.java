package io.sallyport.policy.redact;

import io.sallyport.policy.fhir.Results;
import java.util.Set;

/**
 * Which part of what a view shows a caller asked for: {@code _elements} and {@code _summary}. It
 * only takes away, and it depends on the request alone. Elements that must be there, and modifier
 * elements, without which others would be misread, always stay.
 *
 * @see <a href="https://hl7.org/fhir/R4/search.html#summary">FHIR R4 search, summary</a>
 */
final class Projection {
  /** Members of a resource that say what it is. */
  private static final Set<String> IDENTITY = Set.of("id", "meta");

  private final String summary;
  private final Set<String> elements;

  private Projection(String summary, Set<String> elements) {
    this.summary = summary;
    this.elements = elements;
  }

  /** What results ask for; null when they are wanted whole. */
  static Projection of(Results results) {
    return results.subset()
        ? new Projection(results.summary(), Set.copyOf(results.elements()))
        : null;
  }

  /** Whether it names elements of the type that was searched: they say nothing of another. */
  boolean ofOneType() {
    return !elements.isEmpty();
  }

  /** Whether it reaches below a resource's own elements. */
  boolean deep() {
    return summary.equals("true");
  }

  /** Whether a member of an object stays. */
  boolean keeps(Slot slot, boolean root) {
    if (slot.element == null || slot.element.min() > 0 || slot.element.modifier()) {
      return true;
    }
    String name = slot.element.name();
    if (root && IDENTITY.contains(name)) {
      return true;
    }
    return switch (summary) {
      case "true" -> slot.element.summary();
      case "text" -> name.equals("text");
      case "data" -> !name.equals("text");
      default -> elements.contains(name);
    };
  }

  /** Whether of a member that stays something may go. */
  boolean enters(Slot slot, boolean root) {
    return deep()
        && slot.kind != Slot.Kind.PRIMITIVE
        && slot.kind != Slot.Kind.RESOURCE_TYPE
        && !slot.underscore
        && (slot.element == null || !slot.element.modifier())
        && !(root && slot.meta);
  }
}
