package io.sallyport.proxy.noninterference;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sallyport.policy.redact.naive.Fhir;
import io.sallyport.policy.redact.naive.Fhir.Found;
import io.sallyport.policy.redact.naive.Tree;
import io.sallyport.proxy.noninterference.World.Stored;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/**
 * Makes the other world for a role: everything that the role is not given is changed, added or
 * removed. Nobody tells it what that is: it tries a change anywhere, and keeps it when the naive
 * redactor shows the same before and after.
 */
final class Twin {
  private static final Set<String> VERSION = Set.of("versionId", "lastUpdated");

  /** Until a resource is one that is not given, either. */
  private static final int TRIES = 20;

  private final Fhir fhir = Fhir.r4();
  private final Sample sample;
  private final Random random;
  private final Maker maker;

  /** What was learned of changes by path: whether the role sees nothing of them. */
  private final Map<String, Boolean> learned = new HashMap<>();

  private ObjectNode resource;
  private String shown;
  private List<String> marks = List.of();
  private boolean free;
  private boolean learning;

  Twin(Sample sample, long seed) {
    this.sample = sample;
    this.random = new Random(seed);
    this.maker = new Maker(random);
  }

  World of(World world) {
    List<ObjectNode> trees = new ArrayList<>();
    for (Stored stored : world.all()) {
      boolean given = sample.gives(stored.tree);
      if (!given && random.nextInt(4) == 0) {
        continue;
      }
      trees.add(given ? twin(stored.tree) : other(stored.tree));
    }
    for (String type : Maker.TYPES) {
      for (int i = 0; i < 3; i++) {
        String id = type.toLowerCase(Locale.ROOT) + "-b" + i;
        ObjectNode more = World.labelled(maker.resource(type, id), random);
        if (!sample.gives(more)) {
          trees.add(more);
        }
      }
    }
    return new World(trees);
  }

  /** A resource of which the role sees the same. */
  private ObjectNode twin(ObjectNode tree) {
    free = false;
    if (sample.whole(tree.get("resourceType").asText())) {
      return sample.versions ? tree : World.versioned(tree.deepCopy(), random);
    }
    shown = shown(tree);
    learning = true;
    mutate(tree);
    if (!shown(resource).equals(shown)) {
      learning = false; // what was learned from others does not hold here
      mutate(tree);
    }
    if (!shown(resource).equals(shown)) {
      throw new IllegalStateException("the twin of " + tree.get("id") + " does not look the same");
    }
    return resource;
  }

  /** A resource of which the role sees nothing, made into any other about the same patient. */
  private ObjectNode other(ObjectNode tree) {
    free = true;
    for (int tries = 0; tries < TRIES; tries++) {
      mutate(tree);
      if (!sample.gives(resource)) {
        return resource;
      }
    }
    return tree;
  }

  /** What puts a resource into a segment by its codes, wherever they stand. */
  static List<String> marks(ObjectNode tree) {
    List<String> marks = new ArrayList<>();
    marks(tree, marks);
    return marks;
  }

  private static void marks(JsonNode node, List<String> to) {
    if (node.path("code").asText().equals(Maker.SENSITIVE_CODE)) {
      to.add(node.path("system").asText());
    }
    node.forEach(inner -> marks(inner, to));
  }

  private void mutate(ObjectNode tree) {
    marks = marks(tree);
    resource = tree.deepCopy();
    object(resource, tree.get("resourceType").asText(), tree.get("resourceType").asText(), 0);
    if (!sample.versions) {
      World.versioned(resource, random);
    }
  }

  /** What the role is shown of a resource. */
  String shown(ObjectNode tree) {
    if (!sample.gives(tree)) {
      return "withheld";
    }
    ObjectNode copy = tree;
    if (!sample.versions) {
      copy = tree.deepCopy();
      copy.withObject("/meta").remove(VERSION);
    }
    try {
      Tree parsed = Tree.parse(copy.toString().getBytes(StandardCharsets.UTF_8));
      Tree redacted = sample.redact(parsed);
      return redacted == null ? "" : Tree.render(redacted);
    } catch (IOException wrong) {
      throw new UncheckedIOException(wrong);
    }
  }

  private void object(ObjectNode object, String type, String path, int depth) {
    List<String> keys = new ArrayList<>();
    object.fieldNames().forEachRemaining(keys::add);
    for (String key : keys) {
      Found found = fhir.find(type, key);
      if (found != null && !fixed(type, key, depth) && !VERSION.contains(key)) {
        String here = path + "." + key;
        if (random.nextInt(4) > 0 || !remove(object, key, here)) {
          change(object, key, type, found, here, depth);
        }
      }
    }
    for (int i = 0; i < (depth == 0 ? 6 : random.nextInt(2)); i++) {
      add(object, type, path, depth);
    }
  }

  /** What says which resource it is and whose, and the labels that decide who is given it. */
  private boolean fixed(String type, String key, int depth) {
    return (depth == 0 && (key.equals("id") || (free && Maker.ABOUT.contains(key))))
        || (type.equals("Meta") && key.equals("security"));
  }

  private boolean remove(ObjectNode object, String key, String path) {
    if (object.size() == 1 || key.equals("meta") || shows(path + " removed")) {
      return false;
    }
    Map<String, JsonNode> before = fields(object);
    object.remove(key);
    return learn(path + " removed", object, before);
  }

  private void add(ObjectNode object, String type, String path, int depth) {
    List<String> keys = fhir.keys(type).keySet().stream().sorted().toList();
    String key = keys.get(random.nextInt(keys.size()));
    if (!object.has(key) && !fixed(type, key, depth) && !shows(path + "." + key)) {
      Map<String, JsonNode> before = fields(object);
      maker.add(object, type, key, depth + 2);
      if (object.has(key)) {
        learn(path + "." + key, object, before);
      }
    }
  }

  private void change(
      ObjectNode object, String key, String type, Found found, String path, int depth) {
    JsonNode old = object.get(key);
    if (old instanceof ArrayNode list) {
      for (int i = 0; i < list.size(); i++) {
        if (list.get(i) instanceof ObjectNode item) {
          below(item, found, path, depth);
        }
      }
      resize(object, key, list, type, found, path, depth);
    } else if (old instanceof ObjectNode item) {
      below(item, found, path, depth);
    } else if (!shows(path)) {
      Map<String, JsonNode> before = fields(object);
      JsonNode replacement = maker.value(type, found, depth);
      object.set(key, replacement);
      if (!replacement.equals(old) && !learn(path, object, before)) {
        almost(object, key, old);
      }
    } else {
      almost(object, key, old);
    }
  }

  private void below(ObjectNode item, Found found, String path, int depth) {
    boolean resource = item.has("resourceType");
    String type = resource ? item.get("resourceType").asText() : found.type();
    object(item, fhir.isPrimitive(type) ? "Element" : type, path, depth + 1);
  }

  /** An item more or less, or all others. */
  private void resize(
      ObjectNode object,
      String key,
      ArrayNode list,
      String type,
      Found found,
      String path,
      int depth) {
    if (shows(path + " resized")) {
      return;
    }
    Map<String, JsonNode> before = fields(object);
    ArrayNode other = list.deepCopy();
    JsonNode item = found.underscore() ? null : maker.value(type, found, depth + 1);
    if (item != null && random.nextBoolean()) {
      other.add(item);
    } else if (item != null && list.get(0).isValueNode()) {
      other.set(0, item);
    } else if (other.size() > 1) {
      other.remove(other.size() - 1);
    }
    object.set(key, other);
    if (!other.equals(list)) {
      learn(path + " resized", object, before);
    }
  }

  /** A change that a value shown changed may not tell: another day of the same year. */
  private void almost(ObjectNode object, String key, JsonNode old) {
    JsonNode similar = maker.other(old);
    if (similar != null && sample.changes) {
      Map<String, JsonNode> before = fields(object);
      object.set(key, similar);
      keep(object, before);
    }
  }

  /** Whether a change was seen elsewhere. Some are tried again: it may depend on more. */
  private boolean shows(String change) {
    return !free && learning && Boolean.FALSE.equals(learned.get(change)) && random.nextInt(24) > 0;
  }

  private boolean learn(String path, ObjectNode object, Map<String, JsonNode> before) {
    if (learning && Boolean.TRUE.equals(learned.get(path)) && marks(resource).equals(marks)) {
      return true;
    }
    boolean kept = keep(object, before);
    if (!free) {
      learned.putIfAbsent(path, kept);
    }
    return kept;
  }

  /** Keeps what was done to an object unless the role would see it. */
  private boolean keep(ObjectNode object, Map<String, JsonNode> before) {
    if (marks(resource).equals(marks) && (free || shown(resource).equals(shown))) {
      return true;
    }
    object.removeAll();
    object.setAll(before);
    return false;
  }

  private static Map<String, JsonNode> fields(ObjectNode object) {
    Map<String, JsonNode> fields = new LinkedHashMap<>();
    object.properties().forEach(field -> fields.put(field.getKey(), field.getValue()));
    return fields;
  }
}
