package io.sallyport.proxy.journal;

import java.util.concurrent.CompletionStage;

/**
 * The record of every access. It knows nothing of HTTP, FHIR or policy: entries are plain words,
 * numbers and lists. An append is inline on the caller's thread under one short lock; for {@link
 * Durability#PROCESS} the stage is complete when the method returns, so that the request path pays
 * no thread hop.
 */
public interface Journal extends AutoCloseable {
  /**
   * Appends {@code entry} and hands {@code value} back as recorded.
   *
   * @return completed at the durability class; failed with {@link JournalUnavailable} when the
   *     journal cannot write. Nothing may be forwarded or released then.
   */
  <T> CompletionStage<Recorded<T>> append(T value, JournalEntry entry, Durability durability);

  /** Appends at the durability that is configured for events of this class. */
  default <T> CompletionStage<Recorded<T>> append(T value, JournalEntry entry, EventClass event) {
    return append(value, entry, durabilities().of(event));
  }

  /**
   * Records what a caller was answered whom nobody knows: by itself, or, when there are too many
   * from its network, counted in a record to come. {@link Recorded#sequence} is then {@link
   * Recorded#COUNTED}.
   *
   * @param remote the caller's address
   * @param reason a word of the closed vocabulary
   */
  default <T> CompletionStage<Recorded<T>> anonymous(
      T value, JournalEntry entry, String remote, String reason, EventClass event) {
    return append(value, entry, event);
  }

  /** What is configured; the least where nothing is. */
  default Durabilities durabilities() {
    return Durabilities.LEAST;
  }

  /** Whether appends are expected to succeed. False fences every patient-data route. */
  boolean writable();

  /** Writes the last checkpoint, forces and closes. */
  @Override
  void close();
}
