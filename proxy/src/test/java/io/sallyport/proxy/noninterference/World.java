package io.sallyport.proxy.noninterference;

import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.parser.LenientErrorHandler;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sallyport.proxy.noninterference.Published.Parameter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.hl7.fhir.instance.model.api.IBaseResource;
import org.hl7.fhir.r4.model.Base;

/** All that one record system holds. */
final class World {
  private static final int[] COUNTS = {Maker.PATIENTS, 36, 18, 14, 14, 12, 12, 14, 12, 8, 8};

  /** One resource, as it is kept and as it is searched. */
  static final class Stored {
    final String type;
    final String id;
    final ObjectNode tree;
    final byte[] json;
    private final Base parsed;
    private final Map<String, List<Base>> values = new HashMap<>();

    Stored(ObjectNode tree) {
      this.tree = tree;
      type = tree.get("resourceType").asText();
      id = tree.get("id").asText();
      json = tree.toString().getBytes(StandardCharsets.UTF_8);
      ObjectNode valued = tree.deepCopy();
      prune(valued);
      IBaseResource resource =
          FhirContext.forR4Cached()
              .newJsonParser()
              .setParserErrorHandler(new LenientErrorHandler(false).setErrorOnInvalidValue(false))
              .parseResource(valued.toString());
      parsed = (Base) resource;
    }

    /**
     * "For simple data type elements, :missing=true will match on all elements where either the
     * underlying element is omitted or where the element is present with extensions but no value."
     *
     * @see <a href="https://hl7.org/fhir/R4/search.html#modifiers">FHIR R4 search, modifiers</a>
     */
    private static void prune(ObjectNode object) {
      List<String> keys = new ArrayList<>();
      object.fieldNames().forEachRemaining(keys::add);
      for (String key : keys) {
        if (key.startsWith("_") && !object.has(key.substring(1))) {
          object.remove(key);
        } else if (object.get(key) instanceof ObjectNode inner) {
          prune(inner);
        } else if (object.get(key) instanceof ArrayNode list) {
          for (JsonNode item : list) {
            if (item instanceof ObjectNode inner) {
              prune(inner);
            }
          }
        }
      }
    }

    String version() {
      return tree.get("meta").get("versionId").asText();
    }

    String lastUpdated() {
      return tree.get("meta").get("lastUpdated").asText();
    }

    /** What a search parameter reads; of a composite, what its components start from. */
    List<Base> values(Parameter parameter) {
      return values.computeIfAbsent(
          parameter.code(), code -> Published.r4().values(parsed, parameter));
    }
  }

  /** By type, then by id. */
  private final Map<String, Map<String, Stored>> resources = new TreeMap<>();

  private final int mark;

  World(Collection<ObjectNode> trees) {
    for (ObjectNode tree : trees) {
      Stored stored = new Stored(tree);
      resources.computeIfAbsent(stored.type, t -> new TreeMap<>()).put(stored.id, stored);
    }
    int all = 0;
    for (Stored one : all()) {
      all = 31 * all + Arrays.hashCode(one.json);
    }
    mark = all;
  }

  /** About 160 resources of eleven types that refer to each other. */
  static World make(long seed) {
    Random random = new Random(seed);
    Maker maker = new Maker(random);
    List<ObjectNode> trees = new ArrayList<>();
    for (int i = 0; i < COUNTS.length; i++) {
      String type = Maker.TYPES.get(i);
      for (int n = 0; n < COUNTS[i]; n++) {
        trees.add(labelled(maker.resource(type, id(type, n)), random));
      }
    }
    return new World(trees);
  }

  static String id(String type, int number) {
    return type.toLowerCase(Locale.ROOT) + "-" + number;
  }

  /** A resource, one of three under a label of those that policies name. */
  static ObjectNode labelled(ObjectNode resource, Random random) {
    ObjectNode meta = resource.withObject("/meta");
    meta.remove("security");
    if (random.nextInt(3) == 0) {
      boolean act = random.nextBoolean();
      ObjectNode label = meta.putArray("security").addObject();
      label.put(
          "system",
          "http://terminology.hl7.org/CodeSystem/v3-" + (act ? "ActCode" : "Confidentiality"));
      label.put("code", act ? "SUD" : List.of("R", "N").get(random.nextInt(2)));
    }
    return versioned(resource, random);
  }

  /** A resource with the meta that every server writes. */
  static ObjectNode versioned(ObjectNode resource, Random random) {
    ObjectNode meta = resource.withObject("/meta");
    meta.put("versionId", "" + (1 + random.nextInt(9)));
    meta.put("lastUpdated", "2026-01-0" + (1 + random.nextInt(9)) + "T10:00:00Z");
    return resource;
  }

  Collection<Stored> of(String type) {
    return resources.getOrDefault(type, Map.of()).values();
  }

  Stored find(String type, String id) {
    return resources.getOrDefault(type, Map.of()).get(id);
  }

  /** A number that depends on all of it. */
  int mark() {
    return mark;
  }

  List<Stored> all() {
    List<Stored> all = new ArrayList<>();
    resources.values().forEach(some -> all.addAll(some.values()));
    return all;
  }
}
