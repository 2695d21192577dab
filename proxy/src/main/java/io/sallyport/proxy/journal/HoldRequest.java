package io.sallyport.proxy.journal;

import java.time.Instant;

/**
 * A legal hold: what may be evidence is kept until somebody says otherwise.
 *
 * @param from records of this time and later, as 2026-03-01T10:00:00Z; "" for all
 * @param to records before this time; "" for all
 * @param patient whom it is about; "" for everybody
 * @param user whose doings it is about; "" for everybody's
 * @param authority who demands it: a court and its number
 * @param by who asks
 */
record HoldRequest(
    String origin,
    String from,
    String to,
    String patient,
    String user,
    String authority,
    String reason,
    String by,
    Instant time)
    implements RetentionRequest {
  static final String TITLE = "sallyport hold request 1";

  HoldRequest {
    if (authority.isEmpty() || reason.isEmpty()) {
      throw new IllegalArgumentException("a hold needs an authority and a reason");
    }
    if (!from.isEmpty() && !to.isEmpty() && !Instant.parse(from).isBefore(Instant.parse(to))) {
      throw new IllegalArgumentException("a hold must begin before it ends");
    }
  }

  /** Whether it is about somebody, so that what it needs can be told from the rest. */
  boolean narrow() {
    return !patient.isEmpty() || !user.isEmpty();
  }

  /** Whether records between these times are under it, whoever they are about. */
  boolean overlaps(Instant oldest, Instant newest) {
    boolean later = !from.isEmpty() && newest.isBefore(Instant.parse(from));
    boolean earlier = !to.isEmpty() && !oldest.isBefore(Instant.parse(to));
    return !later && !earlier;
  }

  @Override
  public String text() {
    return new Statement(TITLE, origin)
        .put("from", from)
        .put("to", to)
        .put("patient", patient)
        .put("user", user)
        .put("authority", authority)
        .put("reason", reason)
        .put("by", by)
        .put("time", time)
        .text();
  }

  static HoldRequest read(Statement from, String origin) {
    return new HoldRequest(
        origin,
        from.get("from"),
        from.get("to"),
        from.get("patient"),
        from.get("user"),
        from.get("authority"),
        from.get("reason"),
        from.get("by"),
        Instant.parse(from.get("time")));
  }

  @Override
  public String toString() {
    return "[phi]";
  }
}
