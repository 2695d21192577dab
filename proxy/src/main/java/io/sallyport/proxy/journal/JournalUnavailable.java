package io.sallyport.proxy.journal;

/** The journal cannot take a record: nothing may happen that it would have recorded. */
public final class JournalUnavailable extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public JournalUnavailable(String message, Throwable cause) {
    super(message, cause);
  }
}
