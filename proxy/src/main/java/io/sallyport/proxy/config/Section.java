package io.sallyport.proxy.config;

import io.sallyport.policy.Problem;
import io.sallyport.policy.source.Yaml;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One mapping of the document while it is read: hands out typed values, and reports what is wrong
 * with each. A value that is wrong comes back as its default, so that reading goes on and finds the
 * rest; the caller gives up at the end when there was an error.
 */
final class Section {
  private static final Pattern DURATION = Pattern.compile("(\\d{1,9})(ms|s|m|h|d)");
  private static final Pattern SIZE = Pattern.compile("(\\d{1,9})(B|KiB|MiB|GiB)");

  private final Map<String, Yaml.Entry> entries = new LinkedHashMap<>();
  private final Set<String> known = new TreeSet<>();
  private final Problem.Location at;
  private final String path;
  private final Path base;
  private final Consumer<Problem> problems;

  private Section(Problem.Location at, String path, Path base, Consumer<Problem> problems) {
    this.at = at;
    this.path = path;
    this.base = base;
    this.problems = problems;
  }

  static Section of(Yaml node, String path, Path base, Consumer<Problem> problems) {
    Section section = new Section(node.at(), path, base, problems);
    if (node instanceof Yaml.Mapping mapping) {
      mapping.entries().forEach(e -> section.entries.put(e.key(), e));
    } else {
      section.error(node.at(), path, "must be a mapping of keys to values", "E-TYPE");
    }
    return section;
  }

  /** The keys as written, for mappings whose keys are names of the user's own. */
  Set<String> names() {
    known.addAll(entries.keySet());
    return entries.keySet();
  }

  boolean has(String key) {
    known.add(key);
    return entries.containsKey(key);
  }

  /** Where a key stands, or the section when it is absent. */
  <T> Placed<T> place(String key, T value) {
    Yaml.Entry entry = entries.get(key);
    return new Placed<>(value, entry == null ? at : entry.value().at(), below(key));
  }

  /** A nested section; an absent one is empty, and an error when required. */
  Section section(String key, boolean required) {
    Yaml.Entry entry = entry(key, required);
    return entry == null
        ? new Section(at, below(key), base, problems)
        : of(entry.value(), below(key), base, problems);
  }

  /** The sections of a sequence, which may be empty or absent. */
  List<Section> optionalSections(String key) {
    return sections(key, false);
  }

  private List<Section> sections(String key, boolean required) {
    List<Section> all = new ArrayList<>();
    List<Yaml> items = items(key, required);
    for (int i = 0; i < items.size(); i++) {
      all.add(of(items.get(i), below(key) + "[" + i + "]", base, problems));
    }
    return all;
  }

  /** The sections of a sequence, at least one. */
  List<Section> sections(String key) {
    List<Section> all = sections(key, true);
    if (all.isEmpty() && entries.containsKey(key)) {
      error(entries.get(key).value().at(), below(key), "needs at least one entry", "E-EMPTY");
    }
    return all;
  }

  List<String> strings(String key, List<String> absent) {
    if (!has(key)) {
      return absent;
    }
    List<String> all = new ArrayList<>();
    for (Yaml item : items(key, false)) {
      if (item instanceof Yaml.Scalar scalar && !scalar.text().isBlank()) {
        all.add(scalar.text());
      } else {
        error(item.at(), below(key), "must be a list of texts", "E-TYPE");
      }
    }
    return List.copyOf(all);
  }

  /** A list of words of a closed vocabulary. */
  List<String> words(String key, List<String> allowed) {
    return words(key, allowed, allowed);
  }

  List<String> words(String key, List<String> allowed, List<String> missing) {
    List<String> all = strings(key, missing);
    for (String word : all) {
      if (!allowed.contains(word)) {
        error(place(key, word).at(), below(key), choice(word, allowed), "E-VALUE");
      }
    }
    return all;
  }

  /** A text; "" when it is absent and not required. */
  String string(String key, boolean required) {
    Yaml.Entry entry = entry(key, required);
    if (entry == null) {
      return "";
    }
    if (entry.value() instanceof Yaml.Scalar scalar && !scalar.text().isBlank()) {
      return scalar.text();
    }
    error(entry.value().at(), below(key), "must be a text", "E-TYPE");
    return "";
  }

  /** A word of a closed vocabulary, whose first is the default. */
  String word(String key, boolean required, List<String> allowed) {
    String word = string(key, required);
    if (word.isEmpty()) {
      return allowed.get(0);
    }
    if (!allowed.contains(word)) {
      error(place(key, word).at(), below(key), choice(word, allowed), "E-VALUE");
      return allowed.get(0);
    }
    return word;
  }

  boolean flag(String key) {
    return word(key, false, List.of("false", "true")).equals("true");
  }

  int number(String key, boolean required, int absent, int min, int max) {
    return value(
        key,
        required,
        absent,
        text -> {
          int value = Integer.parseInt(text);
          if (value < min || value > max) {
            throw new NumberFormatException();
          }
          return value;
        },
        "must be a number from " + min + " to " + max,
        "E-NUMBER");
  }

  Duration duration(String key, Duration absent, Duration max) {
    return value(
        key,
        false,
        absent,
        text -> {
          Duration value = duration(text);
          if (value.isZero() || value.compareTo(max) > 0) {
            throw new IllegalArgumentException();
          }
          return value;
        },
        "must be a duration as 500ms, 10s, 5m or 12h, and at most " + max.toSeconds() + "s",
        "E-DURATION");
  }

  long size(String key, long absent, long min, long max) {
    return value(
        key,
        false,
        absent,
        text -> {
          long value = size(text);
          if (value < min || value > max) {
            throw new IllegalArgumentException();
          }
          return value;
        },
        "must be a size as 256B, 64KiB, 8MiB or 1GiB, from " + min + " to " + max + " bytes",
        "E-SIZE");
  }

  Placed<URI> uri(String key, boolean required) {
    URI uri =
        value(
            key,
            required,
            null,
            Section::base,
            "must be an absolute http(s) URL of scheme, host and path, without user, query or fragment",
            "E-URL");
    return uri == null ? null : place(key, uri);
  }

  /** A {@code file:} reference, or a plain path where {@code prefix} is empty. */
  Placed<Path> file(String key, boolean required, String prefix) {
    String text = string(key, required);
    if (text.isEmpty()) {
      return null;
    }
    if (!text.startsWith(prefix) || text.length() == prefix.length()) {
      error(place(key, text).at(), below(key), "must name a file as " + prefix + "PATH", "E-FILE");
      return null;
    }
    return place(key, base.resolve(text.substring(prefix.length())).normalize());
  }

  Placed<Secret> secret(String key, boolean required) {
    String text = string(key, required);
    if (text.isEmpty()) {
      return null;
    }
    try {
      return place(key, Secret.parse(text, base));
    } catch (IllegalArgumentException e) {
      error(place(key, text).at(), below(key), e.getMessage(), "E-SECRET");
      return null;
    }
  }

  void error(String key, String message, String code) {
    problems.accept(place(key, key).error(message, code));
  }

  void warning(String key, String message, String code) {
    problems.accept(place(key, key).warning(message, code));
  }

  /** Reports every key nobody asked for. Call it last. */
  void finish() {
    for (Yaml.Entry entry : entries.values()) {
      if (!known.contains(entry.key())) {
        error(entry.at(), below(entry.key()), unknown(entry.key()), "E-KEY");
      }
    }
  }

  private <T> T value(
      String key,
      boolean required,
      T absent,
      Function<String, T> parse,
      String complaint,
      String code) {
    String text = string(key, required);
    if (text.isEmpty()) {
      return absent;
    }
    try {
      return parse.apply(text);
    } catch (IllegalArgumentException e) {
      error(place(key, text).at(), below(key), complaint, code);
      return absent;
    }
  }

  private Yaml.Entry entry(String key, boolean required) {
    known.add(key);
    Yaml.Entry entry = entries.get(key);
    if (entry == null && required) {
      error(at, path, "lacks the key '" + key + "'", "E-MISSING");
    }
    return entry;
  }

  private List<Yaml> items(String key, boolean required) {
    Yaml.Entry entry = entry(key, required);
    if (entry == null) {
      return List.of();
    }
    if (entry.value() instanceof Yaml.Sequence sequence) {
      return sequence.items();
    }
    error(entry.value().at(), below(key), "must be a list: write [ … ]", "E-TYPE");
    return List.of();
  }

  private String below(String key) {
    return path.isEmpty() ? key : path + "." + key;
  }

  private void error(Problem.Location where, String what, String message, String code) {
    problems.accept(Problem.error(where, what, message, code));
  }

  private String unknown(String key) {
    String near = Nearest.to(key, known);
    return near == null
        ? "is not a key here; there are " + String.join(", ", known)
        : "is not a key here: did you mean '" + near + "'?";
  }

  private static String choice(String word, List<String> allowed) {
    String near = Nearest.to(word, allowed);
    return "must be one of "
        + String.join(", ", allowed)
        + (near == null ? "" : ": did you mean '" + near + "'?");
  }

  static Duration duration(String text) {
    Matcher m = DURATION.matcher(text);
    if (!m.matches()) {
      throw new IllegalArgumentException("no duration");
    }
    long n = Long.parseLong(m.group(1));
    return switch (m.group(2)) {
      case "ms" -> Duration.ofMillis(n);
      case "s" -> Duration.ofSeconds(n);
      case "m" -> Duration.ofMinutes(n);
      case "h" -> Duration.ofHours(n);
      default -> Duration.ofDays(n);
    };
  }

  static long size(String text) {
    Matcher m = SIZE.matcher(text);
    if (!m.matches()) {
      throw new IllegalArgumentException("no size");
    }
    long n = Long.parseLong(m.group(1));
    return switch (m.group(2)) {
      case "B" -> n;
      case "KiB" -> n << 10;
      case "MiB" -> n << 20;
      default -> n << 30;
    };
  }

  private static URI base(String text) {
    try {
      URI uri = new URI(text);
      boolean http = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
      if (!http
          || uri.getHost() == null
          || uri.getRawUserInfo() != null
          || uri.getRawQuery() != null
          || uri.getRawFragment() != null) {
        throw new IllegalArgumentException("no base URL");
      }
      return uri;
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException("no URL", e);
    }
  }
}
