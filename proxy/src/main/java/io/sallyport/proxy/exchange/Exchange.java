package io.sallyport.proxy.exchange;

import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.EventExecutor;
import io.sallyport.policy.redact.Redactor;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * One request and its response: the state that the stages of {@link EnforcementPoint#serve} share.
 * Lives on one event loop and is never touched from another thread.
 */
public final class Exchange {
  private final String id;
  private final EventExecutor loop;
  private final Snapshot snapshot;
  private final RequestHead head;
  private final ByteBuf body;
  private final String remote;
  private final Redactor redactor;
  private final Downstream downstream;

  /**
   * @param id the request id: in the response header and the journal
   * @param body the whole request body, perhaps empty; owned by {@code net}, valid until the answer
   * @param remote the caller's address
   * @param redactor the loop's own
   */
  public Exchange(
      String id,
      EventExecutor loop,
      Snapshot snapshot,
      RequestHead head,
      ByteBuf body,
      String remote,
      Redactor redactor,
      Downstream downstream) {
    this.id = id;
    this.loop = loop;
    this.snapshot = snapshot;
    this.head = head;
    this.body = body;
    this.remote = remote;
    this.redactor = redactor;
    this.downstream = downstream;
  }

  public String id() {
    return id;
  }

  public EventExecutor loop() {
    return loop;
  }

  public Snapshot snapshot() {
    return snapshot;
  }

  public RequestHead head() {
    return head;
  }

  public ByteBuf body() {
    return body;
  }

  public String remote() {
    return remote;
  }

  public Redactor redactor() {
    return redactor;
  }

  public Downstream downstream() {
    return downstream;
  }

  public boolean onLoop() {
    return loop.inEventLoop();
  }

  /**
   * The only bridge from other threads: a stage that completes elsewhere continues on the loop, one
   * that is complete continues at once.
   */
  public <T> CompletionStage<T> backOnLoop(CompletionStage<T> stage) {
    CompletableFuture<T> future = stage.toCompletableFuture();
    if (future.isDone()) {
      return stage;
    }
    CompletableFuture<T> back = new CompletableFuture<>();
    stage.whenComplete(
        (value, failure) -> {
          if (loop.inEventLoop()) {
            settle(back, value, failure);
          } else {
            loop.execute(() -> settle(back, value, failure));
          }
        });
    return back;
  }

  private static <T> void settle(CompletableFuture<T> back, T value, Throwable failure) {
    if (failure == null) {
      back.complete(value);
    } else {
      back.completeExceptionally(failure);
    }
  }
}
