package io.sallyport.proxy.noninterference;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.sallyport.policy.redact.naive.Fhir;
import io.sallyport.policy.redact.naive.Fhir.Element;
import io.sallyport.policy.redact.naive.Fhir.Found;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;

/** Makes resources that may have any element of their type, by the published definitions. */
final class Maker {
  static final List<String> TYPES =
      List.of(
          "Patient",
          "Observation",
          "Condition",
          "Encounter",
          "Procedure",
          "Claim",
          "Coverage",
          "MedicationRequest",
          "AllergyIntolerance",
          "Practitioner",
          "Organization");

  static final int PATIENTS = 12;

  /** What names the patient that a resource is about. */
  static final Set<String> ABOUT = Set.of("subject", "patient", "beneficiary");

  /** Of the sample value set: what some roles are denied for its code, wherever it stands. */
  static final String SENSITIVE_SYSTEM = "http://hl7.org/fhir/sid/icd-10-cm";

  static final String SENSITIVE_CODE = "F11.20";

  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final int DEPTH_MAX = 5;
  private static final double[] LIKELY = {0.6, 0.5, 0.4, 0.25, 0.1, 0};

  private final Fhir fhir = Fhir.r4();
  private final Random random;

  Maker(Random random) {
    this.random = random;
  }

  ObjectNode resource(String type, String id) {
    ObjectNode resource = JSON.objectNode();
    resource.put("resourceType", type);
    resource.put("id", id);
    fill(resource, type, 0);
    if (random.nextInt(5) == 0) {
      ObjectNode contained = JSON.objectNode();
      contained.put("resourceType", "Organization").put("id", "c1");
      contained.put("name", Values.word(random));
      resource.putArray("contained").add(contained);
    }
    return resource;
  }

  private void fill(ObjectNode object, String type, int depth) {
    Map<String, Element> elements = new TreeMap<>();
    fhir.keys(type).values().forEach(f -> elements.put(f.element().name(), f.element()));
    for (Element element : elements.values()) {
      boolean about = depth == 0 && ABOUT.contains(element.name());
      boolean measured = type.startsWith("Observation") && element.name().equals("value");
      boolean number = type.equals("Quantity") && element.name().equals("value");
      double likely = rare(element) ? 0.08 : LIKELY[Math.min(depth, DEPTH_MAX)];
      likely = measured || number ? 0.8 : likely;
      if (about || element.required() || random.nextDouble() < likely) {
        List<String> types = element.types();
        boolean quantity = measured && random.nextBoolean();
        String of = quantity ? "Quantity" : types.get(random.nextInt(types.size()));
        add(object, type, element.key(of), depth);
      }
    }
  }

  private static boolean rare(Element element) {
    String name = element.name();
    return name.equals("extension") || name.equals("text") || name.equals("language");
  }

  /** Keys that are made elsewhere, or change the meaning of everything. */
  private static boolean apart(String type, String key) {
    return Set.of("id", "contained", "modifierExtension", "implicitRules", "versionId")
            .contains(key)
        || key.equals("lastUpdated")
        || (type.equals("Extension") && key.equals("extension"));
  }

  /** Puts a value under a key, where there may be one; an extension in place of a value for _x. */
  void add(ObjectNode object, String type, String key, int depth) {
    Found found = fhir.find(type, key);
    if (found == null || apart(type, key) || (found.underscore() && found.element().list())) {
      return;
    }
    JsonNode value = found.underscore() ? beside() : value(type, found, depth);
    if (value == null) {
      return;
    }
    if (!found.element().list()) {
      object.set(key, value);
      return;
    }
    ArrayNode list = object.putArray(key).add(value);
    if (random.nextInt(3) == 0) {
      JsonNode second = value(type, found, depth);
      if (second != null) {
        list.add(second);
      }
    }
  }

  /** One value of an element; null where it would lead too deep. */
  JsonNode value(String owner, Found found, int depth) {
    String type = found.type();
    if (fhir.isPrimitive(type)) {
      return Values.of(type, owner + "." + found.element().name(), random);
    }
    if (type.equals("Resource") || depth >= DEPTH_MAX) {
      return null;
    }
    ObjectNode object = JSON.objectNode();
    switch (type) {
      case "Reference" -> reference(object, owner, found.element().name());
      case "Extension" ->
          object.put("url", "http://example.org/x").put("valueString", Values.word(random));
      case "Coding" -> coding(object);
      default -> fill(object, type, depth + 1);
    }
    return object.isEmpty() ? null : object;
  }

  private ObjectNode beside() {
    ObjectNode object = JSON.objectNode();
    ObjectNode extension = object.putArray("extension").addObject();
    extension.put("url", "http://example.org/beside").put("valueString", Values.word(random));
    return object;
  }

  private void coding(ObjectNode object) {
    if (random.nextInt(60) == 0) {
      object.put("system", SENSITIVE_SYSTEM).put("code", SENSITIVE_CODE);
      return;
    }
    object.put("system", "http://example.org/codes");
    object.put("code", "c" + random.nextInt(6));
    if (random.nextInt(2) == 0) {
      object.put("display", Values.word(random));
    }
  }

  private void reference(ObjectNode object, String owner, String name) {
    int kind = random.nextInt(10);
    boolean about = ABOUT.contains(name);
    if (about || kind < 8) {
      object.put("reference", kind == 0 && !about ? "#c1" : target(owner, name));
    }
    if (kind > 5) {
      object.put("display", Values.word(random));
    }
    if (kind == 9) {
      object.putObject("identifier").put("system", "http://example.org/i").put("value", "555010");
    }
  }

  private String target(String owner, String name) {
    String type =
        switch (name) {
          case "subject", "patient", "beneficiary", "other" -> "Patient";
          case "encounter" -> "Encounter";
          case "condition" -> "Condition";
          case "hasMember", "derivedFrom" -> "Observation";
          case "managingOrganization", "insurer", "serviceProvider", "policyHolder", "payor" ->
              "Organization";
          case "partOf" -> owner.equals("Observation") ? "Procedure" : owner;
          case "reasonReference", "focus", "evidence", "detail" -> "Condition";
          default -> "Practitioner";
        };
    if (type.equals("Patient") && random.nextInt(4) == 0) {
      return "Patient/" + Sample.OWN;
    }
    return type + "/" + World.id(type, random.nextInt(type.equals("Patient") ? PATIENTS : 10));
  }

  /** Another value of a scalar, often one that begins as the old one does. */
  JsonNode other(JsonNode old) {
    if (!old.isTextual()) {
      return null;
    }
    String text = old.asText();
    if (text.matches("[0-9]{4}-[0-9]{2}.*") && random.nextBoolean()) {
      return TextNode.valueOf(text.substring(0, 5) + "1" + random.nextInt(3) + text.substring(7));
    }
    return text.matches("[0-9]{5}(-[0-9]{4})?") && random.nextBoolean()
        ? TextNode.valueOf(text.substring(0, 3) + "4" + random.nextInt(10))
        : null;
  }
}
