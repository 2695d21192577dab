package io.sallyport.proxy.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.prometheus.client.CollectorRegistry;
import io.prometheus.client.Counter;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AdminServerTest {
  private final AtomicBoolean writable = new AtomicBoolean(true);
  private final CollectorRegistry registry = new CollectorRegistry();
  private AdminServer server;

  @BeforeEach
  void start() throws IOException {
    Health health = new Health().check("journal", writable::get).check("listeners", () -> true);
    server = AdminServer.start("127.0.0.1", 0, health, registry);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private HttpResponse<String> send(String method, String path) throws Exception {
    URI uri = URI.create("http://127.0.0.1:" + server.port() + path);
    HttpRequest request =
        HttpRequest.newBuilder(uri).method(method, HttpRequest.BodyPublishers.noBody()).build();
    return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
  }

  @Test
  void readinessFollowsItsChecksAndLivenessDoesNot() throws Exception {
    assertThat(send("GET", "/health/ready").body())
        .isEqualTo("{\"ready\":true,\"checks\":{\"journal\":true,\"listeners\":true}}");
    writable.set(false);
    HttpResponse<String> fenced = send("GET", "/health/ready");
    assertThat(fenced.statusCode()).isEqualTo(503);
    assertThat(fenced.body()).contains("\"journal\":false");
    assertThat(send("GET", "/health/live").statusCode()).isEqualTo(200);
  }

  @Test
  void metricsAreInPrometheusText() throws Exception {
    Counter.build("sallyport_things_total", "Things.").register(registry).inc(3);
    HttpResponse<String> metrics = send("GET", "/metrics");
    assertThat(metrics.headers().firstValue("Content-Type").orElse("")).contains("version=0.0.4");
    assertThat(metrics.body()).contains("sallyport_things_total 3.0");
  }

  @Test
  void nothingElseIsThere() throws Exception {
    assertThat(send("GET", "/").statusCode()).isEqualTo(404);
    assertThat(send("GET", "/health/ready/x").statusCode()).isEqualTo(404);
    assertThat(send("POST", "/health/ready").statusCode()).isEqualTo(405);
  }

  @Test
  void anAddressOthersCanReachIsRefused() {
    assertThatThrownBy(() -> AdminServer.start("0.0.0.0", 0, new Health(), registry))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
