package io.sallyport.policy.redact;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;

/**
 * Finds the elements of a view into which people write whatever they like, also what the view hides
 * elsewhere. Extensions and resources inside are not looked into.
 */
final class FreeText {
  /** Names under which FHIR's strings hold sentences and not names, codes or numbers. */
  private static final Set<String> NAMES =
      Set.of(
          "text",
          "display",
          "comment",
          "description",
          "detail",
          "documentation",
          "instruction",
          "patientInstruction",
          "statusReason",
          "summary",
          "textEquivalent");

  /** Types whose text mostly repeats what they hold otherwise. */
  private static final Set<String> BESIDE =
      Set.of("Address", "CodeableConcept", "Coding", "HumanName", "Reference");

  /** Deeper elements belong to datatypes that a shallower path has named already. */
  private static final int DEPTH_MAX = 4;

  private FreeText() {}

  /** A place in the view. {@code nodes}: those on the way, so that no type leads into itself. */
  private record Place(Node node, String path, List<Node> nodes) {}

  /**
   * The paths below a type, the nearest first, and behind them those that stand beside a code or a
   * reference; none for a type that is not shown.
   */
  static List<String> of(View view, String type) {
    List<String> found = new ArrayList<>();
    List<String> beside = new ArrayList<>();
    Deque<Place> places = new ArrayDeque<>();
    if (view.root(type) != null) {
      places.add(new Place(view.root(type), "", List.of()));
    }
    while (!places.isEmpty()) {
      Place place = places.remove();
      for (Slot slot : place.node().slots) {
        if (slot.element == null || slot.hiddenBy != null || slot.underscore || slot.meta) {
          continue;
        }
        String path = place.path() + slot.key;
        if (slot.rewrite == null && free(view, slot)) {
          (BESIDE.contains(place.node().type) ? beside : found).add(path);
        } else if (slot.child != null && !slot.child.type.equals("Extension")) {
          enter(place, slot, path, places);
        }
      }
    }
    found.addAll(beside);
    return found;
  }

  private static void enter(Place from, Slot slot, String path, Deque<Place> places) {
    if (from.nodes().size() + 1 < DEPTH_MAX && !from.nodes().contains(slot.child)) {
      List<Node> nodes = new ArrayList<>(from.nodes());
      nodes.add(slot.child);
      places.add(new Place(slot.child, path + ".", nodes));
    }
  }

  private static boolean free(View view, Slot slot) {
    if (slot.derived) {
      // In an answer it goes wherever the role does not see everything.
      boolean narrative = slot.child != null && slot.child.type.equals("Narrative");
      return narrative && (view.keepsDerived() || !view.partial());
    }
    return switch (slot.type()) {
      case "markdown" -> true;
      case "string" -> slot.element.choice() || NAMES.contains(slot.element.name());
      default -> false;
    };
  }
}
