package io.sallyport.policy;

import io.sallyport.policy.source.Yaml;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;

/**
 * JSON as a tree to compare answers with what tests expect: members in any order, white space and
 * escapes as they like. JSON is YAML 1.2, so one reader is enough.
 */
final class JsonText {
  static final JsonText EMPTY = new JsonText(null);

  private final Yaml root;

  private JsonText(Yaml root) {
    this.root = root;
  }

  /** Reads a text; one that is no JSON holds nothing. */
  static JsonText of(String text) {
    return new JsonText(Yaml.read("json", text, problem -> {}));
  }

  /** Whether it could be read. */
  boolean sound() {
    return root != null;
  }

  /** The scalars at a path from the root, through every item of a list. */
  List<String> at(String path) {
    List<String> texts = new ArrayList<>();
    for (Yaml node : walk(root, List.of(path.split("\\.")))) {
      if (node instanceof Yaml.Scalar scalar) {
        texts.add(scalar.text());
      }
    }
    return texts;
  }

  /** The one scalar at a path; null when there is none, or more than one. */
  String only(String path) {
    List<String> texts = at(path);
    return texts.size() == 1 ? texts.get(0) : null;
  }

  /** Whether an element of this name, or its other half, is anywhere. */
  boolean has(String name) {
    return nodes(root).stream()
        .anyMatch(
            node ->
                node instanceof Yaml.Mapping mapping
                    && mapping.entries().stream()
                        .anyMatch(e -> e.key().equals(name) || e.key().equals("_" + name)));
  }

  /** Whether a resource has an element at a path from it. */
  boolean resourceHas(String path) {
    List<String> steps = List.of(path.split("\\."));
    return nodes(root).stream()
        .filter(JsonText::isResource)
        .anyMatch(resource -> !walk(resource, steps).isEmpty());
  }

  private static boolean isResource(Yaml node) {
    return node instanceof Yaml.Mapping mapping
        && mapping.entries().stream().anyMatch(entry -> entry.key().equals("resourceType"));
  }

  /** Whether a text stands in a string or is a part of one, however it is written. */
  boolean says(String text) {
    return nodes(root).stream()
        .anyMatch(node -> node instanceof Yaml.Scalar scalar && scalar.text().contains(text));
  }

  /** Where the first difference is; null when there is none. */
  String difference(JsonText other) {
    return difference("", root, other.root);
  }

  private static String difference(String path, Yaml one, Yaml other) {
    if (one instanceof Yaml.Mapping a && other instanceof Yaml.Mapping b) {
      Map<String, Yaml> left = members(a);
      Map<String, Yaml> right = members(b);
      TreeSet<String> keys = new TreeSet<>(left.keySet());
      keys.addAll(right.keySet());
      for (String key : keys) {
        String below = path.isEmpty() ? key : path + "." + key;
        if (!left.containsKey(key)) {
          return below + " is missing";
        }
        if (!right.containsKey(key)) {
          return below + " is not expected";
        }
        String found = difference(below, left.get(key), right.get(key));
        if (found != null) {
          return found;
        }
      }
      return null;
    }
    if (one instanceof Yaml.Sequence a && other instanceof Yaml.Sequence b) {
      if (a.items().size() != b.items().size()) {
        return path + " has " + a.items().size() + " items, expected " + b.items().size();
      }
      for (int i = 0; i < a.items().size(); i++) {
        String found = difference(path + "[" + i + "]", a.items().get(i), b.items().get(i));
        if (found != null) {
          return found;
        }
      }
      return null;
    }
    boolean same =
        one instanceof Yaml.Scalar a && other instanceof Yaml.Scalar b
            ? a.text().equals(b.text()) && quoted(a) == quoted(b)
            : Objects.equals(one, other);
    return same ? null : (path.isEmpty() ? "the whole" : path) + " differs";
  }

  /** A string with escapes is quoted, too: plain scalars have none. */
  private static boolean quoted(Yaml.Scalar scalar) {
    return scalar.lead() != 0;
  }

  private static Map<String, Yaml> members(Yaml.Mapping mapping) {
    Map<String, Yaml> members = new LinkedHashMap<>();
    mapping.entries().forEach(entry -> members.put(entry.key(), entry.value()));
    return members;
  }

  private static List<Yaml> walk(Yaml from, List<String> steps) {
    List<Yaml> here = new ArrayList<>();
    spread(from, here);
    for (String step : steps) {
      List<Yaml> next = new ArrayList<>();
      for (Yaml node : here) {
        if (node instanceof Yaml.Mapping mapping) {
          mapping.entries().stream()
              .filter(entry -> entry.key().equals(step))
              .forEach(entry -> spread(entry.value(), next));
        }
      }
      here = next;
    }
    return here;
  }

  private static void spread(Yaml node, List<Yaml> to) {
    if (node instanceof Yaml.Sequence many) {
      many.items().forEach(item -> spread(item, to));
    } else if (node != null) {
      to.add(node);
    }
  }

  private static List<Yaml> nodes(Yaml root) {
    List<Yaml> nodes = new ArrayList<>();
    if (root != null) {
      nodes.add(root);
    }
    for (int i = 0; i < nodes.size(); i++) {
      if (nodes.get(i) instanceof Yaml.Mapping mapping) {
        mapping.entries().forEach(entry -> nodes.add(entry.value()));
      } else if (nodes.get(i) instanceof Yaml.Sequence many) {
        nodes.addAll(many.items());
      }
    }
    return nodes;
  }
}
