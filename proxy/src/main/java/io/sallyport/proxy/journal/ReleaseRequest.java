package io.sallyport.proxy.journal;

import java.time.Instant;

/**
 * A request to end a hold.
 *
 * @param hold the number of its record
 * @param by who asks
 */
record ReleaseRequest(String origin, long hold, String by, String reason, Instant time)
    implements RetentionRequest {
  static final String TITLE = "sallyport hold release request 1";

  ReleaseRequest {
    if (reason.isEmpty()) {
      throw new IllegalArgumentException("the release of a hold needs a reason");
    }
  }

  @Override
  public String text() {
    return new Statement(TITLE, origin)
        .put("hold", hold)
        .put("by", by)
        .put("reason", reason)
        .put("time", time)
        .text();
  }

  static ReleaseRequest read(Statement from, String origin) {
    return new ReleaseRequest(
        origin,
        Long.parseLong(from.get("hold")),
        from.get("by"),
        from.get("reason"),
        Instant.parse(from.get("time")));
  }
}
