package io.sallyport.policy;

import io.sallyport.policy.source.Yaml;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * One mapping of a policy file while it is read: its keys are taken one by one, what is not
 * understood is reported where it stands.
 */
final class Fields {
  private final Map<String, Yaml.Entry> left = new LinkedHashMap<>();
  private final Set<String> keys;
  private final String path;
  private final Problem.Location at;
  private final Consumer<Problem> problems;
  private boolean sound = true;

  /**
   * @param keys every key that may be here, for the hint in an error
   */
  Fields(Yaml node, String path, Set<String> keys, Consumer<Problem> problems) {
    this.path = path;
    this.at = node.at();
    this.keys = keys;
    this.problems =
        problem -> {
          sound = false;
          problems.accept(problem);
        };
    if (node instanceof Yaml.Mapping mapping) {
      mapping.entries().forEach(entry -> left.put(entry.key(), entry));
    } else {
      error(at, "must be a mapping of " + String.join(", ", keys), "E-TYPE");
    }
  }

  String path(String key) {
    return path.isEmpty() ? key : path + "." + key;
  }

  /** Of the mapping itself. */
  String path() {
    return path;
  }

  Problem.Location at() {
    return at;
  }

  /** Where a key stands that was not taken yet; the mapping's own place when it is not there. */
  Problem.Location at(String key) {
    return left.containsKey(key) ? left.get(key).at() : at;
  }

  /** Takes a key's value; null when it is not there. */
  Yaml take(String key) {
    Yaml.Entry entry = left.remove(key);
    return entry == null ? null : entry.value();
  }

  /** Takes a text, or {@code missing} when the key is not there. */
  String text(String key, String missing) {
    Yaml value = take(key);
    if (value == null) {
      return missing;
    }
    if (value instanceof Yaml.Scalar scalar) {
      return scalar.text();
    }
    problems.accept(Problem.error(value.at(), path(key), "must be one word or text", "E-TYPE"));
    return missing;
  }

  /** Takes a word of a closed list. */
  String word(String key, String missing, Set<String> words) {
    Yaml value = left.containsKey(key) ? left.get(key).value() : null;
    String word = text(key, missing);
    if (value != null && word != null && !words.contains(word)) {
      problems.accept(
          Problem.error(
              value.at(),
              path(key),
              "'"
                  + word
                  + "' is not one of "
                  + String.join(", ", words)
                  + "."
                  + Nearest.hint(word, words),
              "E-VALUE"));
      return missing;
    }
    return word;
  }

  /** Takes a list of texts with their places; a single text is a list of one. Empty when absent. */
  List<RoleRules.Pattern> texts(String key) {
    Yaml value = take(key);
    List<RoleRules.Pattern> texts = new ArrayList<>();
    if (value instanceof Yaml.Scalar one) {
      texts.add(new RoleRules.Pattern(one.text(), one.at(), path(key)));
    } else if (value instanceof Yaml.Sequence many) {
      for (int i = 0; i < many.items().size(); i++) {
        String place = path(key) + "[" + i + "]";
        if (many.items().get(i) instanceof Yaml.Scalar item) {
          texts.add(new RoleRules.Pattern(item.text(), item.at(), place));
        } else {
          problems.accept(
              Problem.error(many.items().get(i).at(), place, "must be a text", "E-TYPE"));
        }
      }
    } else if (value != null) {
      problems.accept(Problem.error(value.at(), path(key), "must be a list", "E-TYPE"));
    }
    return texts;
  }

  boolean has(String key) {
    return left.containsKey(key);
  }

  /** Keys of the format whose enforcement does not exist yet: nobody may believe it does. */
  void notYet(Set<String> unbuilt) {
    for (String key : unbuilt) {
      Yaml.Entry entry = left.remove(key);
      if (entry != null) {
        problems.accept(
            Problem.error(
                entry.at(),
                path(key),
                "'"
                    + key
                    + "' is part of the format but this version does not enforce it, so the"
                    + " file is not loaded. Remove it.",
                "E-NOT-YET"));
      }
    }
  }

  /** Reports every key that was not taken. */
  void finish() {
    left.values()
        .forEach(
            entry ->
                problems.accept(
                    Problem.error(
                        entry.at(),
                        path(entry.key()),
                        "unknown key '" + entry.key() + "'." + Nearest.hint(entry.key(), keys),
                        "E-KEY")));
    left.clear();
  }

  /** Whether nothing was wrong so far. */
  boolean sound() {
    return sound;
  }

  void error(Problem.Location place, String message, String code) {
    problems.accept(Problem.error(place, path, message, code));
  }
}
