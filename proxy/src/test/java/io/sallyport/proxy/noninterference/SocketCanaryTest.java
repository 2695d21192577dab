package io.sallyport.proxy.noninterference;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.sallyport.policy.Problem;
import io.sallyport.policy.redact.naive.Tree;
import io.sallyport.proxy.Appliance;
import io.sallyport.proxy.cli.CommandLines;
import io.sallyport.proxy.config.Config;
import io.sallyport.proxy.config.ConfigReader;
import io.sallyport.proxy.fixtures.ApplianceFiles;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.function.BiPredicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/**
 * The canaries once more, before the real appliance: every role of every sample reads and searches
 * over TLS (types by chance, all of them in the profile long), and its real journal is on the disk.
 * What a role is not shown is in no answer, no log, no metric, nowhere in the bytes of the
 * journal's files, and nowhere in what {@code journal show} reads out of them with the key. Only
 * what a caller searches by is there: the query.
 */
class SocketCanaryTest {
  private static final List<String> POLICIES =
      List.of("demo", "hospital", "limited-data-set", "safe-harbor");

  private static final String SEARCHED = "cnry-90909090-z";

  private final ListAppender<ILoggingEvent> logged = new ListAppender<>();
  private final Logger root = (Logger) LoggerFactory.getLogger("ROOT");
  private final Logger ours = (Logger) LoggerFactory.getLogger("io.sallyport");

  @TempDir private Path dir;
  private HttpServer ehr;
  private ApplianceFiles files;
  private Appliance appliance;
  private HttpClient client;
  private Level level;

  /** What the record system answers to whatever it is asked next. */
  private volatile byte[] answer = {};

  private long seen;
  private long hidden;
  private int requests;

  @BeforeEach
  void start() throws Exception {
    ehr = HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
    ehr.createContext("/", this::serve);
    ehr.setExecutor(
        Executors.newCachedThreadPool(
            work -> {
              Thread thread = new Thread(work);
              thread.setDaemon(true);
              return thread;
            }));
    ehr.start();
    files = new ApplianceFiles(dir, "http://127.0.0.1:" + ehr.getAddress().getPort() + "/fhir");
    configure();
    List<Problem> problems = new ArrayList<>();
    Config config = ConfigReader.read(files.config(), problems::add);
    assertThat(config).as("%s", problems).isNotNull();
    appliance = Appliance.start(config, Map.of(), Clock.systemUTC(), problems::add);
    client = HttpClient.newBuilder().sslContext(files.trusting()).build();
    level = ours.getLevel();
    ours.setLevel(Level.TRACE);
    logged.start();
    root.addAppender(logged);
  }

  /** A route for each policy. */
  private void configure() throws IOException {
    Path policies =
        Path.of(System.getProperty("sallyport.root", ".."), "config-samples", "policies");
    StringBuilder routes = new StringBuilder("routes:\n");
    for (String name : POLICIES) {
      Files.copy(policies.resolve(name + ".yaml"), dir.resolve(name + ".yaml"));
      routes.append(
          "  - {path: /%s, kind: fhir, version: R4, policy: %s.yaml, upstream: ehr, public-base: \"%s\"}\n"
              .formatted(name, name, base(name)));
    }
    Files.createDirectories(dir.resolve("valuesets"));
    String codes = "valuesets/substance-use-2026-11.csv";
    Files.copy(policies.resolve(codes), dir.resolve(codes));
    Files.writeString(dir.resolve("notify.key"), "whsec_" + "A".repeat(44));
    String text = Files.readString(files.config());
    Files.writeString(
        files.config(),
        text.replaceFirst("(?s)routes:\n.*?(?=upstreams:)", routes.toString())
            + "notifications: {privacy-office: {url: \"https://127.0.0.1:1/\", key: \"file:notify.key\"}}\n");
  }

  private String base(String policy) {
    return "https://localhost:" + files.port() + "/" + policy;
  }

  @AfterEach
  void stop() {
    root.detachAppender(logged);
    ours.setLevel(level);
    files.close();
    ehr.stop(0);
  }

  private void serve(HttpExchange asked) throws IOException {
    String query = asked.getRequestURI().getQuery();
    byte[] body =
        asked.getRequestURI().getPath().endsWith("/CareTeam") && query.contains("participant=")
            ? team(query)
            : answer;
    asked.getResponseHeaders().add("Content-Type", "application/fhir+json");
    asked.getResponseHeaders().add("ETag", "W/\"7\"");
    asked.getResponseHeaders().add("X-Canary", "cnry-0-z");
    asked.getResponseHeaders().add("Server", "cnry-0-z");
    asked.sendResponseHeaders(200, body.length);
    asked.getResponseBody().write(body);
    asked.close();
  }

  /** The caller is of everybody's care team. */
  private static byte[] team(String query) {
    String patient = query.replaceFirst(".*Patient/([^&]*).*", "$1");
    return ("{\"resourceType\":\"Bundle\",\"type\":\"searchset\",\"entry\":[{\"resource\":{\"resourceType\":\"CareTeam\","
            + "\"status\":\"active\",\"subject\":{\"reference\":\"Patient/"
            + patient
            + "\"},\"participant\":[{\"member\":{\"reference\":\""
            + Sample.USER
            + "\"}}]}}]}")
        .getBytes(StandardCharsets.UTF_8);
  }

  @Test
  @Tag("C11")
  @Tag("I")
  void whatARoleIsNotShownIsOnNoWireAndOnNoDisk() throws Exception {
    long seed = NonInterferenceTest.seed();
    Random random = new Random(seed);
    look((sample, type) -> random.nextInt(may(sample, type) ? 3 : 8) == 0);
    assertThat(hidden).isGreaterThan(50_000);
  }

  @Test
  @Tag("long")
  void norOfAnyTypeForAnyRole() throws Exception {
    look((sample, type) -> true);
    assertThat(requests).isGreaterThan(2 * 146 * 10);
    assertThat(hidden).isGreaterThan(500_000);
  }

  private static boolean may(Sample sample, String type) {
    var may = sample.policy.interactions(sample.role, type);
    return may.contains("read") || may.contains("search");
  }

  /**
   * @param looks whether a role asks for a type; for Patient it always does
   */
  private void look(BiPredicate<Sample, String> looks) throws Exception {
    Map<String, ObjectNode> complete = Canaries.complete();
    assertThat(complete.keySet()).hasSizeGreaterThanOrEqualTo(146);
    List<Sample> samples = new ArrayList<>(Sample.all());
    samples.removeIf(sample -> !POLICIES.contains(policy(sample)));
    Map<Sample, String> tokens = new HashMap<>();
    Map<Sample, Integer> shown = new HashMap<>();
    for (Sample sample : samples) {
      Map<String, Object> claims = new HashMap<>(sample.claims.values());
      claims.put("client_id", sample.client);
      tokens.put(sample, files.token(claims));
      get(base(policy(sample)) + "/Observation?_id=" + SEARCHED, tokens.get(sample));
    }
    for (Map.Entry<String, ObjectNode> one : complete.entrySet()) {
      Canaries canaries = new Canaries(Sample.OWN);
      String id = one.getKey().equals("Patient") ? Sample.OWN : "r1";
      ObjectNode tree = canaries.plant(one.getValue(), id);
      byte[] json = tree.toString().getBytes(StandardCharsets.UTF_8);
      byte[] bundle = searchset(one.getKey(), id, tree);
      Tree parsed = Tree.parse(json);
      for (Sample sample : samples) {
        if (!one.getKey().equals("Patient") && !looks.test(sample, one.getKey())) {
          continue;
        }
        Tree left = sample.redact(parsed);
        Set<String> visible = left == null ? Set.of() : CanaryTest.words(Tree.render(left));
        hidden += 2L * (canaries.planted().size() - visible.size());
        String url = base(policy(sample)) + "/" + one.getKey();
        answer = json;
        int found = look(url + "/" + id, tokens.get(sample), visible);
        answer = bundle;
        found += look(url, tokens.get(sample), visible);
        shown.merge(sample, found, Integer::sum);
      }
    }
    for (Sample sample : samples) {
      assertThat(shown.get(sample) > 0)
          .as("what %s is shown", sample.name)
          .isEqualTo(may(sample, "Patient"));
    }
    String metrics =
        client
            .send(
                HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + appliance.adminPort() + "/metrics"))
                    .build(),
                HttpResponse.BodyHandlers.ofString())
            .body();
    assertThat(metrics).contains("sallyport_");
    assertThat(CanaryTest.words(metrics)).as("metrics").isEmpty();
    appliance.close();
    for (ILoggingEvent event : List.copyOf(logged.list)) {
      String said =
          event.getFormattedMessage() + event.getThrowableProxy() + event.getMDCPropertyMap();
      assertThat(CanaryTest.words(said)).as(said).isEmpty();
    }
    assertThat(logged.list).isNotEmpty();
    long bytes = requireNoneOnDisk(files.journal());
    int records = requireNoneShown();
    System.out.printf(
        "SocketCanaryTest: %d requests, %d hidden canaries looked for, %d shown, %d records, %d bytes of journal%n",
        requests, hidden, seen, records, bytes);
    assertThat(records).isGreaterThan(requests);
  }

  private HttpResponse<String> get(String url, String token) throws Exception {
    requests++;
    return client.send(
        HttpRequest.newBuilder(URI.create(url)).header("Authorization", "Bearer " + token).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  /** How many canaries an answer shows, all of which it may. */
  private int look(String url, String token, Set<String> visible) throws Exception {
    HttpResponse<String> got = get(url, token);
    Set<String> found = CanaryTest.words(got.body());
    assertThat(visible).as(url).containsAll(found);
    assertThat(CanaryTest.words(got.headers().map().toString())).as("headers of %s", url).isEmpty();
    seen += found.size();
    return found.size();
  }

  private static byte[] searchset(String type, String id, ObjectNode tree) {
    return ("{\"resourceType\":\"Bundle\",\"id\":\"cnry-0-z\",\"type\":\"searchset\",\"total\":1,\"link\":[{\"relation\":"
            + "\"self\",\"url\":\"http://cnry-0-z/\"}],\"entry\":[{\"fullUrl\":\"http://cnry-0-z/"
            + type
            + "/"
            + id
            + "\",\"resource\":"
            + tree
            + ",\"search\":{\"mode\":\"match\",\"score\":0.70000000}}]}")
        .getBytes(StandardCharsets.UTF_8);
  }

  private static String policy(Sample sample) {
    return sample.name.substring(0, sample.name.indexOf('/'));
  }

  /** Nothing is in the clear, not even what was searched by. */
  private static long requireNoneOnDisk(Path journal) throws IOException {
    long bytes = 0;
    try (Stream<Path> all = Files.walk(journal)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        byte[] raw = Files.readAllBytes(file);
        bytes += raw.length;
        String text = new String(raw, StandardCharsets.ISO_8859_1);
        assertThat(text.contains("cnry-") || text.contains("c\0n\0r\0y\0")).as("" + file).isFalse();
        assertThat(text.matches("(?s).*1[67][0-9]{2}-[0-9]{2}-[0-9]{2}T.*"))
            .as("" + file)
            .isFalse();
        assertThat(text.contains(Sample.OWN)).as("" + file).isFalse();
      }
    }
    assertThat(bytes).isPositive();
    return bytes;
  }

  /** What looks like a canary in the configuration's own files: codes of value sets. */
  private Set<String> configured() throws IOException {
    Set<String> words = new HashSet<>();
    try (Stream<Path> all = Files.walk(files.config().getParent())) {
      for (Path file : all.filter(f -> f.toString().matches(".*\\.(yaml|csv)")).toList()) {
        words.addAll(CanaryTest.words(Files.readString(file)));
      }
    }
    return words;
  }

  private int requireNoneShown() throws IOException {
    Set<String> configured = configured();
    StringWriter shown = new StringWriter();
    int exit =
        CommandLines.sallyport()
            .setOut(new PrintWriter(shown, true))
            .setErr(new PrintWriter(new StringWriter()))
            .execute(
                "journal",
                "show",
                files.journal().toString(),
                "--key",
                "pkcs12:" + files.keys(),
                "--password",
                "file:" + files.keys().resolveSibling("keys.password"),
                "--json");
    assertThat(exit).isZero();
    int records = 0;
    int queries = 0;
    for (String line : shown.toString().split("\n")) {
      records++;
      if (line.contains(SEARCHED)) {
        queries++;
        line = line.replace("_id=" + SEARCHED, "");
      }
      Set<String> found = CanaryTest.words(line);
      if (line.contains("\"type\":\"config-diff\"")) {
        found.removeAll(configured); // codes that the administrator wrote, not a patient's record
      }
      assertThat(found).as(line).isEmpty();
    }
    assertThat(queries).as("records of what was searched by").isPositive();
    return records;
  }
}
