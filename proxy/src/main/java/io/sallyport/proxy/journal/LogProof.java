package io.sallyport.proxy.journal;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/**
 * That one record is in the log: c2sp.org/tlog-proof@v1. The extra line holds what a reader needs
 * beside the public key: the record as stored, and the notes that lead from the identity to the key
 * under the checkpoint.
 *
 * <pre>
 * sallyport proof 1
 * record base64(frame)
 * the identity's epoch-open note, then an epoch-close note for each key after it
 * </pre>
 *
 * @param seq the record
 * @param frame the record as stored: encrypted
 * @param checkpoint what it was proven against
 * @param key the epoch's key under the checkpoint, which other C2SP tools take as the log's
 */
public record LogProof(long seq, byte[] frame, String checkpoint, String key) {
  private static final String TITLE = "c2sp.org/tlog-proof@v1";
  private static final String EXTRA = "sallyport proof 1";
  private static final String STATEMENTS = "(?m)^(?=sallyport epoch )";
  private static final int LINES_MAX = 64;

  /**
   * Proves a record by the first checkpoint that covers it. Needs no key.
   *
   * @return the proof's text
   * @throws JournalUnavailable when the record is not there, or not sealed, or the journal is
   *     damaged
   */
  public static String make(Path journal, long seq) {
    try (var walk = new JournalWalk(journal)) {
      var origin = Origin.name(journal);
      var checkpoint = covering(journal, origin, seq);
      var chain = new ArrayList<String>();
      byte[] frame = null;
      while (walk.count() < checkpoint.size() && walk.next()) {
        var header = walk.header();
        if (header.seq() == seq) {
          frame = Arrays.copyOfRange(walk.bytes(), walk.from(), walk.to());
        }
        if (header.type() == FrameType.EPOCH_OPEN || header.type() == FrameType.EPOCH_CLOSE) {
          follow(chain, origin, new String(walk.body(), UTF_8));
        }
      }
      if (frame == null || walk.count() < checkpoint.size()) {
        throw new JournalUnavailable("record " + seq + " is not in the journal", null);
      }
      var extra = EXTRA + "\nrecord " + encoded(frame) + "\n" + String.join("", chain);
      var text = new StringBuilder(TITLE + "\nextra " + encoded(extra.getBytes(UTF_8)) + "\n");
      text.append("index ").append(seq).append("\n");
      var tree = new MerkleProof(TileFile.subtrees(journal, checkpoint.size()));
      for (var hash : tree.inclusion(seq, checkpoint.size())) {
        text.append(encoded(hash)).append("\n");
      }
      return text.append("\n").append(checkpoint.note()).toString();
    } catch (IOException e) {
      throw new JournalUnavailable("cannot read the journal in " + journal, e);
    } catch (JournalWalk.Broken e) {
      throw new JournalUnavailable("record " + e.seq + " is damaged: " + e.getMessage(), e);
    }
  }

  private static Checkpoint covering(Path journal, String origin, long seq) throws IOException {
    try (var notes = new CheckpointLog.Reader(CheckpointLog.file(journal))) {
      for (var note = notes.next(); note != null; note = notes.next()) {
        var checkpoint = Checkpoint.parse(origin, note);
        if (seq >= 0 && checkpoint.size() > seq) {
          return checkpoint;
        }
      }
    }
    throw new JournalUnavailable("record " + seq + " is not sealed, or not there", null);
  }

  // The identity's word on the key in use begins the chain anew; its word on an older one is late.
  private static void follow(List<String> chain, String origin, String note) {
    var statement = EpochStatement.parse(origin, Note.parse(note));
    boolean present =
        chain.isEmpty() || statement.number() == chain.size() - 1 + first(chain, origin);
    if (statement.closes() && statement.key() == null) {
      return; // the end of a run is sealed by the key that says it ends
    }
    if (statement.closes()) {
      chain.add(note);
    } else if (statement.number() == 0 || present) {
      chain.clear();
      chain.add(note);
    }
  }

  private static int first(List<String> chain, String origin) {
    return EpochStatement.parse(origin, Note.parse(chain.get(0))).number();
  }

  /**
   * Checks a proof with the identity's public key and nothing else. What it says has one spelling;
   * only under the checkpoint may signatures of others stand, which are not looked at.
   *
   * @param publicKeyLine the content of {@code journal.pub}
   * @throws IllegalArgumentException when it proves nothing; the message says why
   */
  public static LogProof check(String publicKeyLine, String proof) {
    var identity = LogKey.parse(publicKeyLine);
    int split = proof.indexOf("\n\n");
    var lines = split < 0 ? new String[0] : proof.substring(0, split).split("\n", -1);
    if (lines.length < 3 || lines.length > LINES_MAX + 3 || !lines[0].equals(TITLE)) {
      throw new IllegalArgumentException("not a " + TITLE + " with its record");
    }
    var extra = new String(decoded(EpochStatement.value(lines[1], "extra ")), UTF_8);
    long seq = Long.parseLong(EpochStatement.value(lines[2], "index "));
    if (!lines[2].equals("index " + seq)) {
      throw new IllegalArgumentException("a number that is spelled otherwise");
    }
    var path = new ArrayList<byte[]>();
    for (var line : Arrays.asList(lines).subList(3, lines.length)) {
      path.add(decoded(line));
    }
    var head = extra.split("\n", 3);
    if (head.length != 3 || !head[0].equals(EXTRA)) {
      throw new IllegalArgumentException("a proof without the record it is of");
    }
    var frame = decoded(EpochStatement.value(head[1], "record "));
    var checkpoint = Checkpoint.parse(identity.name(), proof.substring(split + 2));
    var key = key(identity, head[2], checkpoint);
    var root = MerkleProof.rootOf(MerkleProof.leaf(frame), seq, checkpoint.size(), path);
    if (root == null || !Arrays.equals(root, checkpoint.root())) {
      throw new IllegalArgumentException(
          "the record is not in the log of the checkpoint, or was changed");
    }
    try {
      if (Frame.header(frame, 0, frame.length).seq() != seq) {
        throw new IllegalArgumentException("the record has another number than the proof");
      }
    } catch (Frame.Malformed e) {
      throw new IllegalArgumentException("the record is none: " + e.getMessage());
    }
    return new LogProof(seq, frame, checkpoint.note(), key.line());
  }

  private static LogKey key(LogKey identity, String chain, Checkpoint checkpoint) {
    EpochStatement last = null;
    int epoch = 0;
    for (var text : chain.split(STATEMENTS)) {
      var note = Note.parse(text);
      var statement = EpochStatement.parse(identity.name(), note);
      boolean first = last == null;
      boolean fits =
          first
              ? !statement.closes()
              : statement.closes()
                  && statement.run() == last.run()
                  && statement.number() == epoch
                  && statement.size() > last.size();
      if (!fits || statement.key() == null || !note.verifiesAlone(first ? identity : last.key())) {
        throw new IllegalArgumentException("the chain of keys to the checkpoint is broken");
      }
      epoch = first ? statement.number() : epoch + 1;
      last = statement;
    }
    boolean signed = checkpoint.names(last.key()) && checkpoint.verifies(last.key());
    if (checkpoint.size() <= last.size() || !signed) {
      throw new IllegalArgumentException("the checkpoint is not signed by the key of its epoch");
    }
    return last.key();
  }

  /** What the record's clear header says: {@code INTENT of 2026-03-01T10:00:00Z, 312 bytes}. */
  public String described() {
    try {
      var header = Frame.header(frame, 0, frame.length);
      var time = Instant.EPOCH.plus(header.micros(), ChronoUnit.MICROS);
      return header.type() + " of " + time + ", " + frame.length + " bytes";
    } catch (Frame.Malformed e) {
      throw new IllegalStateException("it was well formed when it was checked", e);
    }
  }

  private static String encoded(byte[] bytes) {
    return Base64.getEncoder().encodeToString(bytes);
  }

  private static byte[] decoded(String line) {
    var bytes = Base64.getDecoder().decode(line);
    if (!encoded(bytes).equals(line)) {
      throw new IllegalArgumentException("Base64 that is spelled otherwise");
    }
    return bytes;
  }
}
