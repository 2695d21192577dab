package io.sallyport.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.sallyport.loadtest.compare.CompareFailure;
import io.sallyport.loadtest.compare.Comparison;
import io.sallyport.loadtest.compare.Cores;
import io.sallyport.loadtest.compare.Documents;
import io.sallyport.loadtest.compare.Plan;
import io.sallyport.loadtest.compare.Results;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.management.ManagementFactory;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code loadtest compare} with the real appliance as a process of its own. Not how fast it is:
 * that the figures come with the work, and that there are none without it.
 */
class CompareTest {
  private static final int CALLERS = 8;

  /** Bounded by requests, not by time. */
  private static final Plan.Length TINY =
      new Plan.Length(
          1, CALLERS, Duration.ofSeconds(20), Duration.ZERO, Duration.ofSeconds(20), 25);

  @TempDir Path dir;
  private final StringWriter progress = new StringWriter();

  @Test
  void everyRequestIsCheckedAndCountedAndReported() throws Exception {
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    // The record system itself stands for a gateway that forwards everything.
    Plan.Gateway gateway =
        new Plan.Gateway(URI.create("http://127.0.0.1:" + port + "/fhir"), "Bearer x", 0);
    Results results =
        run(
            new Plan(
                appliance(command(), Documents.POLICY),
                Set.of(),
                Plan.Upstream.DEMO,
                port,
                gateway,
                TINY,
                Cores.ANY));

    // 4 first looks; for each of 4 workloads twice 25 to warm up and 25 in each of two loops.
    assertThat(results.requests()).isEqualTo(4 + 4 * 4 * 25);
    assertThat(results.journal()).contains("intact").doesNotContain("unfinished");
    assertThat(results.contestants().keySet())
        .containsExactly("Sallyport", "FHIR Information Gateway");
    Map<String, Long> sent = results.workloads();
    results.received().get("Sallyport").forEach((w, bytes) -> assertThat(bytes).isPositive());
    results
        .received()
        .get("Sallyport")
        .forEach((workload, bytes) -> assertThat(bytes).isLessThan(sent.get(workload)));
    assertThat(results.received().get("FHIR Information Gateway")).isEqualTo(sent);
    assertThat(results.markdown())
        .contains("not comparable", "Bundle 1 MB search", "hide: [", "policy: 1", "## Every round")
        .contains("Nothing was bound to a core");
    assertThat(new String(results.json(), java.nio.charset.StandardCharsets.UTF_8))
        .contains("\"p99.9\"", "\"loop\" : \"open\"", "\"cpuNanos\"");
  }

  @Test
  void redactionSwitchedOffFails() {
    String showing = Documents.POLICY.replaceAll("(?m)^ *hide:.*\\R", "");
    assertThat(showing).isNotEqualTo(Documents.POLICY);
    assertThatThrownBy(() -> run(alone(command(), showing)))
        .isInstanceOf(CompareFailure.class)
        .hasMessageContaining("redaction is switched off");
  }

  @Test
  void requestThatIsNotInTheJournalFails() throws Exception {
    // An appliance whose journal, when it is shown, lacks one intent.
    Path forgetful = dir.resolve("forgetful");
    Files.writeString(
        forgetful,
        "#!/bin/sh\nif [ \"$1 $2\" = \"journal show\" ]; then\n"
            + quoted(command())
            + " \"$@\" | sed '0,/\"type\":\"intent\"/{/\"type\":\"intent\"/d}'\nelse\nexec "
            + quoted(command())
            + " \"$@\"\nfi\n");
    assertThat(forgetful.toFile().setExecutable(true)).isTrue();
    assertThatThrownBy(() -> run(alone(List.of(forgetful.toString()), Documents.POLICY)))
        .isInstanceOf(CompareFailure.class)
        .hasMessageContaining("4 requests were sent and the journal holds 3 intents");
  }

  @Test
  @Tag("real")
  void nginxAndHaproxyAreMeasuredBesideIt() throws Exception {
    boolean installed = Stream.of("nginx", "haproxy").allMatch(CompareTest::installed);
    assumeTrue(installed || Boolean.getBoolean("real.required"), "nginx or haproxy is missing");
    Results results =
        run(
            new Plan(
                appliance(command(), Documents.POLICY),
                Set.of("nginx", "haproxy"),
                Plan.Upstream.NGINX,
                0,
                null,
                TINY,
                Cores.ANY));
    assertThat(results.contestants().keySet()).containsExactly("nginx", "haproxy", "Sallyport");
    assertThat(results.received().get("nginx")).isEqualTo(results.workloads());
    assertThat(results.received().get("haproxy")).isEqualTo(results.workloads());
    assertThat(results.markdown())
        .contains("ssl_conf_command Ciphersuites TLS_AES_128_GCM_SHA256", "http-reuse always");
  }

  private static boolean installed(String program) {
    return Stream.of("/usr/sbin", "/usr/local/sbin", "/usr/bin")
        .anyMatch(place -> Files.isExecutable(Path.of(place, program)));
  }

  private Results run(Plan plan) throws Exception {
    Path files = Files.createDirectory(dir.resolve("run"));
    return Comparison.run(plan, files, new PrintWriter(progress, true));
  }

  private static Plan alone(List<String> command, String policy) {
    return new Plan(
        appliance(command, policy), Set.of(), Plan.Upstream.DEMO, 0, null, TINY, Cores.ANY);
  }

  private static Plan.Appliance appliance(List<String> command, String policy) {
    return new Plan.Appliance(command, Map.of(), policy);
  }

  private static String quoted(List<String> words) {
    return "'" + String.join("' '", words) + "'";
  }

  /** The appliance from the test's class path, with flags for a quick start. */
  private static List<String> command() {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(argument -> argument.startsWith("--"))
        .forEach(command::add);
    command.addAll(List.of("-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
    return command;
  }
}
