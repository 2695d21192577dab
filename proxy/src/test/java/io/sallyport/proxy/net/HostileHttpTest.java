package io.sallyport.proxy.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.prometheus.client.CollectorRegistry;
import io.sallyport.policy.Refusal;
import io.sallyport.policy.redact.Limits;
import io.sallyport.proxy.cli.ThrowawayPki;
import io.sallyport.proxy.exchange.Downstream;
import io.sallyport.proxy.exchange.Exchange;
import io.sallyport.proxy.exchange.Snapshot;
import io.sallyport.proxy.fixtures.TestTls;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Raw bytes over real TLS against a real listener: what is not exactly one good request is refused.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HostileHttpTest {
  private static final String GOOD = "GET /fhir/Patient/1 HTTP/1.1\r\nHost: localhost\r\n\r\n";

  private final Queue<String> served = new ConcurrentLinkedQueue<>();
  private final Queue<String> refused = new ConcurrentLinkedQueue<>();
  private final ListenerMetrics metrics = ListenerMetrics.register(new CollectorRegistry());
  private Loops loops;
  private Listener listener;
  private SSLContext tls;
  private int port;

  @BeforeAll
  void start(@TempDir Path dir) throws Exception {
    ThrowawayPki.write(dir);
    ListenerSettings settings =
        new ListenerSettings(
            "127.0.0.1",
            0,
            dir.resolve("server.pem"),
            dir.resolve("server-key.pem"),
            false,
            1000,
            5_000,
            400,
            400,
            1_500,
            2_000,
            8192,
            4096);
    loops = new Loops(2);
    Snapshot snapshot =
        new Snapshot("hash", Set.of(), List.of(), token -> null, Limits.DEFAULT, 65536);
    listener = new Listener(settings, () -> snapshot, this::serve, loops, metrics);
    port = listener.start();
    tls = TestTls.trusting(dir.resolve("ca.pem"));
  }

  @AfterAll
  void stop() {
    listener.close();
    loops.close();
  }

  @BeforeEach
  void clear() {
    served.clear();
    refused.clear();
  }

  private CompletionStage<Void> serve(Exchange x, Refusal refusal) {
    int status = 200;
    if (refusal != null) {
      refused.add(refusal.reason().name());
      status = refusal.reason().status();
    } else {
      served.add(x.head().method() + " " + x.head().path());
    }
    byte[] body =
        x.head().path().equals("/large")
            ? new byte[32 << 20]
            : "ok".getBytes(StandardCharsets.US_ASCII);
    return x.downstream()
        .answer(new Downstream.Head(status, List.of()), Unpooled.wrappedBuffer(body));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        // Request line.
        "GET  /fhir/Patient/1 HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET\t/fhir/Patient/1 HTTP/1.1\r\nHost: localhost\r\n\r\n",
        " GET /fhir/Patient/1 HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "\r\nGET /fhir/Patient/1 HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET /fhir/Patient/1 HTTP/1.0\r\nHost: localhost\r\n\r\n",
        "GET /fhir/Patient/1 HTTP/2.0\r\nHost: localhost\r\n\r\n",
        "GET /fhir/Patient/1 http/1.1\r\nHost: localhost\r\n\r\n",
        "GET /fhir/Patient/1\r\nHost: localhost\r\n\r\n",
        "get /fhir/Patient/1 HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "TRACE /fhir/Patient/1 HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "CONNECT localhost:443 HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET http://localhost/fhir/Patient/1 HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET https://evil@localhost/fhir HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET fhir/Patient/1 HTTP/1.1\r\nHost: localhost\r\n\r\n",
        // Path and query.
        "GET /fhir/%50atient/1 HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET /fhir/..%2fadmin HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET /fhir/../admin HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET /fhir/./Patient/1 HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET /fhir//Patient/1 HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET /fhir/Patient/1;v=2 HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET /fhir\\Patient\\1 HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET /fhir/Patient/1#x HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET /fhir/Patient?name=\"x\" HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET /fhir/Patient?name=\u00e9 HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET /fhir/Patient?name=<x> HTTP/1.1\r\nHost: localhost\r\n\r\n",
        // Host.
        "GET /fhir/Patient/1 HTTP/1.1\r\n\r\n",
        "GET /fhir/Patient/1 HTTP/1.1\r\nHost:\r\n\r\n",
        "GET /fhir/Patient/1 HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n",
        "GET /fhir/Patient/1 HTTP/1.1\r\nHost: local host\r\n\r\n",
        "GET /fhir/Patient/1 HTTP/1.1\r\nHost: user@localhost\r\n\r\n",
        "GET /fhir/Patient/1 HTTP/1.1\r\nHost: localhost/fhir\r\n\r\n",
        // Fields.
        "GET /fhir/Patient/1 HTTP/1.1\r\nHost: localhost\r\nAccept : x\r\n\r\n",
        "GET /fhir/Patient/1 HTTP/1.1\r\nHost: localhost\r\n Accept: x\r\n\r\n",
        "GET /fhir/Patient/1 HTTP/1.1\r\nHost: localhost\r\nAccept: x\r\n folded\r\n\r\n",
        "GET /fhir/Patient/1 HTTP/1.1\r\nHost: localhost\r\nAccept: x\r\n\tfolded\r\n\r\n",
        "GET /fhir/Patient/1 HTTP/1.1\r\nHost: localhost\r\nX_Forwarded_For: x\r\n\r\n",
        "GET /fhir/Patient/1 HTTP/1.1\r\nHost: localhost\r\nno-colon\r\n\r\n",
        "GET /fhir/Patient/1 HTTP/1.1\r\nHost: localhost\r\n: empty\r\n\r\n",
        "GET /fhir/Patient/1 HTTP/1.1\r\nHost: localhost\r\nA\u0001b: x\r\n\r\n",
        "GET /fhir/Patient/1 HTTP/1.1\r\nHost: localhost\r\nAccept: a\u0000b\r\n\r\n",
        "GET /fhir/Patient/1 HTTP/1.1\r\nHost: localhost\r\nAccept: a\rb\r\n\r\n",
        "GET /fhir/Patient/1 HTTP/1.1\r\nHost: localhost\r\nAccept: a\nb: c\r\n\r\n",
        "GET /fhir/Patient/1 HTTP/1.1\r\nHost: localhost\r\nAuthorization: a\r\nAuthorization: b\r\n\r\n",
        "POST /fhir/Patient/_search HTTP/1.1\r\nHost: localhost\r\nContent-Type: a\r\nContent-Type: b\r\nContent-Length: 0\r\n\r\n",
        // Framing and smuggling.
        "POST /fhir/Patient/_search HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST /fhir/Patient/_search HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST /fhir/Patient/_search HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: identity\r\n\r\n",
        "POST /fhir/Patient/_search HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: xchunked\r\n\r\n",
        "POST /fhir/Patient/_search HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked, chunked\r\n\r\n",
        "POST /fhir/Patient/_search HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc",
        "POST /fhir/Patient/_search HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
        "POST /fhir/Patient/_search HTTP/1.1\r\nHost: localhost\r\nContent-Length: +3\r\n\r\nabc",
        "POST /fhir/Patient/_search HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3, 3\r\n\r\nabc",
        "POST /fhir/Patient/_search HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0x3\r\n\r\nabc",
        "POST /fhir/Patient/_search HTTP/1.1\r\nHost: localhost\r\nContent-Length: 003\r\n\r\nabc",
        "POST /fhir/Patient/_search HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
        "POST /fhir/Patient/_search HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999999999999\r\n\r\n",
        "POST /fhir/Patient/_search HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4097\r\n\r\n",
        "GET /fhir/Patient/1 HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabc",
        "HEAD /fhir/Patient/1 HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabc",
        "DELETE /fhir/Patient/1 HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabc",
        "GET /ok HTTP/1.1\r\nHost: localhost\r\nSec-WebSocket-Key1: 1\r\nSec-WebSocket-Key2: 2\r\n\r\nDELETE /",
        "GET /fhir/Patient/1 HTTP/1.1\r\nHost: localhost\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n",
        "GET /fhir/Patient/1 HTTP/1.1\r\nHost: localhost\r\nConnection: upgrade\r\n\r\n",
        "GET /fhir/Patient/1 HTTP/1.1\r\nHost: localhost\r\nTE: trailers\r\n\r\n",
        "GET /fhir/Patient/1 HTTP/1.1\r\nHost: localhost\r\nTrailer: Host\r\n\r\n",
        "POST /fhir/Patient/_search HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\nExpect: gold\r\n\r\nabc",
        "GET /fhir/Patient/1 HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
      })
  @Tag("F10")
  @Tag("F12")
  void isRefusedAndEndsTheConnection(String request) throws Exception {
    String answer = send(request + GOOD);

    assertThat(served).isEmpty();
    assertThat(refused).hasSize(1);
    assertThat(answer)
        .matches("(?s)HTTP/1\\.1 4\\d\\d .*|HTTP/1\\.1 505 .*")
        .contains("Connection: close");
    assertThat(answer.split("HTTP/1\\.1 ")).hasSize(2);
  }

  @Test
  void theGoodOnesAreServedOneAfterTheOther() throws Exception {
    String post =
        "POST /fhir/Patient/_search HTTP/1.1\r\nHost: localhost:8443\r\nContent-Length: 3\r\n\r\nabc";
    String last = GOOD.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n");

    String answer = send(GOOD + post + GOOD + last);

    assertThat(served)
        .containsExactly(
            "GET /fhir/Patient/1",
            "POST /fhir/Patient/_search",
            "GET /fhir/Patient/1",
            "GET /fhir/Patient/1");
    assertThat(answer.split("HTTP/1\\.1 200")).hasSize(5);
  }

  @Test
  void thousandsOfPipelinedRequestsAreServedInTurn() throws Exception {
    int count = 5000;
    String small = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    try (SSLSocket socket = connect()) {
      Thread writer =
          new Thread(
              () -> {
                try {
                  socket
                      .getOutputStream()
                      .write(small.repeat(count).getBytes(StandardCharsets.US_ASCII));
                } catch (IOException closed) {
                  served.add("write failed");
                }
              });
      writer.start();
      int oks = 0;
      byte[] buffer = new byte[64 << 10];
      StringBuilder tail = new StringBuilder();
      InputStream in = socket.getInputStream();
      while (oks < count) {
        int n = in.read(buffer);
        assertThat(n).as("after " + oks + " answers").isPositive();
        tail.append(new String(buffer, 0, n, StandardCharsets.ISO_8859_1));
        for (int at = tail.indexOf("HTTP/1.1 200"); at >= 0; at = tail.indexOf("HTTP/1.1 200")) {
          oks++;
          tail.delete(0, at + 12);
        }
      }
      writer.join();
      assertThat(served).hasSize(count);
    }
  }

  @Test
  void aReaderThatDoesNotReadIsCutOff() throws Exception {
    try (SSLSocket socket = connect()) {
      socket
          .getOutputStream()
          .write("GET /large HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      // Longer than a reader's time (2 s here), bounded by the loop's own count.
      for (int i = 0; i < 100 && metrics.open().get() > 0; i++) {
        Thread.sleep(100);
      }
      assertThat(metrics.open().get()).isZero();
    }
  }

  @Test
  void aPropertyThatWeakensTheParserIsRefusedAtStart() {
    String property = "io.netty.handler.codec.http.rfc9112TransferEncoding";
    System.setProperty(property, "false");
    try {
      org.assertj.core.api.Assertions.assertThatThrownBy(
              () -> new UpstreamClient(new CollectorRegistry()))
          .hasMessageContaining(property);
    } finally {
      System.clearProperty(property);
    }
  }

  @Test
  void aHeadCutAnywhereIsTheSameHead() throws Exception {
    String last = GOOD.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n");
    for (int cut = 1; cut < last.length(); cut += 7) {
      assertThat(send(last.substring(0, cut), last.substring(cut))).startsWith("HTTP/1.1 200");
    }
  }

  @Test
  @Tag("F4")
  void headRequestsGetTheLengthAndNoBody() throws Exception {
    String answer =
        send("HEAD /fhir/Patient/1 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");

    assertThat(answer).contains("Content-Length: 2").endsWith("\r\n\r\n");
  }

  @Test
  void anOversizeHeadIsRefusedBeforeItEnds() throws Exception {
    assertThat(send("GET /" + "a".repeat(9000))).startsWith("HTTP/1.1 431");
  }

  @Test
  void aSlowHeadIsRefusedHoweverSteadilyItDrips() throws Exception {
    try (SSLSocket socket = connect()) {
      byte[] bytes = GOOD.getBytes(StandardCharsets.US_ASCII);
      long start = System.nanoTime();
      int sent = 0;
      try {
        for (; sent < bytes.length && refused.isEmpty(); sent++) {
          socket.getOutputStream().write(bytes[sent]);
          socket.getOutputStream().flush();
          Thread.sleep(40);
        }
      } catch (IOException cut) {
        assertThat(System.nanoTime()).isGreaterThan(start);
      }
      assertThat(sent).isLessThan(bytes.length);
      assertThat(refused).containsExactly("REQUEST_TIMEOUT");
      assertThat(served).isEmpty();
    }
  }

  @Test
  void oldProtocolsAndSuitesAreRefused() throws Exception {
    for (String[] offer :
        List.of(
            new String[] {"TLSv1.2", "TLS_RSA_WITH_AES_128_GCM_SHA256"},
            new String[] {"TLSv1.2", "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256"})) {
      try (SSLSocket socket = socket()) {
        socket.setEnabledProtocols(new String[] {offer[0]});
        socket.setEnabledCipherSuites(new String[] {offer[1]});
        org.assertj.core.api.Assertions.assertThatThrownBy(socket::startHandshake)
            .isInstanceOf(SSLHandshakeException.class);
      }
    }
    for (String[] offer :
        List.of(
            new String[] {"TLSv1.2", "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"},
            new String[] {"TLSv1.3", "TLS_AES_128_GCM_SHA256"})) {
      try (SSLSocket socket = socket()) {
        socket.setEnabledProtocols(new String[] {offer[0]});
        socket.setEnabledCipherSuites(new String[] {offer[1]});
        socket.startHandshake();
        assertThat(socket.getSession().getCipherSuite()).isEqualTo(offer[1]);
      }
    }
  }

  /** Sends all pieces and reads until the server closes. */
  private String send(String... pieces) throws Exception {
    try (SSLSocket socket = connect()) {
      for (String piece : pieces) {
        socket.getOutputStream().write(piece.getBytes(StandardCharsets.ISO_8859_1));
        socket.getOutputStream().flush();
      }
      StringBuilder answer = new StringBuilder();
      byte[] buffer = new byte[4096];
      try {
        InputStream in = socket.getInputStream();
        for (int n = in.read(buffer); n > 0; n = in.read(buffer)) {
          answer.append(new String(buffer, 0, n, StandardCharsets.ISO_8859_1));
        }
      } catch (IOException reset) {
        return answer.toString();
      }
      return answer.toString();
    }
  }

  private SSLSocket connect() throws IOException {
    SSLSocket socket = socket();
    socket.startHandshake();
    return socket;
  }

  private SSLSocket socket() throws IOException {
    Socket plain = new Socket("127.0.0.1", port);
    plain.setSoTimeout(10_000);
    return (SSLSocket) tls.getSocketFactory().createSocket(plain, "localhost", port, true);
  }
}
