package io.sallyport.proxy.journal;

/**
 * Proof that {@code value} is in the journal at its durability class. Only the journal can make
 * one, so code that demands a {@code Recorded<Permit>} cannot run ahead of the audit trail.
 */
public final class Recorded<T> {
  /** The sequence of what has no record of its own: see {@link Journal#anonymous}. */
  public static final long COUNTED = -1;

  private final T value;
  private final long sequence;

  Recorded(T value, long sequence) {
    this.value = value;
    this.sequence = sequence;
  }

  public T value() {
    return value;
  }

  /** The record's sequence number: its leaf index in the log; or {@link #COUNTED}. */
  public long sequence() {
    return sequence;
  }
}
