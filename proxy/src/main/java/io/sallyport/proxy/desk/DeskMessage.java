package io.sallyport.proxy.desk;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * A request or an answer, as a file holds it: a title, then a line {@code key: value} for each
 * field, UTF-8. In a value a line end is {@code \n} and a backslash {@code \\}.
 *
 * <pre>
 * sallyport desk 1
 * kind: reading
 * command: journal show
 * </pre>
 *
 * @param kind of a request which handler it is for; of an answer {@link #DONE} or {@link #REFUSED}
 * @param fields by name, in their order
 */
public record DeskMessage(String kind, Map<String, String> fields) {
  /** The kind of an answer: what was asked is done. */
  public static final String DONE = "done";

  /** The kind of an answer: nothing was done; its field {@link #WHY} says why. */
  public static final String REFUSED = "refused";

  /** The field of a refusal that says what is wrong, for people. */
  public static final String WHY = "why";

  /** Bytes of a message at most. */
  static final int BYTES_MAX = 64 << 10;

  private static final String TITLE = "sallyport desk 1";
  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,31}");

  /**
   * @throws IllegalArgumentException when a kind or a field's name is none: {@code [a-z0-9-]{1,32}}
   */
  public DeskMessage {
    name(kind);
    fields = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(fields));
    fields.keySet().forEach(DeskMessage::name);
    if (fields.containsKey("kind")) {
      throw new IllegalArgumentException("'kind' is no field's name");
    }
  }

  private static void name(String text) {
    if (!NAME.matcher(text).matches()) {
      throw new IllegalArgumentException("not a name at the desk: '" + text + "'");
    }
  }

  /** A field's value, "" for one that is not there. */
  public String field(String name) {
    return fields.getOrDefault(name, "");
  }

  /** An answer that refuses. */
  static DeskMessage refused(String why) {
    return new DeskMessage(REFUSED, Map.of(WHY, why));
  }

  /**
   * The bytes of a file.
   *
   * @throws IllegalArgumentException when they would be over 64 KiB
   */
  byte[] bytes() {
    var text = new StringBuilder(TITLE).append("\nkind: ").append(kind).append('\n');
    fields.forEach(
        (name, value) -> text.append(name).append(": ").append(escaped(value)).append('\n'));
    var bytes = text.toString().getBytes(UTF_8);
    if (bytes.length > BYTES_MAX) {
      throw new IllegalArgumentException(
          "a message of " + bytes.length + " bytes; the desk takes " + BYTES_MAX);
    }
    return bytes;
  }

  /**
   * Reads the bytes of a file.
   *
   * @throws IllegalArgumentException when they are no message: the reason says how
   */
  static DeskMessage parse(byte[] bytes) {
    String text;
    try {
      text = UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("it is not UTF-8", e);
    }
    var lines = text.split("\n", -1);
    if (lines.length < 3 || !lines[0].equals(TITLE) || !lines[lines.length - 1].isEmpty()) {
      throw new IllegalArgumentException("it is not of the form '" + TITLE + "'");
    }
    var fields = new LinkedHashMap<String, String>();
    for (int i = 1; i < lines.length - 1; i++) {
      int colon = lines[i].indexOf(": ");
      if (colon < 0
          || fields.put(lines[i].substring(0, colon), plain(lines[i].substring(colon + 2)))
              != null) {
        throw new IllegalArgumentException("line " + (i + 1) + " is no field, or one twice");
      }
    }
    var kind = fields.remove("kind");
    if (kind == null) {
      throw new IllegalArgumentException("it has no kind");
    }
    return new DeskMessage(kind, fields);
  }

  private static String escaped(String value) {
    return value.replace("\\", "\\\\").replace("\n", "\\n");
  }

  private static String plain(String line) {
    var value = new StringBuilder(line.length());
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (c == '\\') {
        char next = ++i < line.length() ? line.charAt(i) : 0;
        if (next != 'n' && next != '\\') {
          throw new IllegalArgumentException("a value has a wrong escape");
        }
        c = next == 'n' ? '\n' : '\\';
      }
      value.append(c);
    }
    return value.toString();
  }

  @Override
  public String toString() {
    return kind + " [phi]"; // a reading's filter names patients
  }
}
