package io.sallyport.proxy.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.EventLoop;
import io.prometheus.client.CollectorRegistry;
import io.sallyport.policy.Problem;
import io.sallyport.policy.Refusal;
import io.sallyport.proxy.cli.ThrowawayPki;
import io.sallyport.proxy.config.Config;
import io.sallyport.proxy.config.ConfigReader;
import io.sallyport.proxy.config.SnapshotCompiler;
import io.sallyport.proxy.exchange.Upstream;
import io.sallyport.proxy.exchange.UpstreamTarget;
import io.sallyport.proxy.fixtures.ApplianceFiles;
import io.sallyport.proxy.fixtures.TestTls;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Upstreams behind TLS, by the JDK's: whom we trust, and where a body ends. */
class UpstreamTlsTest {
  private static final String GOOD = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";

  @TempDir Path dir;
  private Loops loops;
  private EventLoop loop;
  private ServerSocket server;
  private final UpstreamClient client = new UpstreamClient(new CollectorRegistry());

  @BeforeEach
  void start() throws IOException {
    loops = new Loops(1);
    loop = loops.group().next();
    server = new ServerSocket(0, 10, InetAddress.getByName("127.0.0.1"));
  }

  @AfterEach
  void stop() throws IOException {
    server.close();
    loops.close();
  }

  @ParameterizedTest
  @CsvSource({
    "clean end, true, 'HTTP/1.1 200 OK||{}'",
    "clean end, true, 'HTTP/1.0 200 OK|Connection: close||{}'",
    "UPSTREAM_INVALID, false, 'HTTP/1.1 200 OK||{}'",
    "UPSTREAM_INVALID, false, 'HTTP/1.0 200 OK|Connection: close||{}'",
    "UPSTREAM_INVALID, false, 'HTTP/1.1 200 OK|Content-Length: 3||{}'",
    "UPSTREAM_INVALID, true, 'HTTP/1.1 200 OK|Content-Length: 3||{}'",
    "clean end, false, 'HTTP/1.1 200 OK|Content-Length: 2||{}'", // it told its length
  })
  void aBodyWithoutALengthEndsWithCloseNotifyOrIsCut(
      String outcome, boolean closeNotify, String answer) throws Exception {
    ThrowawayPki.write(dir);
    serve(dir, answer.replace("|", "\r\n"), closeNotify);
    ApplianceFiles files = files(dir.resolve("ca.pem"));

    assertThat(fetch(compile(files))).isEqualTo(outcome);
  }

  @Test
  void aTrustFileThatChangedIsANewTrust() throws Exception {
    Path theirs = Files.createDirectory(dir.resolve("theirs"));
    Path others = Files.createDirectory(dir.resolve("others"));
    ThrowawayPki.write(theirs);
    ThrowawayPki.write(others);
    serve(theirs, GOOD, true);
    Path trust = Files.copy(others.resolve("ca.pem"), dir.resolve("trust.pem"));
    ApplianceFiles files = files(trust);
    UpstreamTarget before = compile(files);
    assertThat(fetch(before)).isEqualTo("UPSTREAM_UNREACHABLE");

    Files.copy(theirs.resolve("ca.pem"), trust, StandardCopyOption.REPLACE_EXISTING);
    UpstreamTarget after = compile(files);

    assertThat(fetch(after)).isEqualTo("clean end");
    assertThat(fetch(before)).isEqualTo("UPSTREAM_UNREACHABLE"); // an old snapshot stays as it was
    assertThat(compile(files)).isEqualTo(after); // and what has not changed keeps its connections
  }

  private ApplianceFiles files(Path trust) throws IOException {
    ApplianceFiles files =
        new ApplianceFiles(
            Files.createDirectory(dir.resolve("appliance")),
            "https://localhost:" + server.getLocalPort() + "/fhir");
    Files.writeString(
        files.config(),
        Files.readString(files.config())
            .replace("connections: 64", "connections: 64, trust: \"file:" + trust + "\""));
    files.close();
    return files;
  }

  private static UpstreamTarget compile(ApplianceFiles files) {
    List<Problem> problems = new ArrayList<>();
    Config config = ConfigReader.read(files.config(), problems::add);
    SnapshotCompiler.Compiled compiled =
        SnapshotCompiler.compile(config, token -> null, Map.of(), Instant.now(), problems::add);
    assertThat(problems).isEmpty();
    return compiled.snapshot().routes().get(0).upstream();
  }

  private String fetch(UpstreamTarget target) throws Exception {
    CompletableFuture<String> done = new CompletableFuture<>();
    loop.execute(
        () ->
            client
                .pool(loop, target)
                .take()
                .thenCompose(connection -> connection.request("/x", "id"))
                .thenCompose(UpstreamTlsTest::drain)
                .whenComplete((end, failure) -> done.complete(outcome(failure))));
    return done.get(20, TimeUnit.SECONDS);
  }

  private static CompletionStage<Void> drain(Upstream.Response response) {
    return response
        .body()
        .next()
        .thenCompose(
            chunk -> {
              if (chunk == null) {
                return CompletableFuture.completedFuture(null);
              }
              chunk.release();
              return drain(response);
            });
  }

  private static String outcome(Throwable failure) {
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    return cause == null
        ? "clean end"
        : cause instanceof Refusal refusal ? refusal.reason().name() : cause.toString();
  }

  /** Answers one request a connection, then ends it with or without TLS's own goodbye. */
  private void serve(Path pki, String answer, boolean closeNotify) throws Exception {
    SSLContext tls = TestTls.serving(pki);
    Thread thread =
        new Thread(
            () -> {
              while (!server.isClosed()) {
                try (Socket plain = server.accept();
                    SSLSocket socket =
                        (SSLSocket) tls.getSocketFactory().createSocket(plain, null, true)) {
                  socket.setUseClientMode(false);
                  byte[] some = new byte[4096];
                  if (socket.getInputStream().read(some) > 0) {
                    socket.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
                    if (!closeNotify) {
                      plain.shutdownOutput();
                      plain.getInputStream().readAllBytes();
                    }
                  }
                } catch (IOException refusedUs) {
                  continue;
                }
              }
            });
    thread.setDaemon(true);
    thread.start();
  }
}
