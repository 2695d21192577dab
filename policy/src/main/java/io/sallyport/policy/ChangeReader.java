package io.sallyport.policy;

import io.sallyport.policy.RoleRules.Change;
import io.sallyport.policy.RoleRules.Pattern;
import io.sallyport.policy.source.Yaml;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Reads {@code change:}, a mapping of elements to methods. */
final class ChangeReader {
  private ChangeReader() {}

  /** Takes the key {@code change}; empty when it is not there. */
  static List<Change> read(Fields fields, KeyNames keys, Consumer<Problem> problems) {
    Yaml node = fields.take("change");
    String path = fields.path("change");
    List<Change> changes = new ArrayList<>();
    if (node instanceof Yaml.Mapping mapping) {
      for (Yaml.Entry entry : mapping.entries()) {
        String key = entry.key();
        Change change = change(new Pattern(key, entry.at(), path + "." + key), entry.value(), keys);
        if (change == null) {
          problems.accept(
              Problem.error(
                  entry.value().at(),
                  path + "." + key,
                  "must be a method, as year, or one with what it takes, as {round: 5}",
                  "E-TYPE"));
        } else {
          changes.add(change);
        }
      }
    } else if (node != null) {
      problems.accept(
          Problem.error(
              node.at(), path, "must map elements to methods, as {birthDate: year}", "E-TYPE"));
    }
    return changes;
  }

  private static Change change(Pattern pattern, Yaml value, KeyNames keys) {
    if (value instanceof Yaml.Scalar word) {
      return new Change(pattern, word.text(), null, word.at());
    }
    if (!(value instanceof Yaml.Mapping one) || one.entries().size() != 1) {
      return null;
    }
    Yaml.Entry method = one.entries().get(0);
    if (method.value() instanceof Yaml.Scalar argument) {
      return new Change(pattern, method.key(), argument.text(), method.at());
    }
    Map<String, Pattern> named =
        KeyNames.named(method.value(), pattern.path() + "." + method.key());
    if (named == null || named.isEmpty()) {
      return null;
    }
    AudienceKey key = named.containsKey("key") ? keys.of(named.get("key")) : null;
    return new Change(pattern, method.key(), null, named, key, method.at());
  }
}
