package io.sallyport.loadtest.compare;

import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code loadtest compare}. */
@Command(
    name = "compare",
    description = {
      "Measures nginx, HAProxy and Sallyport in turns, in one run on this machine: CPU time for a",
      "request, throughput, memory, latency. Fails when the work behind a figure was not done.",
    },
    mixinStandardHelpOptions = true)
final class Compare implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--sallyport",
      paramLabel = "FILE",
      required = true,
      description = "The appliance's launcher, bin/sallyport; bin/loadtest knows its own.")
  private Path sallyport;

  @Option(
      names = "--jdk",
      paramLabel = "DIR",
      description = "The JDK the appliance runs on (default: JAVA_HOME, else the PATH's).")
  private Path jdk;

  @Option(
      names = "--without",
      paramLabel = "PEER",
      split = ",",
      description = "Leaves out nginx or haproxy.")
  private List<String> without = new ArrayList<>();

  @Option(
      names = "--upstream",
      paramLabel = "nginx|demo",
      description =
          "Who plays the record system: nginx with prepared files where it is installed, or the"
              + " demo's, which needs nothing.")
  private String upstream;

  @Option(
      names = "--upstream-port",
      paramLabel = "P",
      defaultValue = "0",
      description = "Its port, for a gateway that has to be told before (default: a free one).")
  private int upstreamPort;

  @Option(
      names = "--fhir-gateway",
      paramLabel = "URL",
      description = "The base of a running FHIR Information Gateway in front of --upstream-port.")
  private URI gateway;

  @Option(
      names = "--fhir-gateway-token",
      paramLabel = "FILE",
      description = "A bearer token that it accepts (default: one of this command's own issuer).")
  private Path gatewayToken;

  @Option(
      names = "--fhir-gateway-pid",
      paramLabel = "PID",
      defaultValue = "0",
      description = "Its process, to read its CPU time.")
  private long gatewayPid;

  @Option(
      names = "--cores",
      paramLabel = "PROXY,LOAD",
      defaultValue = "0,1",
      description = "Who runs on which core (default: ${DEFAULT-VALUE}); none binds nothing.")
  private String cores;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "3",
      description = "Rounds, 3 or more for a figure to be quoted (default: ${DEFAULT-VALUE}).")
  private int rounds;

  @Option(names = "--quick", description = "A short run: to see that it works.")
  private boolean quick;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      defaultValue = "loadtest-report",
      description = "Where compare.md and compare.json go (default: ${DEFAULT-VALUE}).")
  private Path out;

  @Option(
      names = "--keep",
      paramLabel = "DIR",
      description = "An empty directory for the run's files, which then stay: logs, journal.")
  private Path keep;

  @Override
  public Integer call() throws IOException {
    PrintWriter terminal = spec.commandLine().getOut();
    Plan plan = plan();
    Files.createDirectories(out);
    Results results;
    if (keep != null) {
      results = Comparison.run(plan, directory(keep), spec.commandLine().getErr());
    } else {
      try (ScratchDirectory scratch = ScratchDirectory.make()) {
        results = Comparison.run(plan, scratch.path(), spec.commandLine().getErr());
      }
    }
    Files.writeString(out.resolve("compare.md"), results.markdown());
    Files.write(out.resolve("compare.json"), results.json());
    terminal.println();
    terminal.println(new Report(results).tables());
    terminal.println(
        "Method, machine, configurations and every round: " + out.resolve("compare.md"));
    terminal.flush();
    return 0;
  }

  private Plan plan() throws IOException {
    Set<String> peers = new LinkedHashSet<>(List.of(Peer.NGINX, Peer.HAPROXY));
    for (String name : without) {
      if (!peers.remove(name)) {
        throw CompareFailure.usage("--without takes nginx or haproxy, each once, not " + name);
      }
    }
    if (!Files.isExecutable(sallyport)) {
      throw CompareFailure.environment(
          sallyport
              + " is not there or cannot be executed: 'mvn package' makes it in"
              + " packaging/target/sallyport/bin",
          null);
    }
    Map<String, String> environment = new LinkedHashMap<>();
    if (jdk != null) {
      if (!Files.isExecutable(jdk.resolve("bin/java"))) {
        throw CompareFailure.environment("--jdk " + jdk + " has no bin/java", null);
      }
      environment.put("JAVA_HOME", jdk.toAbsolutePath().toString());
    }
    if (rounds < 1) {
      throw CompareFailure.usage("--rounds takes a number from 1 on");
    }
    Plan.Length length = quick ? Plan.Length.QUICK : Plan.Length.FULL;
    return new Plan(
        new Plan.Appliance(
            List.of(sallyport.toAbsolutePath().toString()), environment, Documents.POLICY),
        peers,
        upstream(),
        upstreamPort,
        gateway(),
        new Plan.Length(
            rounds,
            length.connections(),
            length.warmUp(),
            length.settle(),
            length.measured(),
            length.requestsMax()),
        cores());
  }

  private Plan.Upstream upstream() {
    if (upstream == null) {
      return Programs.find(Peer.NGINX) == null ? Plan.Upstream.DEMO : Plan.Upstream.NGINX;
    }
    return switch (upstream) {
      case "nginx" -> Plan.Upstream.NGINX;
      case "demo" -> Plan.Upstream.DEMO;
      default -> throw CompareFailure.usage("--upstream takes nginx or demo, not " + upstream);
    };
  }

  private Plan.Gateway gateway() throws IOException {
    if (gateway == null) {
      return null;
    }
    if (upstreamPort == 0) {
      throw CompareFailure.usage(
          "--fhir-gateway needs --upstream-port: the gateway must be in front of the same records");
    }
    String token = gatewayToken == null ? null : Files.readString(gatewayToken).strip();
    return new Plan.Gateway(gateway, token == null ? null : "Bearer " + token, gatewayPid);
  }

  private Cores cores() {
    if (cores.equals("none")) {
      return Cores.ANY;
    }
    if (!cores.matches("[0-9]{1,4},[0-9]{1,4}")) {
      throw CompareFailure.usage("--cores takes two numbers, as 0,1, or none");
    }
    String[] both = cores.split(",");
    return new Cores(Integer.parseInt(both[0]), Integer.parseInt(both[1]));
  }

  private static Path directory(Path dir) throws IOException {
    Files.createDirectories(dir);
    try (Stream<Path> files = Files.list(dir)) {
      if (files.findAny().isPresent()) {
        throw CompareFailure.usage("--keep takes an empty directory, and " + dir + " is not");
      }
    }
    return dir;
  }
}
