package io.sallyport.proxy.kms;

/** The key service refused or could not be reached. The message holds no key material. */
public final class KmsException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public KmsException(String message, Throwable cause) {
    super(message, cause);
  }
}
