package io.sallyport.policy.redact;

import io.sallyport.policy.fhir.Definitions;
import io.sallyport.policy.fhir.Definitions.Element;
import io.sallyport.policy.fhir.Definitions.Kind;
import io.sallyport.policy.fhir.Definitions.Type;

/**
 * What an answer says in the place of required elements that are not shown: the extension
 * data-absent-reason. Its form depends on the view alone. (US Core, Suppressed Data: {@code
 * unknown} for mandatory elements.)
 */
final class AbsentReason {
  private static final String URL = "http://hl7.org/fhir/StructureDefinition/data-absent-reason";

  private final Definitions definitions;
  private final String extension;

  AbsentReason(Definitions definitions, String code) {
    this.definitions = definitions;
    this.extension = "\"extension\":[{\"url\":\"" + URL + "\",\"valueCode\":\"" + code + "\"}]";
  }

  /**
   * The member for an element, with a comma ahead: of the first type of a choice that is shown, or
   * of the first, for the type that there was may be hidden.
   *
   * @return "" when no type of it can be extended
   */
  String member(Node node, Element element) {
    String first = null;
    for (String type : element.types()) {
      if (extensible(type)) {
        first = first == null ? type : first;
        if (node.find(key(element, type)).hiddenBy == null) {
          return member(element, type);
        }
      }
    }
    return first == null ? "" : member(element, first);
  }

  private String member(Element element, String type) {
    String key = (primitive(type) ? "_" : "") + key(element, type);
    // An object must have its own required elements as well.
    StringBuilder value = new StringBuilder("{").append(extension);
    if (!primitive(type)) {
      for (Element inner : definitions.type(type).elements()) {
        if (inner.min() > 0) {
          inner.types().stream()
              .filter(this::extensible)
              .findFirst()
              .ifPresent(one -> value.append(member(inner, one)));
        }
      }
    }
    value.append('}');
    return ",\"" + key + "\":" + (element.list() ? "[" + value + "]" : value);
  }

  /** What stands for the value of an extension. */
  String inside() {
    return "," + extension;
  }

  private boolean primitive(String type) {
    Type definition = definitions.type(type);
    return definition == null || definition.kind() == Kind.PRIMITIVE;
  }

  /** Whether a value of the type can have an extension. */
  private boolean extensible(String type) {
    Type definition = definitions.type(type);
    return definition != null
        && !type.equals("Resource")
        && !(primitive(type) && definition.elements().isEmpty());
  }

  static String key(Element element, String type) {
    return element.choice() ? element.name() + PathRule.capital(type) : element.name();
  }
}
