package io.sallyport.proxy.noninterference;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sallyport.proxy.noninterference.MemoryEhr.Asked;
import io.sallyport.proxy.noninterference.World.Stored;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a record system answers to history and operations: from all that it holds, labels or not.
 */
final class Operations {
  /** The number of the version that came before the one that is stored. */
  static final String BEFORE = "0";

  /**
   * A version, and what made it.
   *
   * @param stored null where the resource was deleted
   */
  record Version(String method, String url, Stored stored) {}

  private final World world;

  Operations(World world) {
    this.world = world;
  }

  /** The version before: nobody had labelled it yet. */
  static Stored before(Stored current) {
    ObjectNode tree = current.tree.deepCopy();
    ObjectNode meta = tree.withObject("/meta");
    meta.remove("security");
    meta.put("versionId", BEFORE);
    meta.put("lastUpdated", "2025-06-01T10:00:00Z");
    return new Stored(tree);
  }

  /** The versions of a resource, or of all of a type, the newest first. */
  List<Version> history(String type, String id, List<Asked> asked) {
    String since = value(asked, "_since");
    List<Version> versions = new ArrayList<>();
    for (Stored current : world.of(type)) {
      if (id.isEmpty() || current.id.equals(id)) {
        String url = type + "/" + current.id;
        add(versions, since, new Version("PUT", MemoryEhr.BASE + "/" + url, current));
        if (current.id.endsWith("3") && since.isEmpty()) {
          versions.add(new Version("DELETE", url, null));
        }
        add(versions, since, new Version("POST", type, before(current)));
      }
    }
    return versions;
  }

  private static void add(List<Version> versions, String since, Version version) {
    if (version.stored().lastUpdated().compareTo(since) >= 0) {
      versions.add(version);
    }
  }

  /** Everything that refers to a patient, and what that refers to; null where there is none. */
  List<Stored> everything(String id, List<Asked> asked) {
    String since = value(asked, "_since");
    String types = "," + value(asked, "_type") + ",";
    Stored patient = world.find("Patient", id);
    if (patient == null) {
      return null;
    }
    Set<Stored> all = new LinkedHashSet<>();
    all.add(patient);
    for (Stored one : world.all()) {
      if (references(one).contains("Patient/" + id)) {
        all.add(one);
      }
    }
    for (Stored one : List.copyOf(all)) {
      for (String reference : references(one)) {
        String[] parts = reference.split("/");
        Stored to = parts.length == 2 ? world.find(parts[0], parts[1]) : null;
        if (to != null) {
          all.add(to);
        }
      }
    }
    List<Stored> some = new ArrayList<>(all);
    some.removeIf(
        one ->
            one.lastUpdated().compareTo(since) < 0
                || (types.length() > 2 && !types.contains("," + one.type + ",")));
    return some;
  }

  private static List<String> references(Stored one) {
    return one.tree.findValuesAsText("reference");
  }

  /** The newest of each code. */
  static List<Stored> newest(List<Stored> found, int max) {
    Map<String, Integer> seen = new HashMap<>();
    List<Stored> sorted = new ArrayList<>(found);
    sorted.sort(Comparator.comparing(Operations::when).reversed());
    sorted.removeIf(
        one -> {
          JsonNode code = one.tree.at("/code/coding/0/code");
          return seen.merge(code.asText(), 1, Integer::sum) > max;
        });
    return sorted;
  }

  private static String when(Stored one) {
    StringBuilder when = new StringBuilder();
    one.tree
        .properties()
        .forEach(
            field -> {
              if (field.getKey().startsWith("effective")) {
                when.append(field.getValue());
              }
            });
    return when.toString();
  }

  static String value(List<Asked> asked, String code) {
    return asked.stream()
        .filter(one -> one.code().equals(code))
        .map(Asked::value)
        .findFirst()
        .orElse("");
  }
}
