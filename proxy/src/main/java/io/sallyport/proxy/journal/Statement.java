package io.sallyport.proxy.journal;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The text of a signed statement: a title, the log's name, and lines of a name and a value. A
 * statement has one spelling: who reads one writes it again and compares.
 */
final class Statement {
  /** What a person may write in one value. */
  static final int VALUE_MAX = 1_000;

  private static final String NONE = "none";

  private final String title;
  private final String origin;
  private final Map<String, String> values = new LinkedHashMap<>();

  Statement(String title, String origin) {
    this.title = title;
    this.origin = origin;
  }

  /**
   * @param value "" for none
   * @throws IllegalArgumentException when it is not one line of sensible length
   */
  Statement put(String name, Object value) {
    var text = value.toString();
    boolean odd =
        text.length() > VALUE_MAX
            || !text.equals(text.strip())
            || text.equals(NONE)
            || text.codePoints()
                .anyMatch(c -> Character.isISOControl(c) || Character.getType(c) == LINE);
    if (odd) {
      throw new IllegalArgumentException(
          name + " must be one line of at most " + VALUE_MAX + " characters, and not 'none'");
    }
    values.put(name, text.isEmpty() ? NONE : text);
    return this;
  }

  private static final int LINE = Character.LINE_SEPARATOR;

  String text() {
    var text = new StringBuilder(title).append('\n').append(origin).append('\n');
    values.forEach((name, value) -> text.append(name).append(' ').append(value).append('\n'));
    return text.toString();
  }

  /**
   * Takes a text apart.
   *
   * @throws IllegalArgumentException when it has another title, or is another log's
   */
  static Statement parse(String title, String origin, String text) {
    var lines = text.split("\n", -1);
    if (lines.length < 3 || !lines[0].equals(title)) {
      throw new IllegalArgumentException("not a '" + title + "'");
    }
    if (!lines[1].equals(origin)) {
      throw new IllegalArgumentException(
          "it is about " + EntryText.printable(lines[1]) + ", and this journal is " + origin);
    }
    var statement = new Statement(title, origin);
    for (int i = 2; i < lines.length - 1; i++) {
      int space = lines[i].indexOf(' ');
      if (space <= 0) {
        throw new IllegalArgumentException(
            "line " + (i + 1) + " of a '" + title + "' says nothing");
      }
      statement.values.put(lines[i].substring(0, space), lines[i].substring(space + 1));
    }
    return statement;
  }

  /**
   * A value, "" for none.
   *
   * @throws IllegalArgumentException when there is no such line
   */
  String get(String name) {
    var value = values.get(name);
    if (value == null) {
      throw new IllegalArgumentException("'" + name + "' is missing in a '" + title + "'");
    }
    return value.equals(NONE) ? "" : value;
  }
}
