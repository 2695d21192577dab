package io.sallyport.policy.redact;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What of a Bundle will leave next, with the facts that its record needs. */
final class WindowWriter implements Sink {
  private byte[] bytes = new byte[8 << 10];
  private int size;
  private List<Fact> facts = new ArrayList<>();
  private Map<String, Integer> removed = new HashMap<>();
  private int withheld;

  @Override
  public void write(byte[] source, int offset, int length) {
    if (size + length > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, size + length));
    }
    System.arraycopy(source, offset, bytes, size, length);
    size += length;
  }

  void text(String text) {
    byte[] encoded = text.getBytes(StandardCharsets.UTF_8);
    write(encoded, 0, encoded.length);
  }

  /** A JSON string. */
  static String quoted(String text) {
    StringBuilder quoted = new StringBuilder(text.length() + 2).append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        quoted.append('\\').append(c);
      } else if (c < 0x20) {
        quoted.append(String.format("\\u%04x", (int) c));
      } else {
        quoted.append(c);
      }
    }
    return quoted.append('"').toString();
  }

  void account(Redacted entry) {
    facts.addAll(entry.facts());
    entry.removed().forEach((rule, count) -> removed.merge(rule, count, Integer::sum));
  }

  void withhold() {
    withheld++;
  }

  int size() {
    return size;
  }

  /** Hands out what has gathered and starts anew. */
  Redacted window() {
    byte[] content = bytes;
    int length = size;
    Redacted window =
        new Redacted(length, sink -> sink.write(content, 0, length), facts, removed, withheld);
    bytes = new byte[8 << 10];
    size = 0;
    facts = new ArrayList<>();
    removed = new HashMap<>();
    withheld = 0;
    return window;
  }
}
