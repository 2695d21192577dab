package io.sallyport.policy.redact;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What of a Bundle will leave next, with the facts that its record needs. */
final class WindowWriter implements Sink {
  private byte[] bytes = new byte[8 << 10];
  private int size;
  private List<Fact> facts = new ArrayList<>();
  private final Hits hits = new Hits();
  private int withheld;

  WindowWriter(View view) {
    hits.start(view);
  }

  @Override
  public void write(byte[] source, int offset, int length) {
    if (size + length > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, size + length));
    }
    System.arraycopy(source, offset, bytes, size, length);
    size += length;
  }

  void bytes(byte[] encoded) {
    write(encoded, 0, encoded.length);
  }

  void text(String text) {
    bytes(text.getBytes(StandardCharsets.UTF_8));
  }

  /** A released resource. */
  void account(Fact fact, Hits removed) {
    facts.add(fact);
    hits.add(removed);
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
        new Redacted(
            length, sink -> sink.write(content, 0, length), facts, hits.byName(), withheld);
    // The next one will be about as long.
    bytes = new byte[Math.max(8 << 10, length + (length >> 4))];
    size = 0;
    facts = new ArrayList<>();
    hits.clear();
    withheld = 0;
    return window;
  }
}
