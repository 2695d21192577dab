package io.sallyport.proxy.cli;

/** A command that ends with a sentence for a person and an exit code. */
final class Failure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  static final int BAD = 1;
  static final int USAGE = 2;
  static final int DENIED = 3;
  static final int ENVIRONMENT = 4;

  private final int exit;

  private Failure(int exit, String message, Throwable cause) {
    super(message, cause);
    this.exit = exit;
  }

  /** The thing checked is bad. */
  static Failure bad(String message) {
    return new Failure(BAD, message, null);
  }

  /** The command was used wrongly. */
  static Failure usage(String message) {
    return new Failure(USAGE, message, null);
  }

  /** The policy denies. */
  static Failure denied(String message) {
    return new Failure(DENIED, message, null);
  }

  /** Disk, key or network. */
  static Failure environment(String message, Throwable cause) {
    return new Failure(ENVIRONMENT, message, cause);
  }

  int exit() {
    return exit;
  }
}
