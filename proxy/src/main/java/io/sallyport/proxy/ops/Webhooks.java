package io.sallyport.proxy.ops;

import io.prometheus.client.CollectorRegistry;
import io.prometheus.client.Counter;
import io.sallyport.proxy.exchange.Notice;
import io.sallyport.proxy.exchange.Notices;
import io.sallyport.proxy.exchange.WebhookTarget;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends notices as webhooks, signed as Standard Webhooks says: who receives one can tell that it is
 * ours ({@code webhook-signature}), new ({@code webhook-timestamp}) and not the same again ({@code
 * webhook-id}). Nobody waits for one; what is not delivered is counted and logged, and the journal
 * has it.
 *
 * <p>Any thread; works on {@code ops} and the HTTP client's own threads.
 *
 * @see <a href="https://www.standardwebhooks.com">Standard Webhooks</a>
 */
public final class Webhooks implements Notices {
  private static final Logger LOG = LoggerFactory.getLogger(Webhooks.class);

  /** When one is sent again that was not taken. */
  public static final List<Duration> AGAIN =
      List.of(
          Duration.ofSeconds(2),
          Duration.ofSeconds(10),
          Duration.ofMinutes(1),
          Duration.ofMinutes(5),
          Duration.ofMinutes(30),
          Duration.ofHours(2));

  /** Notices that wait or are under way; one more is only in the journal. */
  static final int WAITING_MAX = 1000;

  private static final Duration TIMEOUT = Duration.ofSeconds(10);

  private final Map<String, WebhookTarget> targets = new HashMap<>();
  private final Map<String, HttpClient> clients = new HashMap<>();
  private final Clock clock;
  private final Executor ops;
  private final List<Duration> again;
  private final AtomicInteger waiting = new AtomicInteger();
  private final Counter notices;

  /**
   * @param again when one is sent again that was not taken, each after the one before
   */
  public Webhooks(
      List<WebhookTarget> targets,
      Clock clock,
      Executor ops,
      CollectorRegistry registry,
      List<Duration> again) {
    for (WebhookTarget target : targets) {
      this.targets.put(target.name(), target);
      clients.put(target.name(), client(target, ops));
    }
    this.clock = clock;
    this.ops = ops;
    this.again = List.copyOf(again);
    this.notices =
        Counter.build("sallyport_notices_total", "Notices by who is told, and what came of it.")
            .labelNames("to", "outcome")
            .register(registry);
  }

  private static HttpClient client(WebhookTarget target, Executor ops) {
    HttpClient.Builder builder =
        HttpClient.newBuilder()
            .connectTimeout(TIMEOUT)
            .version(HttpClient.Version.HTTP_1_1)
            .executor(ops)
            .followRedirects(HttpClient.Redirect.NEVER);
    return target.trust().isEmpty()
        ? builder.build()
        : builder.sslContext(trusting(target.trust())).build();
  }

  private static SSLContext trusting(List<X509Certificate> cas) {
    try {
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      for (int i = 0; i < cas.size(); i++) {
        store.setCertificateEntry("ca-" + i, cas.get(i));
      }
      TrustManagerFactory managers =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      managers.init(store);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, managers.getTrustManagers(), null);
      return context;
    } catch (IOException | GeneralSecurityException failure) {
      throw new IllegalArgumentException("cannot use the CAs of a webhook", failure);
    }
  }

  @Override
  public void send(Notice notice) {
    WebhookTarget target = targets.get(notice.to());
    if (target == null || waiting.incrementAndGet() > WAITING_MAX) {
      if (target != null) {
        waiting.decrementAndGet();
      }
      over(notice, "dropped", target == null ? "nobody of that name" : "too many wait");
      return;
    }
    later(Duration.ZERO, notice, () -> attempt(target, notice, 0));
  }

  private void later(Duration delay, Notice notice, Runnable task) {
    try {
      CompletableFuture.delayedExecutor(delay.toMillis(), TimeUnit.MILLISECONDS, ops).execute(task);
    } catch (RejectedExecutionException stopping) {
      waiting.decrementAndGet();
      over(notice, "dropped", "the appliance stops");
    }
  }

  private void attempt(WebhookTarget target, Notice notice, int before) {
    CompletableFuture<HttpResponse<Void>> answer =
        clients
            .get(target.name())
            .sendAsync(request(target, notice), HttpResponse.BodyHandlers.discarding());
    answer
        .orTimeout(2 * TIMEOUT.toMillis(), TimeUnit.MILLISECONDS) // a body can drip for ever
        .whenComplete(
            (response, failure) -> {
              answer.cancel(true);
              int status = failure == null ? response.statusCode() : 0;
              if (status >= 200 && status < 300) {
                waiting.decrementAndGet();
                over(notice, "delivered", "");
              } else if (status != 410 && before < again.size()) { // 410: never again
                notices.labels(notice.to(), "failed").inc();
                later(again.get(before), notice, () -> attempt(target, notice, before + 1));
              } else {
                waiting.decrementAndGet();
                over(notice, "undelivered", failure == null ? "status " + status : "no answer");
              }
            });
  }

  private HttpRequest request(WebhookTarget target, Notice notice) {
    String body = json(notice);
    long seconds = clock.instant().getEpochSecond();
    String signed = notice.message() + "." + seconds + "." + body;
    byte[] signature = target.sign().apply(signed.getBytes(StandardCharsets.UTF_8));
    return HttpRequest.newBuilder(target.url())
        .timeout(TIMEOUT)
        .header("Content-Type", "application/json")
        .header("webhook-id", notice.message())
        .header("webhook-timestamp", Long.toString(seconds))
        .header("webhook-signature", "v1," + Base64.getEncoder().encodeToString(signature))
        .POST(HttpRequest.BodyPublishers.ofString(body))
        .build();
  }

  private void over(Notice notice, String outcome, String why) {
    notices.labels(notice.to(), outcome).inc();
    if (!outcome.equals("delivered")) {
      LOG.error("notice {} to {} is {}: {}", notice.message(), notice.to(), outcome, why);
    }
  }

  private static String json(Notice notice) {
    StringBuilder json = new StringBuilder("{\"type\":");
    quote(json, notice.type());
    quote(json.append(",\"timestamp\":"), notice.time().toString());
    json.append(",\"data\":{");
    String comma = "";
    for (Map.Entry<String, String> member : new TreeMap<>(notice.data()).entrySet()) {
      quote(json.append(comma), member.getKey());
      quote(json.append(':'), member.getValue());
      comma = ",";
    }
    return json.append("}}").toString();
  }

  private static void quote(StringBuilder json, String text) {
    json.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        json.append('\\').append(c);
      } else if (c < ' ' || Character.isSurrogate(c)) {
        json.append(String.format("\\u%04x", (int) c));
      } else {
        json.append(c);
      }
    }
    json.append('"');
  }
}
