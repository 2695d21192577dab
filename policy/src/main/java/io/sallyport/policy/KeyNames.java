package io.sallyport.policy;

import io.sallyport.policy.RoleRules.Pattern;
import io.sallyport.policy.source.Yaml;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The keys that a policy names. It holds their names only; whoever loads it has them, from the
 * configuration's {@code keys:} or as {@code --key}.
 */
final class KeyNames {
  private final Function<String, AudienceKey> keys;
  private final Consumer<Problem> problems;
  private final Set<String> named = new TreeSet<>();

  /**
   * @param keys a key by its name; null when there is none
   */
  KeyNames(Function<String, AudienceKey> keys, Consumer<Problem> problems) {
    this.keys = keys;
    this.problems = problems;
  }

  /** Every name that was looked up. */
  Set<String> named() {
    return Set.copyOf(named);
  }

  /** The key of a name; null when there is none, which is reported where it is named. */
  AudienceKey of(Pattern name) {
    named.add(name.text());
    AudienceKey key = keys.apply(name.text());
    if (key == null) {
      problems.accept(
          Problem.error(
              name.at(),
              name.path(),
              "there is no key '"
                  + name.text()
                  + "'. Name it under keys: in sallyport.yaml; offline, say --key "
                  + name.text()
                  + "=file:PATH.",
              "E-KEY-NAME"));
    }
    return key;
  }

  /** Takes a role's {@code pseudonym: {key: NAME}}; null when it is not there. */
  AudienceKey pseudonym(Fields role) {
    Yaml node = role.take("pseudonym");
    if (node == null) {
      return null;
    }
    Map<String, Pattern> said = named(node, role.path("pseudonym"));
    if (said == null || !said.keySet().equals(Set.of("key"))) {
      problems.accept(
          Problem.error(
              node.at(),
              role.path("pseudonym"),
              "must name the key of this audience, as {key: irb-117}",
              "E-TYPE"));
      return null;
    }
    return of(said.get("key"));
  }

  /** A mapping of words to words, with their places; null when it is anything else. */
  static Map<String, Pattern> named(Yaml node, String path) {
    if (!(node instanceof Yaml.Mapping mapping)) {
      return null;
    }
    Map<String, Pattern> named = new TreeMap<>();
    for (Yaml.Entry entry : mapping.entries()) {
      if (!(entry.value() instanceof Yaml.Scalar word)) {
        return null;
      }
      named.put(entry.key(), new Pattern(word.text(), word.at(), path + "." + entry.key()));
    }
    return named;
  }
}
