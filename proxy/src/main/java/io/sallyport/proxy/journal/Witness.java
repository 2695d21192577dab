package io.sallyport.proxy.journal;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A witness: cosigns a log's checkpoint when it is the last one and more, and never another history
 * (c2sp.org/tlog-witness, c2sp.org/tlog-cosignature). It holds nothing of the journal and needs no
 * trust from it; best it runs on another machine under another administrator's hand. Plain HTTP:
 * TLS is in front of it, where it is wanted; nothing here is secret.
 */
public final class Witness implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Witness.class);
  private static final int BODY_BYTES_MAX = 64 << 10;
  private static final int PROOF_LINES_MAX = 63;
  private static final int THREADS = 4;

  private record Answer(int status, String type, String text) {
    static final String SIZE = "text/x.tlog.size";

    static Answer refused(int status, String why) {
      return new Answer(status, "text/plain; charset=utf-8", why + "\n");
    }

    static Answer newest(long size) {
      return new Answer(409, SIZE, size + "\n");
    }
  }

  private final WitnessKey key;
  private final Map<String, LogKey> logs = new HashMap<>();
  private final WitnessState state;
  private final Clock clock;
  private final FileChannel lock;
  private final HttpServer server;
  private final ExecutorService threads;

  /**
   * Starts one.
   *
   * @param directory its key and what it has seen; made when it is not there. Who loses it must
   *     begin with another name and key
   * @param name of the witness: an address without a scheme
   * @param publicKeys of the logs it knows: contents of {@code journal.pub}
   * @param address to listen at
   * @throws IllegalArgumentException when a key is none, or the directory another's
   */
  public Witness(
      Path directory,
      String name,
      Collection<String> publicKeys,
      InetSocketAddress address,
      Clock clock)
      throws IOException {
    this.clock = clock;
    for (var line : publicKeys) {
      var log = LogKey.parse(line);
      if (logs.put(log.name(), log) != null) {
        throw new IllegalArgumentException("two keys of the log " + log.name());
      }
    }
    Files.createDirectories(directory);
    lock = locked(directory);
    key = WitnessKey.open(directory, name);
    state = new WitnessState(directory);
    // Seconds that a request may take to come, and an answer to go: read once, by the first server.
    System.setProperty("sun.net.httpserver.maxReqTime", "10");
    System.setProperty("sun.net.httpserver.maxRspTime", "10");
    server = HttpServer.create(address, 0);
    threads = Executors.newFixedThreadPool(THREADS, task -> new Thread(task, "witness"));
    server.setExecutor(threads);
    server.createContext("/", this::serve);
    server.start();
  }

  // Two witnesses of one key would each cosign a history of its own.
  private static FileChannel locked(Path directory) throws IOException {
    var channel =
        FileChannel.open(
            directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    FileLock taken = null;
    try {
      taken = channel.tryLock();
    } catch (OverlappingFileLockException e) {
      LOG.debug("witness: held by this very process", e);
    }
    if (taken == null) {
      channel.close();
      throw new IOException(directory + " is in use by another witness");
    }
    return channel;
  }

  /** Where it listens. */
  public InetSocketAddress address() {
    return server.getAddress();
  }

  /** The line that logs and verifiers are given: {@code name+id+base64(0x04, key)}. */
  public String publicKeyLine() {
    return key.key().line();
  }

  private void serve(HttpExchange exchange) throws IOException {
    try (exchange) {
      Answer answer;
      if (!exchange.getRequestURI().getPath().endsWith("/add-checkpoint")) {
        answer = Answer.refused(404, "only add-checkpoint is here");
      } else if (!exchange.getRequestMethod().equals("POST")) {
        exchange.getResponseHeaders().set("Allow", "POST");
        answer = Answer.refused(405, "POST is due");
      } else {
        answer = answer(exchange.getRequestBody().readNBytes(BODY_BYTES_MAX + 1));
      }
      var bytes = answer.text().getBytes(UTF_8);
      exchange.getResponseHeaders().set("Content-Type", answer.type());
      exchange.sendResponseHeaders(answer.status(), bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }

  private Answer answer(byte[] body) {
    try {
      return body.length > BODY_BYTES_MAX ? Answer.refused(413, "too long") : add(body);
    } catch (IllegalArgumentException e) {
      return Answer.refused(400, "not a request: " + e.getMessage());
    } catch (IOException | RuntimeException e) {
      LOG.error("witness: nothing is cosigned", e);
      return Answer.refused(500, "the witness's disk fails");
    }
  }

  private Answer add(byte[] body) throws IOException {
    var text = new String(body, UTF_8);
    int split = text.indexOf("\n\n");
    if (split < 0 || !text.startsWith("old ")) {
      throw new IllegalArgumentException("an old size, a proof and a checkpoint are due");
    }
    var lines = List.of(text.substring(0, split).split("\n", -1));
    if (!lines.get(0).matches("old (0|[1-9][0-9]{0,17})") || lines.size() > 1 + PROOF_LINES_MAX) {
      throw new IllegalArgumentException("an old size, or too long a proof");
    }
    long old = Long.parseLong(lines.get(0).substring(4));
    var proof = new ArrayList<byte[]>();
    for (var line : lines.subList(1, lines.size())) {
      proof.add(WitnessState.hash(line));
    }
    var head = WitnessState.Head.parse(text.substring(split + 2));
    var log = logs.get(head.origin());
    if (log == null) {
      return Answer.refused(404, "this log is not known here");
    }
    if (!head.note().verifies(log)) {
      return Answer.refused(403, "not signed by the log's key that is known here");
    }
    if (old > head.size()) {
      return Answer.refused(400, "an old size beyond the checkpoint's");
    }
    return extend(text.substring(split + 2), head, old, proof);
  }

  /** Compares and remembers in one: two that come at once must not undo each other. */
  private synchronized Answer extend(
      String whole, WitnessState.Head head, long old, List<byte[]> proof) throws IOException {
    var newest = state.newest(head.origin());
    long size = newest == null ? 0 : newest.size();
    if (old != size) {
      return Answer.newest(size);
    }
    var root = newest == null ? new MerkleFrontier().root() : newest.root();
    boolean same = Arrays.equals(root, head.root());
    if (old == head.size() && !same && newest != null) {
      LOG.error("witness: a second history of {}: {}", head.origin(), head.note().text());
      return Answer.newest(size);
    }
    boolean empty = head.size() > 0 || same;
    if (!empty || !MerkleProof.consistent(old, root, head.size(), head.root(), proof)) {
      LOG.error("witness: not the old tree of {} and more: {}", head.origin(), head.note().text());
      return Answer.refused(422, "not the tree that was cosigned last, and more");
    }
    state.put(head.origin(), whole);
    var line = Cosignature.line(head.note().text(), clock.instant().getEpochSecond(), key);
    return new Answer(200, "text/plain; charset=utf-8", line);
  }

  @Override
  public void close() throws IOException {
    server.stop(1);
    threads.shutdown();
    lock.close();
  }
}
