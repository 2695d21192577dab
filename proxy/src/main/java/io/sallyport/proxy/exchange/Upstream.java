package io.sallyport.proxy.exchange;

import io.netty.buffer.ByteBuf;
import io.sallyport.policy.Decision;
import io.sallyport.proxy.journal.Recorded;
import java.util.concurrent.CompletionStage;

/**
 * The record system's side. The exchange owns this interface and {@code net} implements it, on the
 * exchange's own event loop.
 */
public interface Upstream {
  /**
   * Sends the request that the permit describes, rebuilt from the parsed interaction and never
   * relayed, to the exchange's route. It takes a recorded permit: forwarding before journaling does
   * not compile.
   *
   * @return the response's head, when it has arrived; fails with {@link
   *     io.sallyport.policy.Refusal} UPSTREAM_UNREACHABLE, UPSTREAM_TIMEOUT, UPSTREAM_BUSY or
   *     UPSTREAM_INVALID. Completes on the exchange's loop
   */
  CompletionStage<Response> send(Exchange x, Recorded<Decision.Permit> permit);

  /**
   * Asks the exchange's route for what we must know ourselves. It takes a recorded lookup, as
   * {@link #send} takes a recorded permit. It goes on when the exchange is interrupted: others may
   * wait for the answer, too.
   *
   * @return as {@link #send}; after the lookup's time both it and the body fail with
   *     UPSTREAM_TIMEOUT
   */
  CompletionStage<Response> look(Exchange x, Recorded<Lookup> lookup);

  /**
   * A response whose body is still to be read. Header values are "" when absent.
   *
   * @param contentLength -1 when not told
   */
  record Response(
      int status,
      String contentType,
      String contentEncoding,
      String etag,
      String lastModified,
      long contentLength,
      Body body) {}

  /** A response body, pulled chunk by chunk: not pulling is the back-pressure. */
  interface Body {
    /**
     * The next chunk, owned by the caller; null at the clean end. One call at a time. Fails with a
     * Refusal when the upstream cuts, stalls or exceeds its bound. Completes on the exchange's
     * loop.
     */
    CompletionStage<ByteBuf> next();

    /** Gives up on the rest: the connection is closed unless the body had ended. Idempotent. */
    void cancel();
  }
}
