package io.sallyport.policy.redact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sallyport.policy.Refusal;
import io.sallyport.policy.redact.Redactor.Layer;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The redactor over the examples that IBM publishes: some thousands, every resource type. */
class RedactorCorpusTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Map<String, byte[]> EXAMPLES = new TreeMap<>();

  private final Redactor redactor = new Redactor(Limits.DEFAULT);

  @BeforeAll
  static void load() throws IOException {
    String marker = "json/ibm/complete-mock/Patient-1.json";
    String url = RedactorCorpusTest.class.getClassLoader().getResource(marker).toString();
    String jar = url.substring("jar:".length(), url.indexOf("!/"));
    try (InputStream in = java.net.URI.create(jar).toURL().openStream();
        ZipInputStream zip = new ZipInputStream(in)) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        String name = entry.getName();
        // The three over the limit of a resource, and the one that is none.
        boolean no =
            name.matches(
                ".*/(ValueSet-large|dataelements|profiles-resources|package-min-ver).json");
        if (name.endsWith(".json")
            && !no
            && (name.startsWith("json/ibm/") || name.startsWith("json/spec/"))) {
          EXAMPLES.put(name, zip.readAllBytes());
        }
      }
    }
  }

  @Test
  void whereNothingIsHiddenEveryByteStays() {
    View view = Views.everything("Extension(urn:absent)").compile();
    int same = 0;
    List<String> other = new ArrayList<>();
    for (Map.Entry<String, byte[]> example : EXAMPLES.entrySet()) {
      try {
        Redacted redacted = Views.redact(redactor, view, Layer.ELEMENT, example.getValue());
        if (Arrays.equals(Views.bytes(redacted), example.getValue())) {
          same++;
        } else {
          other.add(example.getKey());
        }
      } catch (Refusal refused) {
        other.add(example.getKey() + ": " + refused.getMessage());
      }
    }
    assertThat(same).isGreaterThan(4000);
    assertThat(other).isEmpty();
  }

  @Test
  void hidingANameEverywhereEqualsTakingItOutOfTheTree() throws IOException {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    List<String> names =
        List.of("display", "system", "given", "period", "family", "reference", "url");
    for (String name : names) {
      View view = Views.everything("**." + name).compile();
      for (Map.Entry<String, byte[]> example : EXAMPLES.entrySet()) {
        if (random.nextInt(8) != 0 || example.getValue().length > 200_000) {
          continue;
        }
        byte[] out = Views.bytes(Views.redact(redactor, view, Layer.ELEMENT, example.getValue()));
        JsonNode expected = JSON.readTree(example.getValue());
        without(expected, name);
        assertThat(JSON.readTree(out))
            .as("%s without %s, seed %d", example.getKey(), name, seed)
            .isEqualTo(expected);
      }
    }
  }

  /** Takes a name out of a tree, with all that is empty then; true when nothing is left. */
  private static boolean without(JsonNode node, String name) {
    if (node instanceof ObjectNode object) {
      object.remove(List.of(name, "_" + name));
      for (String key : keys(object)) {
        JsonNode value = object.get(key);
        boolean gone =
            key.startsWith("_") && value instanceof ArrayNode list
                ? withoutAligned(list, name)
                : without(value, name);
        if (gone) {
          object.remove(key);
        }
      }
      return object.isEmpty();
    }
    if (node instanceof ArrayNode list) {
      for (Iterator<JsonNode> items = list.elements(); items.hasNext(); ) {
        if (without(items.next(), name)) {
          items.remove();
        }
      }
      return list.isEmpty();
    }
    return false;
  }

  /** The list beside a primitive's list: places are kept with null. */
  private static boolean withoutAligned(ArrayNode list, String name) {
    boolean nothing = true;
    for (int i = 0; i < list.size(); i++) {
      if (without(list.get(i), name)) {
        list.setNull(i);
      }
      nothing &= list.get(i).isNull();
    }
    return nothing;
  }

  private static List<String> keys(ObjectNode object) {
    List<String> keys = new ArrayList<>();
    object.fieldNames().forEachRemaining(keys::add);
    return keys;
  }

  @Test
  void anAllowListOfTheIdReleasesNothingElse() throws IOException {
    for (Map.Entry<String, byte[]> example : EXAMPLES.entrySet()) {
      if (!example.getKey().startsWith("json/ibm/complete-mock/")) {
        continue;
      }
      JsonNode in = JSON.readTree(example.getValue());
      String type = in.get("resourceType").asText();
      View view = Views.role().only(type, "id").compile();
      byte[] out = Views.bytes(Views.redact(redactor, view, Layer.ELEMENT, example.getValue()));
      assertThat(JSON.readTree(out).fieldNames())
          .toIterable()
          .as(example.getKey())
          .isSubsetOf("resourceType", "id");
    }
  }

  @Test
  void truncatedAnywhereIsRefused() {
    View view = Views.everything("**.display").compile();
    byte[] whole = EXAMPLES.get("json/ibm/complete-mock/Patient-1.json");
    int end = new String(whole, java.nio.charset.StandardCharsets.UTF_8).stripTrailing().length();
    for (int i = 0; i < end; i++) {
      byte[] cut = Arrays.copyOf(whole, i);
      assertThatThrownBy(() -> Views.redact(redactor, view, Layer.EXCHANGE, cut))
          .as("cut at %d", i)
          .isInstanceOf(Refusal.class);
    }
  }

  @Test
  void damagedBytesAreRefusedOrStillJson() throws IOException {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    View view = Views.everything("**.display", "HumanName").compile();
    List<byte[]> all = new ArrayList<>(EXAMPLES.values());
    for (int i = 0; i < 20_000; i++) {
      byte[] json = all.get(random.nextInt(all.size())).clone();
      if (json.length > 20_000) {
        continue;
      }
      int at = random.nextInt(json.length);
      json[at] =
          random.nextBoolean() ? (byte) random.nextInt(256) : json[random.nextInt(json.length)];
      byte[] out;
      try {
        out = Views.bytes(Views.redact(redactor, view, Layer.EXCHANGE, json));
      } catch (Refusal refused) {
        continue;
      }
      assertThat(JSON.readTree(out).isObject()).as("seed %d, run %d", seed, i).isTrue();
    }
  }
}
