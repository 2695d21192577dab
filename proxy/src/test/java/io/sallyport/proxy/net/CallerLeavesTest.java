package io.sallyport.proxy.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.prometheus.client.CollectorRegistry;
import io.sallyport.policy.redact.Limits;
import io.sallyport.proxy.cli.ThrowawayPki;
import io.sallyport.proxy.exchange.Downstream;
import io.sallyport.proxy.exchange.Snapshot;
import io.sallyport.proxy.fixtures.TestTls;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A caller who leaves is noticed on either transport: epoll tells by itself, NIO only who reads.
 */
class CallerLeavesTest {
  private static final String GET = "GET /fhir/Patient/1 HTTP/1.1\r\nHost: localhost\r\n\r\n";

  @TempDir Path dir;

  @ParameterizedTest
  @CsvSource({"true, false", "false, false", "true, true", "false, true"})
  void whileItsExchangeRuns(boolean epoll, boolean reset) throws Exception {
    ThrowawayPki.write(dir);
    Snapshot snapshot =
        new Snapshot("hash", Set.of(), List.of(), token -> null, Limits.DEFAULT, 65536);
    CompletableFuture<String> interrupted = new CompletableFuture<>();
    CompletableFuture<Void> running = new CompletableFuture<>();
    try (Loops loops = new Loops(1, epoll);
        Listener listener =
            new Listener(
                TestTls.settings(dir),
                () -> snapshot,
                (x, refusal) -> {
                  if (x.head().path().equals("/first")) {
                    return x.downstream()
                        .answer(new Downstream.Head(200, List.of()), Unpooled.EMPTY_BUFFER);
                  }
                  x.onInterrupt(why -> interrupted.complete(why.reason().name()));
                  running.complete(null);
                  return new CompletableFuture<>();
                },
                loops,
                ListenerMetrics.register(new CollectorRegistry()))) {
      int port = listener.start();
      Socket plain = new Socket("127.0.0.1", port);
      SSLSocket socket =
          (SSLSocket)
              TestTls.trusting(dir.resolve("ca.pem"))
                  .getSocketFactory()
                  .createSocket(plain, "localhost", port, true);
      // Only from the second exchange on is there no read left over from the handshake.
      send(socket, "GET /first HTTP/1.1\r\nHost: localhost\r\n\r\n");
      byte[] answer = new byte[1024];
      assertThat(socket.getInputStream().read(answer)).isPositive();
      send(socket, GET + GET);
      running.get(20, TimeUnit.SECONDS);

      if (reset) {
        plain.setSoLinger(true, 0);
        plain.close();
      } else {
        plain.shutdownOutput(); // a close with our tickets unread would be a reset, too
      }

      assertThat(interrupted.get(20, TimeUnit.SECONDS)).isEqualTo("CLIENT_ABORTED");
      plain.close();
    }
  }

  private static void send(SSLSocket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
  }
}
