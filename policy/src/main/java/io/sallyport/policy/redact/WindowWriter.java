package io.sallyport.policy.redact;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** What of a Bundle will leave next, with the facts that its record needs. */
final class WindowWriter implements Sink {
  /** Gives a window's sink; null: each window keeps its own bytes until it is written. */
  private final Supplier<Sink> outlet;

  private Sink sink;
  private int size;
  private List<Fact> facts = new ArrayList<>();
  private final Hits hits = new Hits();
  private int withheld;

  WindowWriter(View view, Supplier<Sink> outlet) {
    this.outlet = outlet;
    hits.start(view);
  }

  @Override
  public void write(byte[] source, int offset, int length) {
    if (sink == null) {
      sink = outlet == null ? new Page() : outlet.get();
    }
    sink.write(source, offset, length);
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

  /** Likewise one that was judged before. */
  void account(Fact fact, int[] removed) {
    facts.add(fact);
    hits.add(removed);
  }

  void withhold() {
    withhold(1);
  }

  void withhold(int more) {
    withheld += more;
  }

  int size() {
    return size;
  }

  /** Hands out what has gathered and starts anew. */
  Redacted window() {
    Consumer<Sink> output = sink instanceof Page page ? page::writeTo : Redacted.WRITTEN;
    Redacted window = new Redacted(size, output, facts, hits.byName(), withheld);
    sink = null;
    size = 0;
    facts = new ArrayList<>();
    hits.clear();
    withheld = 0;
    return window;
  }
}
