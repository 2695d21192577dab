package io.sallyport.proxy.journal;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.Signature;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/**
 * A witness on loopback that is as strict as c2sp.org/tlog-witness lets it be: it knows one log by
 * its identity, checks every field on the wire, the signature and the consistency proof, and keeps
 * the newest checkpoint it cosigned.
 */
final class FakeWitness implements AutoCloseable {
  private static final String NAME = "witness.test/w1";

  private final HttpServer server;
  private final KeyPair pair;
  private final LogKey log;
  private final List<Integer> answers = new ArrayList<>();
  private final List<String> faults = new ArrayList<>();
  private long size;
  private byte[] root;
  private boolean lying;

  FakeWitness(LogKey log) throws Exception {
    this.log = log;
    pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::serve);
    server.start();
  }

  Outside.Witness witness() throws Exception {
    var prefix = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/log");
    return new Outside.Witness(
        prefix, NAME + "+" + java.util.HexFormat.of().formatHex(id()) + "+" + encoded(typed()));
  }

  private byte[] typed() {
    var info = pair.getPublic().getEncoded();
    var typed = Arrays.copyOfRange(info, info.length - 33, info.length);
    typed[0] = 4;
    return typed;
  }

  private byte[] id() throws Exception {
    var sha = MessageDigest.getInstance("SHA-256");
    sha.update((NAME + "\n").getBytes(UTF_8));
    return Arrays.copyOf(sha.digest(typed()), 4);
  }

  private static String encoded(byte[] bytes) {
    return Base64.getEncoder().encodeToString(bytes);
  }

  /** From here on it claims to have seen more than it has. */
  synchronized void claim(long more) {
    size = more;
  }

  /** From here on it signs what it was not asked. */
  synchronized void lie() {
    lying = true;
  }

  synchronized List<Integer> answers() {
    return List.copyOf(answers);
  }

  /** What a log must never send. */
  synchronized List<String> faults() {
    return List.copyOf(faults);
  }

  synchronized long size() {
    return size;
  }

  private synchronized void serve(HttpExchange exchange) throws IOException {
    try (exchange) {
      var body = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
      int status;
      var answer = "";
      try {
        if (!exchange.getRequestURI().toString().equals("/log/add-checkpoint")
            || !exchange.getRequestMethod().equals("POST")) {
          faults.add(exchange.getRequestMethod() + " " + exchange.getRequestURI());
        }
        int split = body.indexOf("\n\n");
        var lines = body.substring(0, split).split("\n", -1);
        var whole = body.substring(split + 2);
        if (!lines[0].matches("old (0|[1-9][0-9]*)") || lines.length > 64) {
          faults.add(lines[0]);
        }
        long old = Long.parseLong(lines[0].substring(4));
        var proof = new ArrayList<byte[]>();
        for (var line : Arrays.asList(lines).subList(1, lines.length)) {
          proof.add(Base64.getDecoder().decode(line));
        }
        var note = Note.parse(whole);
        var checkpoint = Checkpoint.parse(log.name(), whole);
        if (!whole.equals(checkpoint.note()) || note.linesOf(log.name()).size() != 2) {
          faults.add("not one signature of the epoch and one of the identity: " + whole);
        }
        status = judge(note, checkpoint, old, proof);
        if (status == 409) {
          answer = size + "\n";
          exchange.getResponseHeaders().set("Content-Type", "text/x.tlog.size");
        } else if (status == 200) {
          size = checkpoint.size();
          root = checkpoint.root();
          answer =
              "\u2014 unknown.test/w "
                  + encoded(new byte[76])
                  + "\n"
                  + cosignature(lying ? note.text().replace("auditlog", "other") : note.text());
        }
      } catch (Exception e) {
        faults.add(e + " for " + body);
        status = 400;
      }
      answers.add(status);
      var bytes = answer.getBytes(UTF_8);
      exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }

  private int judge(Note note, Checkpoint checkpoint, long old, List<byte[]> proof) {
    if (!note.verifies(log)) {
      return 403;
    }
    if (old > checkpoint.size()) {
      return 400;
    }
    if (old != size) {
      return 409;
    }
    return MerkleProof.consistent(old, root, checkpoint.size(), checkpoint.root(), proof)
        ? 200
        : 422;
  }

  private String cosignature(String text) throws Exception {
    long now = 1_764_201_600L;
    var signature = Signature.getInstance("Ed25519");
    signature.initSign(pair.getPrivate());
    signature.update(("cosignature/v1\ntime " + now + "\n" + text).getBytes(UTF_8));
    var signed = ByteBuffer.allocate(76).put(id()).putLong(now).put(signature.sign()).array();
    return "\u2014 " + NAME + " " + encoded(signed) + "\n";
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
