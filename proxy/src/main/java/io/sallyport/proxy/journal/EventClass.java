package io.sallyport.proxy.journal;

import java.util.Locale;

/**
 * What is recorded, by what its loss would mean. A class has a durability that is its default and
 * the least it may be given: where that is {@link Durability#DISK}, the record is the only trace of
 * something that cannot be taken back, or that somebody wants forgotten.
 */
public enum EventClass {
  /** Reading and searching: intent, outcome, disclosure, look-up. */
  READ(Durability.PROCESS),
  /** A refusal of somebody whom we know, or of a request nobody understood. */
  DENIED(Durability.PROCESS),
  /** Creating, changing, deleting. */
  WRITE(Durability.DISK),
  /** Taking out in bulk. */
  EXPORT(Durability.DISK),
  /** All that a broken glass opens. */
  BREAK_GLASS(Durability.DISK),
  /** Start, stop, configuration, keys, alerts. */
  ADMIN(Durability.DISK),
  /** A token that was not seen before, and is accepted. */
  LOGIN(Durability.PROCESS),
  /** A log-in that failed leaves no other trace anywhere. */
  FAILED_LOGIN(Durability.DISK);

  private final Durability least;

  EventClass(Durability least) {
    this.least = least;
  }

  /** The default, and what no configuration may go below. */
  public Durability least() {
    return least;
  }

  /** The word of the configuration: {@code failed-login}. */
  public String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
