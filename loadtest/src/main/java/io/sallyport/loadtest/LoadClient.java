package io.sallyport.loadtest;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/**
 * A closed-loop load generator over TLS keep-alive connections: each connection always has a
 * request in flight. It keeps the request id of every answer that arrived whole, so that a test can
 * ask the journal for each of them, and takes a server's death for what it is: the end of the run.
 */
public final class LoadClient {
  private final String host;
  private final int port;
  private final SSLSocketFactory tls;
  private final String authorization;
  private final List<String> paths;
  private final List<Thread> threads = new ArrayList<>();
  private final Queue<String> answered = new ConcurrentLinkedQueue<>();
  private final Map<Integer, LongAdder> statuses = new ConcurrentHashMap<>();
  private final AtomicInteger inFlight = new AtomicInteger();
  private final AtomicLong completed = new AtomicLong();
  private volatile boolean stopping;

  /**
   * @param paths asked for in turn
   */
  public LoadClient(
      String host, int port, SSLSocketFactory tls, String authorization, List<String> paths) {
    this.host = host;
    this.port = port;
    this.tls = tls;
    this.authorization = authorization;
    this.paths = List.copyOf(paths);
  }

  /** Starts so many connections, a thread each. */
  public void start(int connections) {
    for (int i = 0; i < connections; i++) {
      int offset = i;
      Thread thread = new Thread(() -> run(offset), "load-" + i);
      thread.setDaemon(true);
      threads.add(thread);
      thread.start();
    }
  }

  /** Lets the requests in flight finish, or fail, and returns when all connections have ended. */
  public void stop() throws InterruptedException {
    stopping = true;
    for (Thread thread : threads) {
      thread.join(10_000);
    }
  }

  /** Requests answered whole so far. */
  public long completed() {
    return completed.get();
  }

  /** Requests sent and not yet answered. */
  public int inFlight() {
    return inFlight.get();
  }

  /** The request ids of all answers that arrived whole. */
  public List<String> answered() {
    return List.copyOf(answered);
  }

  /** How many answers had a status. */
  public long status(int status) {
    LongAdder count = statuses.get(status);
    return count == null ? 0 : count.sum();
  }

  private void run(int offset) {
    try (Socket plain = new Socket(host, port);
        SSLSocket socket = (SSLSocket) tls.createSocket(plain, host, port, true)) {
      socket.setTcpNoDelay(true);
      socket.setSoTimeout(20_000);
      InputStream in = new BufferedInputStream(socket.getInputStream(), 16 << 10);
      OutputStream out = new BufferedOutputStream(socket.getOutputStream());
      for (int i = offset; !stopping; i++) {
        byte[] request = request(paths.get(i % paths.size()));
        inFlight.incrementAndGet();
        try {
          out.write(request);
          out.flush();
          answer(in);
        } finally {
          inFlight.decrementAndGet();
        }
      }
    } catch (IOException ended) {
      // The server is gone, or cut an answer: nothing was acknowledged by it.
      return;
    }
  }

  private byte[] request(String path) {
    return ("GET "
            + path
            + " HTTP/1.1\r\nHost: "
            + host
            + ":"
            + port
            + "\r\nAuthorization: "
            + authorization
            + "\r\nAccept: application/fhir+json\r\n\r\n")
        .getBytes(StandardCharsets.US_ASCII);
  }

  /** Reads one answer to its last byte; only then its id counts as acknowledged. */
  private void answer(InputStream in) throws IOException {
    String status = line(in);
    String id = "";
    long length = -1;
    for (String line = line(in); !line.isEmpty(); line = line(in)) {
      if (line.startsWith("X-Request-Id: ")) {
        id = line.substring("X-Request-Id: ".length());
      } else if (line.startsWith("Content-Length: ")) {
        length = Long.parseLong(line.substring("Content-Length: ".length()));
      }
    }
    if (length >= 0) {
      in.skipNBytes(length);
    } else {
      for (int size = size(in); size > 0; size = size(in)) {
        in.skipNBytes(size + 2L);
      }
      line(in);
    }
    answered.add(id);
    completed.incrementAndGet();
    statuses
        .computeIfAbsent(Integer.parseInt(status.substring(9, 12)), s -> new LongAdder())
        .increment();
  }

  private static int size(InputStream in) throws IOException {
    return Integer.parseInt(line(in), 16);
  }

  private static String line(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder(64);
    while (true) {
      int c = in.read();
      if (c < 0) {
        throw new IOException("connection ended in mid-answer");
      }
      if (c == '\n') {
        return line.toString();
      }
      if (c != '\r') {
        line.append((char) c);
      }
    }
  }
}
