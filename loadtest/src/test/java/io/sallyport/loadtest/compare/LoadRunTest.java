package io.sallyport.loadtest.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sallyport.loadtest.DemoEhr;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Real sockets, without TLS, against the demo's record system. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class LoadRunTest {
  private static final byte[] BODY =
      "{\"resourceType\":\"Patient\"}".getBytes(StandardCharsets.UTF_8);
  private static final Expected EXPECTED = Expected.of(200, BODY);

  private DemoEhr ehr;
  private LoadGenerator generator;

  @BeforeAll
  void start() throws Exception {
    ehr = DemoEhr.start(0);
    ehr.prepare("/fhir/Patient/1", BODY);
    generator = new LoadGenerator();
  }

  @AfterAll
  void stop() {
    generator.close();
    ehr.close();
  }

  @Test
  void closedLoopSendsWhatItMayAndWaitsForAllAnswers() {
    LoadRun run = generator.start(endpoint(ehr.port(), false, 8), most(300), EXPECTED);
    Schedule schedule = LoadGenerator.end(run, "run");
    assertThat(schedule.taken()).isEqualTo(300);
    assertThat(schedule.answered()).isEqualTo(300);
    assertThat(run.completed()).isEqualTo(300);
    assertThat(schedule.latencies().count()).isEqualTo(300);
  }

  @Test
  void constantRateAndConnectionsOfTheirOwnDoToo() {
    long now = System.nanoTime();
    Schedule open = new Schedule(2_000, now, now, now + TimeUnit.SECONDS.toNanos(30), 200);
    LoadRun run = generator.start(endpoint(ehr.port(), true, 4), open, EXPECTED);
    assertThat(LoadGenerator.end(run, "run").answered()).isEqualTo(200);
  }

  @Test
  void firstWrongAnswerEndsTheRun() {
    Expected other = Expected.of(200, "{}".getBytes(StandardCharsets.UTF_8));
    LoadRun run = generator.start(endpoint(ehr.port(), false, 8), most(Long.MAX_VALUE), other);
    assertThatThrownBy(() -> LoadGenerator.end(run, "the run"))
        .isInstanceOf(CompareFailure.class)
        .hasMessageContaining("the run")
        .hasMessageContaining("bytes instead of 2");
  }

  @Test
  void answerCutShortIsNoAnswer() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Thread cutting =
          new Thread(
              () -> {
                try (Socket socket = server.accept()) {
                  socket.getInputStream().read();
                  byte[] half =
                      "HTTP/1.1 200 OK\r\nContent-Length: 26\r\n\r\n{\"res"
                          .getBytes(StandardCharsets.US_ASCII);
                  socket.getOutputStream().write(half);
                } catch (java.io.IOException closed) {
                  return;
                }
              });
      cutting.start();
      LoadRun run = generator.start(endpoint(server.getLocalPort(), false, 1), most(1), EXPECTED);
      assertThatThrownBy(() -> LoadGenerator.end(run, "run")).isInstanceOf(CompareFailure.class);
      cutting.join();
    }
  }

  @Test
  void nobodyListeningIsTold() throws Exception {
    int nobody = Programs.freePort();
    LoadRun run = generator.start(endpoint(nobody, false, 1), most(1), EXPECTED);
    assertThatThrownBy(() -> LoadGenerator.end(run, "run")).hasMessageContaining("cannot connect");
  }

  @Test
  void serverWithoutAuthenticationOrTlsProvesItself() {
    // The demo's record system asks nobody for a token: as an appliance it would have to fail.
    FhirGateway open =
        new FhirGateway(
            new Plan.Gateway(URI.create(ehr.base()), "Bearer a.b." + "c".repeat(40), 0), null);
    Workload workload = new Workload("read", "/Patient/1", false, BODY);
    assertThatThrownBy(() -> Proof.of(open, generator, workload))
        .hasMessageContaining("without a token")
        .hasMessageContaining("authentication is switched off");
    assertThatThrownBy(() -> Proof.plaintext(open, workload))
        .hasMessageContaining("TLS is switched off");
  }

  private static Schedule most(long requests) {
    long now = System.nanoTime();
    return new Schedule(0, now, now, now + TimeUnit.SECONDS.toNanos(30), requests);
  }

  private static Endpoint endpoint(int port, boolean fresh, int callers) {
    byte[] head =
        ("GET /fhir/Patient/1 HTTP/1.1\r\nHost: localhost\r\n"
                + (fresh ? "Connection: close\r\n\r\n" : "\r\n"))
            .getBytes(StandardCharsets.US_ASCII);
    List<byte[]> heads = Collections.nCopies(callers, head);
    return new Endpoint("127.0.0.1", port, null, fresh, heads);
  }
}
