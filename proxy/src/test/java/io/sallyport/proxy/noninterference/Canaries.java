package io.sallyport.proxy.noninterference;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sallyport.policy.redact.naive.Fhir;
import io.sallyport.policy.redact.naive.Fhir.Found;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/** A resource in which every value of every element is a word that stands nowhere else. */
final class Canaries {
  private static final LocalDate FIRST = LocalDate.of(1600, 1, 1);
  private static final String FOLDER = "json/ibm/complete-mock/";

  private final Fhir fhir = Fhir.r4();

  /** The patient that every reference is to; null where each is a word of its own. */
  private final String patient;

  private final List<String> planted = new ArrayList<>();
  private int number;

  Canaries(String patient) {
    this.patient = patient;
  }

  /** By type: somebody else's resources with every element of the type filled. */
  static Map<String, ObjectNode> complete() throws IOException {
    String marker = FOLDER + "Patient-1.json";
    String url = Canaries.class.getClassLoader().getResource(marker).toString();
    String jar = url.substring("jar:".length(), url.indexOf("!/"));
    Map<String, ObjectNode> complete = new TreeMap<>();
    try (InputStream in = URI.create(jar).toURL().openStream();
        ZipInputStream zip = new ZipInputStream(in)) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        if (entry.getName().startsWith(FOLDER) && entry.getName().endsWith(".json")) {
          ObjectNode tree = (ObjectNode) new ObjectMapper().readTree(zip.readAllBytes());
          complete.putIfAbsent(tree.path("resourceType").asText(), tree);
        }
      }
    }
    return complete;
  }

  /** Puts a canary in place of every value but the type and the id. */
  ObjectNode plant(ObjectNode resource, String id) {
    planted.clear();
    ObjectNode tree = resource.deepCopy();
    fill(tree, tree.get("resourceType").asText());
    tree.put("id", id);
    return tree;
  }

  /** The words of the last resource. */
  List<String> planted() {
    return List.copyOf(planted);
  }

  private void fill(ObjectNode object, String type) {
    List<String> keys = new ArrayList<>();
    object.fieldNames().forEachRemaining(keys::add);
    for (String key : keys) {
      Found found = fhir.find(type, key);
      if (found == null || key.equals("resourceType")) {
        continue;
      }
      JsonNode value = object.get(key);
      if (value instanceof ArrayNode list) {
        for (int i = 0; i < list.size(); i++) {
          list.set(i, planted(list.get(i), type, found));
        }
      } else {
        object.set(key, planted(value, type, found));
      }
    }
  }

  private JsonNode planted(JsonNode value, String owner, Found found) {
    if (value instanceof ObjectNode inner) {
      boolean resource = inner.has("resourceType");
      String type = found.underscore() ? "Element" : found.type();
      fill(inner, resource ? inner.get("resourceType").asText() : type);
      return inner;
    }
    if (value.isNull() || value.isBoolean()) {
      return value;
    }
    ObjectNode box = new ObjectMapper().createObjectNode();
    if (value.isNumber()) {
      return box.put("x", 70_000_000 + word("7%07d")).get("x");
    }
    return box.put("x", text(owner, found)).get("x");
  }

  private int word(String format) {
    int next = ++number;
    planted.add(format.formatted(next));
    return next;
  }

  private String text(String owner, Found found) {
    String day = FIRST.plusDays(number + 1).toString();
    switch (found.type()) {
      case "date", "dateTime", "instant" -> {
        number++;
        planted.add(day);
        return found.type().equals("date") ? day : day + "T00:00:00Z";
      }
      case "time" -> {
        return "10:00:00"; // there are too few of them
      }
      default -> {
        if (owner.equals("Reference") && found.element().name().equals("reference")) {
          return patient != null ? "Patient/" + patient : "Patient/" + string();
        }
        return switch (found.type()) {
          case "base64Binary" ->
              Base64.getEncoder().encodeToString(string().getBytes(StandardCharsets.UTF_8));
          case "xhtml" -> "<div xmlns=\"http://www.w3.org/1999/xhtml\">" + string() + "</div>";
          case "uri", "url", "canonical" -> "http://canary.example/" + string();
          default -> string();
        };
      }
    }
  }

  private String string() {
    return "cnry-" + word("cnry-%d-z") + "-z";
  }
}
