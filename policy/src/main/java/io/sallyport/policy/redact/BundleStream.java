package io.sallyport.policy.redact;

import java.util.function.UnaryOperator;

/**
 * A searchset on its way through: chunks in, windows of judged entries out, in constant memory.
 * Every entry is buffered whole, judged by its own facts, rewritten or dropped; nothing of an entry
 * leaves before its last byte was proven valid. The envelope is written anew from an allow-list
 * ({@code resourceType, type, link, entry, total}).
 *
 * <p>Not thread-safe; bound to its redactor's loop.
 */
public final class BundleStream {
  /**
   * What the caller asked for, and how the envelope is rewritten.
   *
   * @param type the resource type of matches; entries of other types are dropped
   * @param onlyId when not null, matches with another id are dropped
   * @param rebase URL rewriting for fullUrl and content
   * @param links rewrites a {@code next}/{@code previous}/... link's URL, null drops it; {@code
   *     self} is given by {@code self}
   * @param self the caller's own request URL, for the {@code self} link
   * @param windowBytes how much redacted output makes a window
   */
  public record Envelope(
      String type,
      String onlyId,
      Rebase rebase,
      UnaryOperator<String> links,
      String self,
      int windowBytes) {}

  public BundleStream(Redactor redactor, View view, Limits limits, Envelope envelope) {}

  /**
   * Takes the next bytes of the upstream's body. After it, {@link #window} may have a window.
   *
   * @throws io.sallyport.policy.Refusal as {@link Redactor#redact}
   */
  public void feed(byte[] source, int offset, int length) {
    throw new IllegalStateException("bundle");
  }

  /** The upstream's body ended cleanly. The last window (perhaps empty of entries) is ready. */
  public void finish() {
    throw new IllegalStateException("bundle");
  }

  /** The next full window, or after {@link #finish} the last; null when more input is needed. */
  public Redacted window() {
    throw new IllegalStateException("bundle");
  }

  /** Whether the last window has been taken. */
  public boolean done() {
    throw new IllegalStateException("bundle");
  }
}
