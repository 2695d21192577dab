package io.sallyport.proxy.net;

import io.netty.channel.EventLoop;
import io.netty.handler.ssl.SslContext;
import io.netty.util.concurrent.FastThreadLocal;
import io.prometheus.client.CollectorRegistry;
import io.prometheus.client.Counter;
import io.sallyport.policy.Decision;
import io.sallyport.policy.Reason;
import io.sallyport.policy.Refusal;
import io.sallyport.proxy.exchange.Exchange;
import io.sallyport.proxy.exchange.Lookup;
import io.sallyport.proxy.exchange.Upstream;
import io.sallyport.proxy.exchange.UpstreamTarget;
import io.sallyport.proxy.journal.Recorded;
import java.security.cert.X509Certificate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The record systems, over HTTP/1.1 keep-alive connections. A connection lives on the loop of the
 * exchanges it serves, so pools need no lock; only the count of all connections to a target is
 * shared.
 */
public final class UpstreamClient implements Upstream {
  // By name: the bound is the server's, so connections of an earlier snapshot count as well.
  private final Map<String, UpstreamSlots> slots = new ConcurrentHashMap<>();
  // By what is trusted, not by where it was read: a snapshot compiled later may find other CAs
  // there.
  private final Map<List<X509Certificate>, SslContext> contexts = new ConcurrentHashMap<>();
  private final Counter requests;
  private final Counter retries;

  private final FastThreadLocal<Map<UpstreamTarget, UpstreamPool>> pools =
      new FastThreadLocal<>() {
        @Override
        protected Map<UpstreamTarget, UpstreamPool> initialValue() {
          return new HashMap<>();
        }
      };

  /**
   * @throws IllegalStateException when a system property weakens the response parser
   */
  public UpstreamClient(CollectorRegistry registry) {
    for (String property : System.getProperties().stringPropertyNames()) {
      // They make the decoder take what two readers read differently.
      if (property.startsWith("io.netty.handler.codec.http.")) {
        throw new IllegalStateException(
            "remove the system property " + property + ": it would change how HTTP is parsed");
      }
    }
    requests =
        Counter.build("sallyport_upstream_requests_total", "Requests sent, by outcome.")
            .labelNames("upstream", "outcome")
            .register(registry);
    retries =
        Counter.build(
                "sallyport_upstream_retries_total",
                "Requests sent again because a kept-alive connection had died unheard.")
            .labelNames("upstream")
            .register(registry);
  }

  @Override
  public CompletionStage<Response> send(Exchange x, Recorded<Decision.Permit> permit) {
    return request(x, x.upstreamReference(permit.value()), x::onInterrupt);
  }

  @Override
  public CompletionStage<Response> look(Exchange x, Recorded<Lookup> lookup) {
    Deadline deadline = new Deadline();
    x.loop()
        .schedule(
            () ->
                deadline.over(
                    new Refusal(
                        Reason.UPSTREAM_TIMEOUT,
                        x.route().upstream().name() + " did not answer a lookup in time")),
            lookup.value().timeMillis(),
            TimeUnit.MILLISECONDS);
    return request(x, lookup.value().reference(), deadline);
  }

  /** Calls off what a lookup waits for when its time is over, as an exchange does. */
  private static final class Deadline implements Consumer<Consumer<Refusal>> {
    private Consumer<Refusal> callOff = why -> {};
    private Refusal over;

    @Override
    public void accept(Consumer<Refusal> what) {
      callOff = what;
      if (over != null) {
        what.accept(over);
      }
    }

    void over(Refusal why) {
      over = why;
      callOff.accept(why);
    }
  }

  /**
   * @param interruption takes what an interruption calls off from now on
   */
  private CompletionStage<Response> request(
      Exchange x, String reference, Consumer<Consumer<Refusal>> interruption) {
    UpstreamTarget target = x.route().upstream();
    String uri = target.basePath() + (reference.startsWith("?") ? "" : "/") + reference;
    UpstreamPool pool = pool((EventLoop) x.loop(), target);
    return attempt(pool, pool.take(), new Call(x, uri, interruption), true)
        .whenComplete(
            (response, failure) ->
                requests
                    .labels(target.name(), failure == null ? "answered" : reason(failure))
                    .inc());
  }

  /** One request: for whom, what, and who is told what to call off. */
  private record Call(Exchange x, String uri, Consumer<Consumer<Refusal>> interruption) {}

  private CompletionStage<Response> attempt(
      UpstreamPool pool, CompletionStage<UpstreamConnection> taking, Call call, boolean mayRetry) {
    CompletableFuture<UpstreamConnection> taken = new CompletableFuture<>();
    call.interruption().accept(taken::completeExceptionally);
    taking.whenComplete(
        (connection, failure) -> {
          if (failure != null) {
            taken.completeExceptionally(failure);
          } else if (!taken.complete(connection)) {
            pool.give(connection); // the exchange ended while it waited
          }
        });
    return taken.thenCompose(
        connection -> {
          CompletionStage<Response> response = connection.request(call.uri(), call.x().id());
          call.interruption().accept(connection.callOff());
          return response.exceptionallyCompose(
              failure -> {
                // A read that a dying kept-alive connection never heard: once more is safe.
                if (mayRetry && connection.diedUnheard()) {
                  retries.labels(call.x().route().upstream().name()).inc();
                  return attempt(pool, pool.takeFresh(), call, false);
                }
                return CompletableFuture.failedFuture(failure);
              });
        });
  }

  private static String reason(Throwable failure) {
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    return cause instanceof Refusal refusal ? refusal.reason().name() : "INTERNAL";
  }

  /** The loop's pool for a target. On that loop only. */
  UpstreamPool pool(EventLoop loop, UpstreamTarget target) {
    return pools.get().computeIfAbsent(target, t -> new UpstreamPool(loop, t, slots(t), tls(t)));
  }

  private UpstreamSlots slots(UpstreamTarget target) {
    UpstreamSlots shared = slots.computeIfAbsent(target.name(), name -> new UpstreamSlots());
    shared.max(target.connectionsMax());
    return shared;
  }

  private SslContext tls(UpstreamTarget target) {
    return target.tls() ? contexts.computeIfAbsent(target.trust(), TlsContexts::client) : null;
  }
}
