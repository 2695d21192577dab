package io.sallyport.loadtest.compare;

import io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A plain TLS proxy of the distribution, with a configuration of ours, as this user. */
final class Peer implements Contestant {
  static final String NGINX = "nginx";
  static final String HAPROXY = "haproxy";

  private final String name;
  private final String version;
  private final String configuration;
  private final int port;
  private final SslContext tls;
  private final Tokens tokens;
  private final Forked forked;

  private Peer(
      String name,
      String version,
      String configuration,
      int port,
      SslContext tls,
      Tokens tokens,
      Forked forked) {
    this.name = name;
    this.version = version;
    this.configuration = configuration;
    this.port = port;
    this.tls = tls;
    this.tokens = tokens;
    this.forked = forked;
  }

  /** Where it is installed. */
  static Path program(String name) {
    Path program = Programs.find(name);
    if (program == null) {
      throw CompareFailure.environment(
          name
              + " is not installed: apt-get install --no-install-recommends "
              + (name.equals(NGINX) ? "nginx-light" : name)
              + ", or leave it out with --without "
              + name,
          null);
    }
    return program;
  }

  static Peer nginx(Path dir, int core, ServerCertificate certificate, int upstream, Tokens tokens)
      throws IOException {
    int port = Programs.freePort();
    String configuration = NginxConf.proxy(dir, certificate, port, upstream);
    Path file = Files.writeString(dir.resolve("nginx-proxy.conf"), configuration);
    Path program = program(NGINX);
    return new Peer(
        NGINX,
        Programs.run("ask nginx for its version", dir, program.toString(), "-v").strip(),
        configuration,
        port,
        ClientTls.trusting(certificate.certificate()),
        tokens,
        Forked.start(NGINX, dir, core, Map.of(), nginx(program, file), port));
  }

  /** The command of an nginx that keeps out of the distribution's directories. */
  static List<String> nginx(Path program, Path configuration) {
    return List.of(program.toString(), "-e", "stderr", "-c", configuration.toString());
  }

  static Peer haproxy(
      Path dir, int core, ServerCertificate certificate, int upstream, Tokens tokens)
      throws IOException {
    int port = Programs.freePort();
    String configuration =
        """
        global
          nbthread 1
          maxconn 4096
          tune.ssl.cachesize 0
          ssl-default-bind-options ssl-min-ver TLSv1.3 no-tls-tickets
          ssl-default-bind-ciphersuites TLS_AES_128_GCM_SHA256
          ssl-default-bind-curves X25519
        defaults
          mode http
          no log
          timeout connect 5s
          timeout client 1h
          timeout server 1h
          timeout http-keep-alive 1h
          http-reuse always
        frontend tls
          bind 127.0.0.1:%d ssl crt %s
          default_backend ehr
        backend ehr
          server ehr 127.0.0.1:%d pool-max-conn 64
        """
            .formatted(port, certificate.both(), upstream);
    Path file = Files.writeString(dir.resolve("haproxy.cfg"), configuration);
    Path program = program(HAPROXY);
    String version = Programs.run("ask HAProxy for its version", dir, program.toString(), "-v");
    return new Peer(
        HAPROXY,
        version.lines().findFirst().orElse(""),
        configuration,
        port,
        ClientTls.trusting(certificate.certificate()),
        tokens,
        Forked.start(
            HAPROXY,
            dir,
            core,
            Map.of(),
            List.of(program.toString(), "-db", "-f", file.toString()),
            port));
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public String version() {
    return version;
  }

  @Override
  public String configuration() {
    return configuration;
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
    return AnswerCheck.forwarded(name, workload, answer);
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
