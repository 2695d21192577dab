package io.sallyport.loadtest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The synthetic resources of the demo EHR, and its few search parameters. Immutable once loaded.
 */
final class DemoRecords {
  static final List<String> TYPES =
      List.of(
          "Patient",
          "Encounter",
          "Observation",
          "Condition",
          "MedicationRequest",
          "AllergyIntolerance",
          "Procedure",
          "Immunization",
          "Claim");

  /** One resource, as it is searched and as it is sent. */
  record Stored(String type, String id, JsonNode json, byte[] bytes) {}

  private final Map<String, Map<String, Stored>> byType = new LinkedHashMap<>();

  static DemoRecords load() throws IOException {
    ObjectMapper mapper = new ObjectMapper();
    DemoRecords records = new DemoRecords();
    for (String type : TYPES) {
      Map<String, Stored> stored = new LinkedHashMap<>();
      try (InputStream in = DemoRecords.class.getResourceAsStream("synthea/" + type + ".ndjson")) {
        if (in == null) {
          throw new IOException("no synthetic " + type + " on the class path");
        }
        for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList()) {
          JsonNode json = mapper.readTree(line);
          String id = json.path("id").asText();
          stored.put(id, new Stored(type, id, json, line.getBytes(StandardCharsets.UTF_8)));
        }
      }
      records.byType.put(type, stored);
    }
    return records;
  }

  boolean knows(String type) {
    return byType.containsKey(type);
  }

  /** Null when there is none. */
  Stored read(String type, String id) {
    return byType.get(type).get(id);
  }

  /**
   * Values of one parameter are alternatives (comma), parameters are all required. Null when a
   * parameter is unknown.
   *
   * @param sort the parameters to sort by, as {@code _sort} has them; "" for none
   */
  List<Stored> search(String type, Map<String, List<String>> parameters, String sort) {
    List<Stored> found = new ArrayList<>();
    for (String key : sort.isEmpty() ? new String[0] : sort.split(",", -1)) {
      String code = key.startsWith("-") ? key.substring(1) : key;
      if (byType.get(type).values().stream().anyMatch(stored -> values(stored, code) == null)) {
        return null;
      }
    }
    for (Stored stored : byType.get(type).values()) {
      boolean all = true;
      for (Map.Entry<String, List<String>> parameter : parameters.entrySet()) {
        List<String> values = values(stored, parameter.getKey());
        if (values == null) {
          return null;
        }
        for (String wanted : parameter.getValue()) {
          all &= matches(parameter.getKey(), values, wanted);
        }
      }
      if (all) {
        found.add(stored);
      }
    }
    sort(found, sort);
    return found;
  }

  /** By the last key first: what ties stays as the keys before it left it. */
  private static void sort(List<Stored> found, String sort) {
    String[] keys = sort.isEmpty() ? new String[0] : sort.split(",");
    for (int i = keys.length - 1; i >= 0; i--) {
      boolean down = keys[i].startsWith("-");
      String code = down ? keys[i].substring(1) : keys[i];
      Comparator<Stored> order =
          Comparator.comparing(
              stored -> values(stored, code).stream().min(Comparator.naturalOrder()).orElse(""));
      found.sort(down ? order.reversed() : order);
    }
  }

  private static boolean matches(String parameter, List<String> values, String wanted) {
    boolean text = parameter.equals("family") || parameter.equals("name");
    for (String one : wanted.split(",", -1)) {
      for (String value : values) {
        if (text
            ? value.regionMatches(true, 0, one, 0, one.length())
            : value.equals(one) || parameter.equals("patient") && value.equals("Patient/" + one)) {
          return true;
        }
      }
    }
    return false;
  }

  private static List<String> values(Stored stored, String parameter) {
    JsonNode json = stored.json();
    List<String> values = new ArrayList<>();
    switch (parameter) {
      case "_id" -> values.add(stored.id());
      case "patient", "subject" -> {
        for (String field : List.of("subject", "patient")) {
          values.add(json.path(field).path("reference").asText());
        }
      }
      case "gender" -> values.add(json.path("gender").asText());
      case "birthdate" -> values.add(json.path("birthDate").asText());
      case "family" -> values.addAll(json.path("name").findValuesAsText("family"));
      case "name" -> {
        values.addAll(json.path("name").findValuesAsText("family"));
        json.path("name").forEach(name -> name.path("given").forEach(g -> values.add(g.asText())));
      }
      case "status" -> values.add(json.path("status").asText());
      case "code" -> tokens(json.path("code").path("coding"), "code", values);
      case "identifier" -> tokens(json.path("identifier"), "value", values);
      default -> {
        return null;
      }
    }
    return values;
  }

  private static void tokens(JsonNode list, String field, List<String> values) {
    for (JsonNode token : list) {
      values.add(token.path(field).asText());
      values.add(token.path("system").asText() + "|" + token.path(field).asText());
    }
  }
}
