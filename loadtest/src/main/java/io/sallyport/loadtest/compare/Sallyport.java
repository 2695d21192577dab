package io.sallyport.loadtest.compare;

import io.netty.handler.ssl.SslContext;
import io.sallyport.loadtest.DemoIssuer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The real appliance as a process of its own: its command line, a configuration as a hospital's, a
 * journal on disk. Known from outside only.
 */
final class Sallyport implements Contestant {
  static final String NAME = "Sallyport";

  private final Plan.Appliance appliance;
  private final Path dir;
  private final String configuration;
  private final int port;
  private final SslContext tls;
  private final Tokens tokens;
  private final Forked forked;
  private final String version;

  /** Requests sent by run, since the start. */
  private final Map<String, Long> sent = new LinkedHashMap<>();

  private Sallyport(
      Plan.Appliance appliance,
      Path dir,
      String configuration,
      int port,
      SslContext tls,
      Tokens tokens,
      Forked forked) {
    this.appliance = appliance;
    this.dir = dir;
    this.configuration = configuration;
    this.port = port;
    this.tls = tls;
    this.tokens = tokens;
    this.forked = forked;
    this.version = command("ask the appliance for its version", "--version").strip();
  }

  static Sallyport start(
      Plan.Appliance appliance,
      Path dir,
      int core,
      ServerCertificate certificate,
      String upstream,
      DemoIssuer issuer)
      throws IOException {
    int port = Programs.freePort();
    String configuration =
        """
        sallyport: 1
        listeners:
          - address: 127.0.0.1
            port: %1$d
            hosts: [localhost]
            tls: {certificate: "file:%2$s", key: "file:%3$s", profile: intermediate, client-certificates: none}
        admin: {address: 127.0.0.1, port: 0}
        issuers:
          - {issuer: "%4$s", audience: ["%5$s"], algorithms: [RS256], profile: rfc9068}
        routes:
          - {path: /fhir, kind: fhir, version: R4, policy: policy.yaml, upstream: ehr, public-base: "https://localhost:%1$d/fhir"}
        upstreams:
          ehr: {base: "%6$s", connections: 64}
        journal: {dir: journal, key: "pkcs12:keys.p12", password: "file:keys.password", durability: {read: process, write: disk}, slow-disk: 2s, filesystem: any}
        log: {level: warn}
        """
            .formatted(
                port,
                certificate.chain(),
                certificate.key(),
                issuer.issuer(),
                issuer.audience(),
                upstream);
    Files.writeString(dir.resolve("sallyport.yaml"), configuration);
    Files.writeString(dir.resolve("policy.yaml"), appliance.policy());
    Files.writeString(dir.resolve("keys.password"), "throw-away");
    Programs.run(
        "make the appliance's key store",
        dir,
        appliance.environment(),
        with(appliance, "key", "init", "--store", "keys.p12", "--password", "file:keys.password"));
    Forked forked =
        Forked.start(
            "sallyport",
            dir,
            core,
            appliance.environment(),
            with(appliance, "serve", "--config", "sallyport.yaml"),
            port);
    return new Sallyport(
        appliance,
        dir,
        configuration,
        port,
        ClientTls.trusting(certificate.certificate()),
        new Tokens(issuer),
        forked);
  }

  /** So many requests of this run were sent. */
  void sent(String run, long requests) {
    sent.merge(run, requests, Long::sum);
  }

  /** Every request sent so far is in the journal, or there is no figure. */
  void checkJournal() {
    try {
      ProcessBuilder builder =
          new ProcessBuilder(
                  with(appliance, "journal", "show", "--config", "sallyport.yaml", "--json"))
              .directory(dir.toFile())
              .redirectError(dir.resolve("show.log").toFile());
      builder.environment().putAll(appliance.environment());
      Process show = builder.start();
      JournalCount count;
      try (BufferedReader lines =
          new BufferedReader(
              new InputStreamReader(show.getInputStream(), StandardCharsets.UTF_8), 1 << 16)) {
        count = JournalCount.read(lines);
      }
      if (!show.waitFor(60, TimeUnit.SECONDS) || show.exitValue() != 0) {
        throw CompareFailure.environment(
            "cannot read the journal: " + Files.readString(dir.resolve("show.log")).strip(), null);
      }
      count.check(sent);
    } catch (IOException failure) {
      throw CompareFailure.environment("cannot read the journal", failure);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw CompareFailure.environment("stopped", stopped);
    }
  }

  /** Stops it in order; what it leaves must prove itself, with nothing unfinished. */
  String stopAndVerify() {
    int exit = forked.stop();
    if (exit != 0) {
      throw CompareFailure.bad(NAME + " stopped with exit code " + exit + ": " + forked.said());
    }
    String said =
        command(
            "verify the journal",
            "journal",
            "verify",
            "journal",
            "--public-key",
            "journal/journal.pub",
            "--require-sealed");
    if (said.contains("unfinished")) {
      throw CompareFailure.bad("the journal has unfinished exchanges: " + said.strip());
    }
    return said.strip().replace("\n", ", ");
  }

  private String command(String purpose, String... words) {
    return Programs.run(purpose, dir, appliance.environment(), with(appliance, words));
  }

  private static List<String> with(Plan.Appliance appliance, String... words) {
    List<String> command = new ArrayList<>(appliance.command());
    command.addAll(List.of(words));
    return command;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String version() {
    return version;
  }

  @Override
  public String configuration() {
    return configuration + "\n# policy.yaml\n" + appliance.policy();
  }

  @Override
  public String host() {
    return "localhost";
  }

  @Override
  public int port() {
    return port;
  }

  @Override
  public String base() {
    return "/fhir";
  }

  @Override
  public SslContext tls() {
    return tls;
  }

  @Override
  public ProcessTree processes() {
    return forked.tree();
  }

  @Override
  public Expected judge(Workload workload, LoadRun.Answer answer) {
    return AnswerCheck.redacted(NAME, workload, answer);
  }

  @Override
  public List<String> callers(String run, int count) {
    return tokens.callers(run, count);
  }

  @Override
  public void close() {
    forked.close();
  }
}
