package io.sallyport.proxy.ops;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.prometheus.client.CollectorRegistry;
import io.sallyport.proxy.exchange.Notice;
import io.sallyport.proxy.exchange.WebhookTarget;
import io.sallyport.proxy.fixtures.MovingClock;
import io.sallyport.proxy.kms.WebhookKey;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Base64;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A webhook that a receiver can prove, over a real socket; one that is not taken comes again. */
class WebhooksTest {
  private static final String SECRET = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
  private static final Instant NOW = Instant.parse("2026-03-01T10:00:00Z");

  private record Got(String id, String timestamp, String signature, String type, String body) {
    /** As a receiver does it: written from the specification, with the JDK alone. */
    boolean proven(Instant now) throws Exception {
      long age = Math.abs(now.getEpochSecond() - Long.parseLong(timestamp));
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(Base64.getDecoder().decode(SECRET), "HmacSHA256"));
      byte[] wanted =
          mac.doFinal((id + "." + timestamp + "." + body).getBytes(StandardCharsets.UTF_8));
      return age <= 300
          && signature.startsWith("v1,")
          && MessageDigest.isEqual(wanted, Base64.getDecoder().decode(signature.substring(3)));
    }
  }

  private final BlockingQueue<Got> got = new LinkedBlockingQueue<>();
  private final Deque<Integer> statuses = new ArrayDeque<>();
  private final CollectorRegistry registry = new CollectorRegistry();
  private final ExecutorService ops = Executors.newSingleThreadExecutor();
  private final MovingClock clock = new MovingClock(NOW);
  private HttpServer server;

  @AfterEach
  void stop() {
    if (server != null) {
      server.stop(0);
    }
    ops.shutdownNow();
  }

  private String receiver() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/hook", this::take);
    server.start();
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/hook";
  }

  private void take(HttpExchange call) throws IOException {
    String body = new String(call.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    var headers = call.getRequestHeaders();
    got.add(
        new Got(
            headers.getFirst("webhook-id"),
            headers.getFirst("webhook-timestamp"),
            headers.getFirst("webhook-signature"),
            headers.getFirst("content-type"),
            body));
    int status;
    synchronized (statuses) {
      status = statuses.isEmpty() ? 204 : statuses.remove();
    }
    call.sendResponseHeaders(status, -1);
    call.close();
  }

  private Webhooks webhooks(String url, Duration... again) {
    WebhookTarget target =
        new WebhookTarget(
            "privacy-office",
            URI.create(url),
            WebhookKey.of(("whsec_" + SECRET).toCharArray())::sign,
            List.of());
    return new Webhooks(List.of(target), clock, ops, registry, List.of(again));
  }

  private static Notice notice(String to) {
    return new Notice(
        to, "bg_1", "break-glass.started", NOW, Map.of("patient", "p9", "subject", "n\"1\\é😀\n"));
  }

  private double count(String outcome) {
    Double value =
        registry.getSampleValue(
            "sallyport_notices_total",
            new String[] {"to", "outcome"},
            new String[] {"privacy-office", outcome});
    return value == null ? 0 : value;
  }

  private void await(String outcome, double wanted) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (count(outcome) < wanted && System.nanoTime() < end) {
      Thread.sleep(5);
    }
    assertThat(count(outcome)).isEqualTo(wanted);
  }

  @Test
  void theReceiverCanProveIt() throws Exception {
    webhooks(receiver()).send(notice("privacy-office"));
    Got one = got.poll(20, TimeUnit.SECONDS);
    assertThat(one.proven(NOW)).isTrue();
    assertThat(one.id()).isEqualTo("bg_1");
    assertThat(one.timestamp()).isEqualTo("" + NOW.getEpochSecond());
    assertThat(one.type()).isEqualTo("application/json");
    assertThat(one.body())
        .isEqualTo(
            "{\"type\":\"break-glass.started\",\"timestamp\":\"2026-03-01T10:00:00Z\",\"data\":"
                + "{\"patient\":\"p9\",\"subject\":\"n\\\"1\\\\é\\ud83d\\ude00\\u000a\"}}");
    // Changed, or replayed later, it is nothing.
    assertThat(
            new Got(one.id(), one.timestamp(), one.signature(), one.type(), one.body() + " ")
                .proven(NOW))
        .isFalse();
    assertThat(
            new Got("bg_2", one.timestamp(), one.signature(), one.type(), one.body()).proven(NOW))
        .isFalse();
    assertThat(one.proven(NOW.plusSeconds(301))).isFalse();
    await("delivered", 1);
  }

  @Test
  void whatIsNotTakenComesAgainUnderTheSameIdWithItsOwnTime() throws Exception {
    statuses.addAll(List.of(500, 302));
    webhooks(receiver(), Duration.ofMillis(30), Duration.ofMillis(30))
        .send(notice("privacy-office"));
    Got first = got.poll(20, TimeUnit.SECONDS);
    clock.move(Duration.ofSeconds(600));
    got.poll(20, TimeUnit.SECONDS);
    Got third = got.poll(20, TimeUnit.SECONDS);
    assertThat(third.id()).isEqualTo(first.id());
    assertThat(third.proven(NOW.plusSeconds(600))).isTrue();
    await("delivered", 1);
    assertThat(count("failed")).isEqualTo(2);
  }

  @Test
  void aReceiverThatIsDownIsGivenUpAndCounted() throws Exception {
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    webhooks("http://127.0.0.1:" + port + "/hook", Duration.ofMillis(5))
        .send(notice("privacy-office"));
    await("undelivered", 1);
    assertThat(count("failed")).isEqualTo(1);
  }

  @Test
  void aReceiverThatIsGoneIsNotAskedAgain() throws Exception {
    statuses.add(410);
    webhooks(receiver(), Duration.ofMillis(5)).send(notice("privacy-office"));
    await("undelivered", 1);
    assertThat(got).hasSize(1);
  }

  /** Nobody waits: a receiver that never answers costs its queue and nothing else. */
  @Test
  void theQueueIsBounded() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Webhooks webhooks = webhooks("http://127.0.0.1:" + silent.getLocalPort() + "/hook");
      for (int i = 0; i < Webhooks.WAITING_MAX + 7; i++) {
        webhooks.send(notice("privacy-office"));
      }
      assertThat(count("dropped")).isEqualTo(7);
    }
  }

  @Test
  void whoIsNotThereIsNotTold() {
    webhooks("http://127.0.0.1:1/hook").send(notice("nobody"));
    assertThat(got).isEmpty();
  }
}
