package io.sallyport.proxy.journal;

/** A hold, its release or a disposal is refused; the message says why, for people. */
public final class RetentionRefused extends RuntimeException {
  private static final long serialVersionUID = 1L;

  RetentionRefused(String message) {
    super(message);
  }

  RetentionRefused(String message, Throwable cause) {
    super(message, cause);
  }
}
