package io.sallyport.policy;

/**
 * The one exception of an exchange: something is refused, and why. The caller learns the {@link
 * Reason}; {@code detail} is for the log and the journal and carries no data, only names, paths,
 * counts and positions.
 */
public final class Refusal extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Reason reason;

  public Refusal(Reason reason, String detail) {
    this(reason, detail, null);
  }

  public Refusal(Reason reason, String detail, Throwable cause) {
    // Refusals are ordinary answers and an attacker chooses how many: no stack trace.
    super(reason + ": " + detail, cause, false, false);
    this.reason = reason;
  }

  public Reason reason() {
    return reason;
  }

  /** What was refused, without the reason that the message begins with. */
  public String detail() {
    return getMessage().substring(reason.name().length() + 2);
  }
}
