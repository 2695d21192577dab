package io.sallyport.proxy.journal;

import java.time.DateTimeException;
import java.time.Instant;

/**
 * What persons are asked to approve: a text that they sign as a note, each with a key of their own.
 * It says all that is done, so that a signature under it approves that and nothing else.
 */
sealed interface RetentionRequest permits DisposalRequest, HoldRequest, ReleaseRequest {
  /** What is signed. */
  String text();

  /** When it was made. */
  Instant time();

  /**
   * Reads a request of any kind.
   *
   * @param origin the journal it must be about
   * @throws IllegalArgumentException when it is none, or about another journal
   */
  static RetentionRequest parse(String origin, String text) {
    try {
      var request = read(origin, text);
      if (request.text().equals(text)) {
        return request;
      }
    } catch (DateTimeException e) {
      throw new IllegalArgumentException("a request with a time that is none", e);
    }
    throw new IllegalArgumentException("a request that is spelled otherwise than it is written");
  }

  private static RetentionRequest read(String origin, String text) {
    var title = text.substring(0, Math.max(0, text.indexOf('\n')));
    return switch (title) {
      case DisposalRequest.TITLE ->
          DisposalRequest.read(Statement.parse(title, origin, text), origin);
      case HoldRequest.TITLE -> HoldRequest.read(Statement.parse(title, origin, text), origin);
      case ReleaseRequest.TITLE ->
          ReleaseRequest.read(Statement.parse(title, origin, text), origin);
      default -> throw new IllegalArgumentException("not a request of this version");
    };
  }
}
