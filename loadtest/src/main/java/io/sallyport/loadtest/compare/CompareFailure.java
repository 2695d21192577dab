package io.sallyport.loadtest.compare;

/** A comparison that cannot be made, or must not be believed: a sentence for a person. */
public final class CompareFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int exit;

  private CompareFailure(int exit, String message, Throwable cause) {
    super(message, cause);
    this.exit = exit;
  }

  /** The work was not done as it is claimed: there is no figure. */
  static CompareFailure bad(String message) {
    return new CompareFailure(1, message, null);
  }

  /** The command was used wrongly. */
  static CompareFailure usage(String message) {
    return new CompareFailure(2, message, null);
  }

  /** A program, a file, a port or the machine is in the way. */
  static CompareFailure environment(String message, Throwable cause) {
    return new CompareFailure(4, message, cause);
  }

  /** The exit code, as all of Sallyport's commands have them. */
  public int exit() {
    return exit;
  }
}
