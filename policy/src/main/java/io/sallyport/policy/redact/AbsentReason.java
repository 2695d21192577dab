package io.sallyport.policy.redact;

import io.sallyport.policy.fhir.Definitions;
import io.sallyport.policy.fhir.Definitions.Element;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * What an answer says in the place of required elements that are hidden: the extension
 * data-absent-reason. It depends on the view alone, never on whether there was a value, which would
 * tell. (US Core, Suppressed Data: {@code unknown} for mandatory elements.)
 */
final class AbsentReason {
  private static final String URL = "http://hl7.org/fhir/StructureDefinition/data-absent-reason";

  private AbsentReason() {}

  /** The members to put behind the last one of an object at this state; null for none. */
  static byte[] members(Definitions definitions, Node node, String code) {
    // A URL is what an extension is, and xhtml cannot be extended: both go with what holds them.
    if (node.type.equals("Extension") || node.type.equals("Narrative")) {
      return null;
    }
    StringBuilder members = new StringBuilder();
    for (Element element : definitions.type(node.type).elements()) {
      if (element.min() > 0 && hidden(node, element)) {
        members.append(member(node, element, code));
      }
    }
    return members.isEmpty() ? null : members.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static boolean hidden(Node node, Element element) {
    List<String> types = element.types();
    return types.stream()
        .allMatch(
            type -> {
              Slot slot = node.find(key(element, type));
              return slot != null && slot.hiddenBy != null && slot.kind != Slot.Kind.RESOURCE;
            });
  }

  private static String key(Element element, String type) {
    return element.choice() ? element.name() + PathRule.capital(type) : element.name();
  }

  private static String member(Node node, Element element, String code) {
    String key = key(element, element.types().get(0));
    boolean primitive = node.find(key).kind == Slot.Kind.PRIMITIVE;
    if (primitive && node.find("_" + key) == null) {
      return "";
    }
    String value = "{\"extension\":[{\"url\":\"" + URL + "\",\"valueCode\":\"" + code + "\"}]}";
    return ",\""
        + (primitive ? "_" : "")
        + key
        + "\":"
        + (element.list() ? "[" + value + "]" : value);
  }
}
