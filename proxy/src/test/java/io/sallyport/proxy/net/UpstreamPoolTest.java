package io.sallyport.proxy.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.EventLoop;
import io.sallyport.policy.Refusal;
import io.sallyport.proxy.exchange.Upstream;
import io.sallyport.proxy.exchange.UpstreamTarget;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Pools of two loops before a server of bytes: what is shared, what is waited for, what is cut. */
class UpstreamPoolTest {
  private static final String GOOD = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";

  private Loops loops;
  private ServerSocket server;

  @BeforeEach
  void start() throws IOException {
    loops = new Loops(2);
    server = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
  }

  @AfterEach
  void stop() throws IOException {
    server.close();
    loops.close();
  }

  @Test
  void fewConnectionsServeManyCallersOfTwoLoops() throws Exception {
    serve(GOOD, true);
    UpstreamSlots slots = new UpstreamSlots(2);
    Map<String, Integer> outcomes = new ConcurrentHashMap<>();
    CountDownLatch callers = new CountDownLatch(16);
    for (int i = 0; i < 2; i++) {
      EventLoop loop = loops.group().next();
      UpstreamPool pool = new UpstreamPool(loop, target(2, 10_000), slots, null);
      for (int caller = 0; caller < 8; caller++) {
        loop.execute(() -> call(pool, loop, 150, outcomes, callers));
      }
    }

    assertThat(callers.await(60, TimeUnit.SECONDS)).isTrue();
    assertThat(outcomes).containsOnly(Map.entry("clean end", 2400));
  }

  @ParameterizedTest
  @ValueSource(strings = {"keep-alive", "close"})
  void theServerNeverCountsMoreConnectionsThanItWasPromised(String connection) throws Exception {
    String answer = GOOD.replace("OK\r\n", "OK\r\nConnection: " + connection + "\r\n");
    try (CountingServer counting = new CountingServer(answer)) {
      UpstreamSlots slots = new UpstreamSlots(2);
      Map<String, Integer> outcomes = new ConcurrentHashMap<>();
      CountDownLatch callers = new CountDownLatch(16);
      for (int i = 0; i < 2; i++) {
        EventLoop loop = loops.group().next();
        UpstreamPool pool = new UpstreamPool(loop, target(2, 20_000, counting.port()), slots, null);
        for (int caller = 0; caller < 8; caller++) {
          loop.execute(() -> call(pool, loop, 150, outcomes, callers));
        }
      }

      assertThat(callers.await(60, TimeUnit.SECONDS)).isTrue();
      assertThat(outcomes).containsOnly(Map.entry("clean end", 2400));
      assertThat(counting.accepted()).isGreaterThan(2); // it was not the same two all the time
      assertThat(counting.most()).isEqualTo(2);
    }
  }

  @Test
  void aConnectionThatIdlesOnOneLoopIsGivenUpForAnother() throws Exception {
    serve(GOOD, true);
    UpstreamSlots slots = new UpstreamSlots(1);
    EventLoop one = loops.group().next();
    EventLoop other = loops.group().next();
    UpstreamPool first = new UpstreamPool(one, target(1, 2_000), slots, null);
    UpstreamPool second = new UpstreamPool(other, target(1, 2_000), slots, null);

    assertThat(await(one, first)).isEqualTo("clean end");
    assertThat(await(other, second)).isEqualTo("clean end");
    assertThat(await(one, first)).isEqualTo("clean end");
  }

  @Test
  void aConnectionThatCannotBeHadLeavesItsSlot() throws Exception {
    int port = server.getLocalPort();
    server.close();
    EventLoop loop = loops.group().next();
    UpstreamPool pool = new UpstreamPool(loop, target(1, 2_000, port), new UpstreamSlots(1), null);

    for (int i = 0; i < 3; i++) {
      assertThat(await(loop, pool)).isEqualTo("UPSTREAM_UNREACHABLE");
    }
  }

  @Test
  void aFreshConnectionIsNoneOfThoseThatIdle() throws Exception {
    try (CountingServer counting = new CountingServer(GOOD)) {
      EventLoop loop = loops.group().next();
      UpstreamTarget target = target(2, 10_000, counting.port());
      UpstreamPool pool = new UpstreamPool(loop, target, new UpstreamSlots(2), null);
      CompletableFuture<String> both = new CompletableFuture<>();
      loop.execute(
          () ->
              fetch(pool)
                  .thenCombine(fetch(pool), (one, other) -> one + ", " + other)
                  .thenAccept(both::complete));
      assertThat(both.get(20, TimeUnit.SECONDS)).isEqualTo("clean end, clean end");
      assertThat(counting.accepted()).isEqualTo(2);
      CompletableFuture<String> third = new CompletableFuture<>();

      loop.execute(() -> request(pool.takeFresh()).thenAccept(outcome -> third.complete(outcome)));

      assertThat(third.get(20, TimeUnit.SECONDS)).isEqualTo("clean end");
      assertThat(counting.accepted()).isEqualTo(3);
    }
  }

  private static String await(EventLoop loop, UpstreamPool pool) throws Exception {
    CompletableFuture<String> done = new CompletableFuture<>();
    loop.execute(() -> fetch(pool).thenAccept(done::complete));
    return done.get(20, TimeUnit.SECONDS);
  }

  @Test
  void whoWaitsGetsTheSlotThatAnotherTookFirst() throws Exception {
    serve(GOOD, true);
    UpstreamSlots slots = new UpstreamSlots(1);
    EventLoop loop = loops.group().next();
    UpstreamPool pool = new UpstreamPool(loop, target(1, 3000), slots, null);
    assertThat(slots.acquire()).isTrue();
    CompletableFuture<String> waiting = new CompletableFuture<>();
    loop.submit(() -> fetch(pool).thenAccept(waiting::complete)).get();

    // The release wakes the waiter, but somebody else is faster and keeps the slot a while.
    loop.submit(
            () -> {
              slots.release();
              assertThat(slots.acquire()).isTrue();
            })
        .get();
    loop.submit(() -> {}).get();
    assertThat(waiting).isNotDone();
    slots.release();

    assertThat(waiting.get(10, TimeUnit.SECONDS)).isEqualTo("clean end");
  }

  @Test
  void givingUpEndsThePullThatWaits() throws Exception {
    serve("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{}", true);
    EventLoop loop = loops.group().next();
    UpstreamPool pool = new UpstreamPool(loop, target(1, 30_000), new UpstreamSlots(1), null);
    CompletableFuture<String> pulled = new CompletableFuture<>();
    loop.execute(
        () ->
            pool.take()
                .thenCompose(connection -> connection.request("/x", "id"))
                .thenCompose(
                    response ->
                        response
                            .body()
                            .next()
                            .thenApply(
                                first -> {
                                  first.release();
                                  return response;
                                }))
                .thenAccept(
                    response -> {
                      response.body().next().whenComplete((b, f) -> pulled.complete(outcome(f)));
                      response.body().cancel();
                    }));

    assertThat(pulled.get(10, TimeUnit.SECONDS)).isEqualTo("CLIENT_ABORTED");
  }

  @ParameterizedTest
  @CsvSource({
    "clean end, 'HTTP/1.1 200 OK|Content-Length: 2||{}'",
    "clean end, 'HTTP/1.1 200 OK|Transfer-Encoding: chunked||2|{}|0||'",
    "clean end, 'HTTP/1.1 100 Continue||HTTP/1.1 200 OK|Content-Length: 2||{}'",
    "UPSTREAM_INVALID, 'HTTP/1.1 200 OK|Content-Length: 2|Transfer-Encoding: chunked||2|{}|0||'",
    "UPSTREAM_INVALID, 'HTTP/1.1 200 OK|Content-Length: 2|Content-Length: 2||{}'",
    "UPSTREAM_INVALID, 'HTTP/1.1 200 OK|Content-Length: 10||{}'",
    "UPSTREAM_INVALID, 'HTTP/1.1 200 OK|Transfer-Encoding: chunked||2|{}|'",
    "UPSTREAM_INVALID, 'HTTP/1.1 200 OK|Transfer-Encoding: gzip, chunked||2|{}|0||'",
    "UPSTREAM_INVALID, 'HTTP/1.1 200 OK|Transfer-Encoding: identity||{}'",
    "UPSTREAM_INVALID, 'HTTP/1.1 200 OK||{}'", // neither a length nor chunks
    "UPSTREAM_INVALID, 'HTTP/1.1 200 OK|Connection: close||{}'",
    "clean end, 'HTTP/1.0 200 OK|Connection: close||{}'", // it had no other way
    "clean end, 'HTTP/1.1 204 No Content||'",
    "UPSTREAM_INVALID, 'HTTP/9.9 200 OK|Content-Length: 2||{}'",
    "UPSTREAM_INVALID, 'HTTP/1.1 101 Switching Protocols|Upgrade: x||'",
    "UPSTREAM_INVALID, 'garbage||'",
    "UPSTREAM_UNREACHABLE, ''",
  })
  void aResponseIsTakenOnlyWhenItIsWholeAndPlain(String outcome, String bytes) throws Exception {
    serve(bytes.replace("|", "\r\n"), false);
    EventLoop loop = loops.group().next();
    UpstreamPool pool = new UpstreamPool(loop, target(1, 10_000), new UpstreamSlots(1), null);
    CompletableFuture<String> done = new CompletableFuture<>();

    loop.execute(() -> fetch(pool).thenAccept(done::complete));

    assertThat(done.get(20, TimeUnit.SECONDS)).isEqualTo(outcome);
  }

  private static void call(
      UpstreamPool pool,
      EventLoop loop,
      int left,
      Map<String, Integer> outcomes,
      CountDownLatch callers) {
    if (left == 0) {
      callers.countDown();
      return;
    }
    fetch(pool)
        .thenAccept(
            outcome -> {
              outcomes.merge(outcome, 1, Integer::sum);
              loop.execute(() -> call(pool, loop, left - 1, outcomes, callers));
            });
  }

  private static CompletionStage<String> fetch(UpstreamPool pool) {
    return request(pool.take());
  }

  private static CompletionStage<String> request(CompletionStage<UpstreamConnection> taken) {
    return taken
        .thenCompose(connection -> connection.request("/x", "id"))
        .thenCompose(UpstreamPoolTest::drain)
        .handle((end, failure) -> outcome(failure));
  }

  private static String outcome(Throwable failure) {
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    return cause == null
        ? "clean end"
        : cause instanceof Refusal refusal ? refusal.reason().name() : cause.toString();
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

  private UpstreamTarget target(int connectionsMax, int millis) {
    return target(connectionsMax, millis, server.getLocalPort());
  }

  private static UpstreamTarget target(int connectionsMax, int millis, int port) {
    return new UpstreamTarget(
        "ehr",
        "http://127.0.0.1",
        "127.0.0.1",
        port,
        false,
        "",
        "",
        connectionsMax,
        List.of(),
        millis,
        millis,
        10 * millis,
        1 << 20);
  }

  /** Answers each request with these bytes; then keeps the connection, or ends it. */
  private void serve(String answer, boolean keepAlive) {
    daemon(
        () -> {
          while (true) {
            Socket socket = server.accept();
            daemon(() -> answer(socket, answer.getBytes(StandardCharsets.US_ASCII), keepAlive));
          }
        });
  }

  private static void answer(Socket socket, byte[] answer, boolean keepAlive) throws IOException {
    try (socket) {
      BufferedReader in =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
      boolean more = true;
      while (more) {
        String line = in.readLine();
        if (line == null) {
          return;
        }
        while (!line.isEmpty()) {
          line = in.readLine();
        }
        socket.getOutputStream().write(answer);
        more = keepAlive;
      }
    }
  }

  private interface Work {
    void run() throws IOException;
  }

  private static void daemon(Work work) {
    Thread thread =
        new Thread(
            () -> {
              try {
                work.run();
              } catch (IOException closed) {
                return; // the test is over, or the peer left
              }
            });
    thread.setDaemon(true);
    thread.start();
  }
}
