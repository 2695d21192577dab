package io.sallyport.proxy.exchange;

import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/**
 * The caller's side of one exchange, as {@code net} implements it. All methods are called on the
 * exchange's loop and take ownership of buffers.
 */
public interface Downstream {
  /** Status and headers we authored; framing headers are {@code net}'s. */
  record Head(int status, List<Map.Entry<String, String>> headers) {}

  /**
   * Sends a whole answer. Completes when it was written to the socket; fails when the caller left.
   */
  CompletionStage<Void> answer(Head head, ByteBuf body);

  /** Starts a streamed answer. */
  void begin(Head head);

  /** Sends a piece; completes when the caller can take more (back-pressure). */
  CompletionStage<Void> write(ByteBuf piece);

  /** Ends a streamed answer cleanly. */
  CompletionStage<Void> end();

  /** Cuts a streamed answer so that no client can take a part for the whole. */
  void reset();
}
