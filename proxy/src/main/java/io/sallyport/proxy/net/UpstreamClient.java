package io.sallyport.proxy.net;

import io.netty.channel.EventLoop;
import io.netty.handler.ssl.SslContext;
import io.netty.util.concurrent.FastThreadLocal;
import io.prometheus.client.CollectorRegistry;
import io.prometheus.client.Counter;
import io.sallyport.policy.Decision;
import io.sallyport.policy.Refusal;
import io.sallyport.proxy.exchange.Exchange;
import io.sallyport.proxy.exchange.Upstream;
import io.sallyport.proxy.exchange.UpstreamTarget;
import io.sallyport.proxy.journal.Recorded;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The record systems, over HTTP/1.1 keep-alive connections. A connection lives on the loop of the
 * exchanges it serves, so pools need no lock; only the count of all connections to a target is
 * shared.
 */
public final class UpstreamClient implements Upstream {
  private final Map<UpstreamTarget, UpstreamSlots> slots = new ConcurrentHashMap<>();
  private final Map<String, SslContext> contexts = new ConcurrentHashMap<>();
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
    UpstreamTarget target = x.route().upstream();
    String reference = x.upstreamReference(permit.value());
    String uri = target.basePath() + (reference.startsWith("?") ? "" : "/") + reference;
    UpstreamPool pool = pool((EventLoop) x.loop(), target);
    return attempt(pool, target, x.id(), uri, true)
        .whenComplete(
            (response, failure) ->
                requests
                    .labels(target.name(), failure == null ? "answered" : reason(failure))
                    .inc());
  }

  private CompletionStage<Response> attempt(
      UpstreamPool pool, UpstreamTarget target, String id, String uri, boolean mayRetry) {
    return pool.take()
        .thenCompose(
            connection ->
                connection
                    .request(uri, id)
                    .exceptionallyCompose(
                        failure -> {
                          // A read that a dying kept-alive connection never heard: once more is
                          // safe.
                          if (mayRetry && connection.diedUnheard()) {
                            retries.labels(target.name()).inc();
                            return attempt(pool, target, id, uri, false);
                          }
                          return CompletableFuture.failedFuture(failure);
                        }));
  }

  private static String reason(Throwable failure) {
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    return cause instanceof Refusal refusal ? refusal.reason().name() : "INTERNAL";
  }

  private UpstreamPool pool(EventLoop loop, UpstreamTarget target) {
    return pools
        .get()
        .computeIfAbsent(
            target,
            t ->
                new UpstreamPool(
                    loop,
                    t,
                    slots.computeIfAbsent(t, s -> new UpstreamSlots(s.connectionsMax())),
                    t.tls()
                        ? contexts.computeIfAbsent(
                            String.valueOf(t.trust()), trust -> TlsContexts.client(t.trust()))
                        : null));
  }
}
