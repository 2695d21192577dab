package io.sallyport.proxy.journal;

/**
 * Proof that {@code value} is in the journal at its durability class. Only the journal can make
 * one, so code that demands a {@code Recorded<Permit>} cannot run ahead of the audit trail.
 */
public final class Recorded<T> {
  private final T value;
  private final long sequence;

  Recorded(T value, long sequence) {
    this.value = value;
    this.sequence = sequence;
  }

  public T value() {
    return value;
  }

  /** The record's sequence number: its leaf index in the log. */
  public long sequence() {
    return sequence;
  }
}
