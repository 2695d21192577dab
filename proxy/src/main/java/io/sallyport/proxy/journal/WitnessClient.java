package io.sallyport.proxy.journal;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks one witness to cosign checkpoints: the client of c2sp.org/tlog-witness. It remembers the
 * size the witness saw last, learns it from a 409 after a start, and proves each new checkpoint to
 * be the old tree and more. One thread.
 */
final class WitnessClient {
  private static final Logger LOG = LoggerFactory.getLogger(WitnessClient.class);
  private static final Duration CONNECT = Duration.ofSeconds(5);
  private static final Duration TOTAL = Duration.ofSeconds(10);
  private static final int ANSWER_BYTES_MAX = 64 << 10;
  private static final int PROOF_LINES_MAX = 63;

  /** What a witness knows that the journal does not: it is shorter than it was, or another. */
  static final class Contradiction extends Exception {
    private static final long serialVersionUID = 1L;

    Contradiction(String message) {
      super(message);
    }
  }

  private final Path journal;
  private final Outside.Witness witness;
  private final LogKey key;
  private final HttpClient http =
      HttpClient.newBuilder()
          .connectTimeout(CONNECT)
          .followRedirects(HttpClient.Redirect.NEVER)
          .build();
  private long old;

  WitnessClient(Path journal, Outside.Witness witness) {
    this.journal = journal;
    this.witness = witness;
    key = LogKey.parseWitness(witness.key());
  }

  String name() {
    return key.name();
  }

  /**
   * One attempt, two when the witness says what it saw last.
   *
   * @param note a checkpoint, signed by a key that the witness knows
   * @return its signature line, or null when there is none this time: the log says why
   * @throws Contradiction when the witness has seen another history than ours
   */
  String cosign(Checkpoint checkpoint, String note) throws Contradiction {
    try {
      var answer = submit(checkpoint, note);
      if (answer.statusCode() == 409) {
        old = size(answer, checkpoint);
        answer = submit(checkpoint, note);
        if (answer.statusCode() == 409 && size(answer, checkpoint) == checkpoint.size()) {
          throw new Contradiction(name() + " knows other records 0.." + (checkpoint.size() - 1));
        }
      }
      switch (answer.statusCode()) {
        case 200:
          var line = verified(note, text(answer));
          if (line != null) {
            old = checkpoint.size();
          }
          return line;
        case 422:
          throw new Contradiction(
              name() + " finds size " + checkpoint.size() + " at odds with size " + old);
        case 404:
          LOG.error("journal: the witness {} does not know this log: give it journal.pub", name());
          return null;
        case 403:
          LOG.error("journal: the witness {} knows this log by another key", name());
          return null;
        default:
          LOG.warn("journal: the witness {} answers {}", name(), answer.statusCode());
          return null;
      }
    } catch (IOException e) {
      LOG.warn("journal: the witness {} cannot be reached: {}", name(), e.toString());
      return null;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return null;
    }
  }

  private HttpResponse<java.io.InputStream> submit(Checkpoint checkpoint, String note)
      throws IOException, InterruptedException {
    var proof =
        new MerkleProof(TileFile.subtrees(journal, checkpoint.size()))
            .consistency(old, checkpoint.size());
    if (proof.size() > PROOF_LINES_MAX) {
      throw new IllegalStateException("a proof longer than any tree is high");
    }
    var body = new StringBuilder("old ").append(old).append('\n');
    for (var hash : proof) {
      body.append(Base64.getEncoder().encodeToString(hash)).append('\n');
    }
    body.append('\n').append(note);
    var prefix = witness.prefix().toString();
    var uri = URI.create(prefix + (prefix.endsWith("/") ? "" : "/") + "add-checkpoint");
    return http.send(
        HttpRequest.newBuilder(uri)
            .timeout(TOTAL)
            .header("Content-Type", "text/plain; charset=utf-8")
            .POST(HttpRequest.BodyPublishers.ofString(body.toString(), UTF_8))
            .build(),
        HttpResponse.BodyHandlers.ofInputStream());
  }

  private static String text(HttpResponse<java.io.InputStream> answer) throws IOException {
    try (var in = answer.body()) {
      return new String(in.readNBytes(ANSWER_BYTES_MAX), UTF_8);
    }
  }

  private long size(HttpResponse<java.io.InputStream> answer, Checkpoint checkpoint)
      throws IOException, Contradiction {
    var text = text(answer);
    if (!text.matches("(0|[1-9][0-9]{0,17})\n")) {
      throw new IOException("a 409 without a size");
    }
    long seen = Long.parseLong(text.strip());
    if (seen > checkpoint.size()) {
      throw new Contradiction(
          name() + " has seen " + seen + " records, the journal has " + checkpoint.size());
    }
    return seen;
  }

  // Lines of keys we do not know are to be ignored.
  private String verified(String note, String lines) throws IOException {
    Note cosigned;
    try {
      cosigned = Note.parse(note + lines);
    } catch (IllegalArgumentException e) {
      throw new IOException("no signature lines in a 200", e);
    }
    var line = Cosignature.of(cosigned, key);
    if (line != null) {
      return line + "\n";
    }
    throw new IOException("a 200 without a cosignature by " + key.line());
  }
}
