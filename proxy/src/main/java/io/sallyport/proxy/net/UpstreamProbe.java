package io.sallyport.proxy.net;

import io.netty.channel.EventLoop;
import io.sallyport.policy.Reason;
import io.sallyport.policy.Refusal;
import io.sallyport.proxy.exchange.UpstreamTarget;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Tries a record system before anybody is served, by the connections that serve. It asks for {@code
 * metadata} and nothing else, which names no patient: that is why it needs no recorded permit.
 */
public final class UpstreamProbe implements AutoCloseable {
  /** Beside the target's own timeouts, for what they do not bound: looking up its name. */
  private static final long MORE_MILLIS = 2_000;

  private final Loops loops = new Loops(1);

  /** What a record system answered. */
  public record Answer(int status, String contentType) {}

  /**
   * Connects, shakes hands and asks. Blocks, within the target's timeouts.
   *
   * @throws Refusal UPSTREAM_UNREACHABLE, its cause telling why; UPSTREAM_TIMEOUT; UPSTREAM_INVALID
   */
  public Answer ask(UpstreamTarget target) {
    EventLoop loop = loops.group().next();
    CompletableFuture<Answer> answer = new CompletableFuture<>();
    loop.execute(() -> ask(loop, target, answer));
    try {
      return answer.get(
          MORE_MILLIS + target.connectTimeoutMillis() + target.responseTimeoutMillis(),
          TimeUnit.MILLISECONDS);
    } catch (TimeoutException late) {
      throw new Refusal(Reason.UPSTREAM_TIMEOUT, target.name() + " did not answer in time", late);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new Refusal(Reason.UPSTREAM_TIMEOUT, "interrupted", stopped);
    } catch (ExecutionException failure) {
      throw refusal(failure.getCause());
    }
  }

  private static void ask(EventLoop loop, UpstreamTarget target, CompletableFuture<Answer> answer) {
    UpstreamPool pool =
        new UpstreamPool(
            loop,
            target,
            new UpstreamSlots(1),
            target.tls() ? TlsContexts.client(target.trust()) : null);
    pool.take()
        .thenCompose(connection -> connection.request(target.basePath() + "/metadata", "check"))
        .whenComplete(
            (response, failure) -> {
              if (failure != null) {
                answer.completeExceptionally(failure);
                return;
              }
              response.body().cancel();
              answer.complete(new Answer(response.status(), response.contentType()));
            });
  }

  private static Refusal refusal(Throwable failure) {
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    return cause instanceof Refusal refusal
        ? refusal
        : new Refusal(Reason.UPSTREAM_UNREACHABLE, cause.getClass().getSimpleName(), cause);
  }

  @Override
  public void close() {
    loops.close();
  }
}
