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

  /** Whether appends are expected to succeed. False fences every patient-data route. */
  boolean writable();

  /** Writes the last checkpoint, forces and closes. */
  @Override
  void close();
}
