package io.sallyport.proxy.ops;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.prometheus.client.CollectorRegistry;
import io.prometheus.client.exporter.common.TextFormat;
import java.io.IOException;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;

/**
 * Liveness, readiness and metrics on their own loopback address. It acts on nothing and tells no
 * data, so it needs no authentication. One thread, {@code ops}.
 */
public final class AdminServer implements AutoCloseable {
  private static final int BACKLOG = 16;
  private static final String JSON = "application/json";

  private final HttpServer server;
  private final ExecutorService ops;

  private AdminServer(HttpServer server, ExecutorService ops) {
    this.server = server;
    this.ops = ops;
  }

  /**
   * Starts to serve.
   *
   * @param address a loopback address
   * @param port 0 for any free one
   * @throws IOException when the address cannot be bound
   * @throws IllegalArgumentException for an address that others can reach
   */
  public static AdminServer start(
      String address, int port, Health health, CollectorRegistry registry) throws IOException {
    InetAddress bound = InetAddress.getByName(address);
    if (!bound.isLoopbackAddress()) {
      throw new IllegalArgumentException("the admin port is for loopback only");
    }
    ExecutorService ops =
        Executors.newSingleThreadExecutor(
            task -> {
              Thread thread = new Thread(task, "ops");
              thread.setDaemon(true);
              return thread;
            });
    HttpServer server;
    try {
      server = HttpServer.create(new InetSocketAddress(bound, port), BACKLOG);
    } catch (IOException e) {
      ops.shutdown();
      throw e;
    }
    server.setExecutor(ops);
    server.createContext("/", x -> answer(x, "", 404, JSON, "{}"));
    server.createContext(
        "/health/live", x -> answer(x, "/health/live", 200, JSON, "{\"live\":true}"));
    server.createContext("/health/ready", x -> ready(x, health));
    server.createContext("/metrics", x -> metrics(x, registry));
    server.start();
    return new AdminServer(server, ops);
  }

  public int port() {
    return server.getAddress().getPort();
  }

  @Override
  public void close() {
    server.stop(0);
    ops.shutdown();
  }

  private static void ready(HttpExchange x, Health health) throws IOException {
    Map<String, Boolean> checks = health.now();
    boolean ready = !checks.containsValue(false);
    String body =
        checks.entrySet().stream()
            .map(e -> "\"" + e.getKey() + "\":" + e.getValue())
            .collect(Collectors.joining(",", "{\"ready\":" + ready + ",\"checks\":{", "}}"));
    answer(x, "/health/ready", ready ? 200 : 503, JSON, body);
  }

  private static void metrics(HttpExchange x, CollectorRegistry registry) throws IOException {
    StringWriter text = new StringWriter();
    TextFormat.write004(text, registry.metricFamilySamples());
    answer(x, "/metrics", 200, TextFormat.CONTENT_TYPE_004, text.toString());
  }

  // Contexts match by prefix; only the path itself is one of ours.
  private static void answer(HttpExchange x, String path, int status, String type, String body)
      throws IOException {
    boolean ours = x.getRequestURI().getPath().equals(path);
    boolean get = x.getRequestMethod().equals("GET");
    int code = !ours ? 404 : get ? status : 405;
    byte[] bytes = (code == status ? body : "{}").getBytes(StandardCharsets.UTF_8);
    x.getResponseHeaders().set("Content-Type", code == status ? type : JSON);
    x.getResponseHeaders().set("Cache-Control", "no-store");
    x.sendResponseHeaders(code, bytes.length);
    x.getResponseBody().write(bytes);
    x.close();
  }
}
