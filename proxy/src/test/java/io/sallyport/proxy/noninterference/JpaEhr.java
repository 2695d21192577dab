package io.sallyport.proxy.noninterference;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sallyport.proxy.noninterference.World.Stored;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** HAPI's JPA server on H2, a process of its own on loopback: what {@code proxy/jpa} builds. */
final class JpaEhr implements Ehr, AutoCloseable {
  private static final String MAIN = "io.sallyport.proxy.jpa.RecordSystem";
  private static final int LINES_MAX = 40;
  private static final Duration ANSWER_MAX = Duration.ofMinutes(5);

  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);

  private final Path dir;
  private final Path log;
  private final Process process;
  private final Writer in;
  private final BufferedReader out;
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private String base;
  private World world;

  /**
   * Starts one, empty.
   *
   * @param home the directory that {@code proxy/jpa} was built in
   * @param dir where it may write
   */
  JpaEhr(Path home, Path dir) throws IOException {
    this.dir = dir;
    log = Files.createTempFile(dir, "jpa", ".log");
    String classes = home.resolve("classes") + ":";
    process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx900m",
                "-XX:TieredStopAtLevel=1", // it lives for minutes
                "-Dlogback.configurationFile=jpa-logback.xml",
                "-cp",
                classes + Files.readString(home.resolve("classpath.txt")).strip(),
                MAIN,
                BASE)
            .redirectError(log.toFile())
            .start();
    in = new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8);
    out =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
  }

  /** Has it start anew with a world; {@link #awaitReady} waits for it. */
  void load(World to) throws IOException {
    world = to;
    Path file = Files.createTempFile(dir, "world", ".ndjson");
    Files.write(file, to.all().stream().map(stored -> stored.tree.toString()).toList());
    in.write(file + "\n");
    in.flush();
  }

  void awaitReady() throws IOException {
    String line = out.readLine();
    while (line != null && !line.startsWith("ready ")) {
      line = out.readLine();
    }
    if (line == null) {
      List<String> lines = Files.readAllLines(log);
      throw new IOException(
          "the record system ended:\n"
              + String.join("\n", lines.subList(0, Math.min(LINES_MAX, lines.size()))));
    }
    base = "http://127.0.0.1:" + line.substring("ready ".length()) + "/fhir";
    List<ObjectNode> kept = new ArrayList<>();
    for (Stored stored : world.all()) {
      Reply reply = get(stored.type + "/" + stored.id);
      if (reply.status() == 200) {
        kept.add((ObjectNode) JSON.readTree(reply.body()));
      }
    }
    world = new World(kept);
  }

  /** All that it says it keeps: its parser has ideas of its own of what a resource is. */
  World kept() {
    return world;
  }

  @Override
  public Reply get(String reference) {
    // The bar stands as it is in ours, which servers take and this client does not.
    String way = (reference.startsWith("?") ? "" : "/") + reference.replace("|", "%7C");
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(base + way))
            .header("Accept", "application/fhir+json")
            .header("Prefer", "handling=strict")
            .timeout(ANSWER_MAX)
            .build();
    try {
      HttpResponse<byte[]> answer = client.send(request, HttpResponse.BodyHandlers.ofByteArray());
      return new Reply(
          answer.statusCode(),
          answer.headers().firstValue("Content-Type").orElse(""),
          answer.headers().firstValue("ETag").orElse(""),
          answer.headers().firstValue("Last-Modified").orElse(""),
          answer.body(),
          found(JSON.readTree(answer.body())));
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    } catch (InterruptedException stopping) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(stopping);
    }
  }

  private List<Stored> found(JsonNode body) {
    List<JsonNode> resources = new ArrayList<>(List.of(body));
    body.path("entry").forEach(entry -> resources.add(entry.path("resource")));
    List<Stored> found = new ArrayList<>();
    for (JsonNode resource : resources) {
      Stored stored =
          world.find(resource.path("resourceType").asText(), resource.path("id").asText());
      if (stored != null) {
        found.add(stored);
      }
    }
    return found;
  }

  /** Ends it: its input ends. */
  @Override
  public void close() throws IOException {
    in.close();
    process.onExit().orTimeout(20, TimeUnit.SECONDS).join();
  }
}
