package io.sallyport.proxy.journal;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.sallyport.proxy.kms.Kms;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;

/**
 * Proves a journal from its files, offline, with the public key only: form and sequence of every
 * frame, the Merkle tree over all of them, the chain of epochs, every checkpoint. Takes no lock and
 * writes nothing, so that it works on a live directory, a dead one and a copy.
 *
 * <p>What it can prove: no record up to the newest checkpoint was changed, removed or reordered;
 * with checkpoints kept elsewhere, none of theirs was cut off. What it cannot without the key
 * service: a change of a ciphertext in the unsealed tail (at most the last second of a live
 * journal); given a {@link Kms} it checks the tag of every frame, too. It proves with signatures
 * every statement that changes keys, and every checkpoint that no sealed frame repeats; the others
 * are proven by the tree, whose root at the end of their epoch their own key has signed.
 */
public final class JournalVerifier {
  private static final int TORN_RETRIES = 10;
  private static final long TORN_WAIT_MILLIS = 20;

  private final Path journal;
  private final LogKey identity;
  private final List<String> keptNotes;
  private final Kms kms;

  // The state of one run of verify().
  private final MerkleFrontier frontier = new MerkleFrontier();
  private final ByteArrayOutputStream leavesSinceSealed = new ByteArrayOutputStream();
  private final TreeSet<Long> unfinished = new TreeSet<>();
  private final NavigableMap<Long, List<Checkpoint>> kept = new TreeMap<>();
  private final Epochs epochs;
  private final TileCheck tiles;
  private MerkleFrontier sealed;
  private Checkpoint newest;
  private Checkpoint due;
  private boolean newestRepeated;
  private Decryption decryption;

  /** The journal in a directory, by its public key alone. */
  public JournalVerifier(Path journal, String publicKeyLine) {
    this(journal, publicKeyLine, List.of(), null);
  }

  /**
   * @param publicKeyLine the content of {@code journal.pub}, best from elsewhere
   * @param kept texts of checkpoints kept elsewhere; one text may hold several
   * @param kms checks the tags of encrypted frames, too; null for the public key alone
   * @throws IllegalArgumentException when the public key is none
   */
  public JournalVerifier(Path journal, String publicKeyLine, Collection<String> kept, Kms kms) {
    this.journal = journal;
    identity = LogKey.parse(publicKeyLine);
    epochs = new Epochs(identity, true);
    tiles = new TileCheck(journal);
    sealed = new MerkleFrontier(tiles);
    keptNotes = List.copyOf(kept);
    this.kms = kms;
  }

  /**
   * What was found.
   *
   * @param records well-formed records from the first on
   * @param sealed how many of them the newest valid checkpoint covers
   * @param unfinished intents without outcome, close, refusal or abort
   * @param firstBad the first bad or missing record, -1 when nothing is wrong
   * @param problem what is wrong and where, "" when nothing is
   */
  public record Result(
      long records, long sealed, List<Long> unfinished, long firstBad, String problem) {
    /** Nothing is wrong. The tail may be unsealed. */
    public boolean ok() {
      return problem.isEmpty();
    }

    /** Nothing is wrong, and no tail is unsealed. */
    public boolean okSealed() {
      return ok() && sealed == records;
    }

    /** {@code sealed 0..N, unsealed tail N+1..M}. */
    public String summary() {
      var head = sealed == 0 ? "sealed none" : "sealed 0.." + (sealed - 1);
      var tail = records == sealed ? "none" : sealed + ".." + (records - 1);
      return head + ", unsealed tail " + tail;
    }
  }

  private static final class Bad extends Exception {
    private static final long serialVersionUID = 1L;
    private final long seq;

    Bad(long seq, String message) {
      super(message);
      this.seq = seq;
    }
  }

  /**
   * Verifies; once for each object.
   *
   * @throws JournalUnavailable when the files cannot be read at all
   */
  public Result verify() {
    try (var walk = new JournalWalk(journal);
        var notes = new CheckpointLog.Reader(CheckpointLog.file(journal))) {
      try {
        readKept();
        decryption = kms == null ? null : new Decryption(journal, Origin.name(journal), kms);
        all(walk, notes);
      } catch (Bad e) {
        return firstOf(e);
      } catch (JournalWalk.Broken e) {
        return firstOf(
            new Bad(e.seq, "record " + e.seq + " at " + e.place + ": " + e.getMessage()));
      } catch (Frame.Malformed e) {
        long seq = walk.count() - 1;
        return firstOf(
            new Bad(seq, "record " + seq + " at " + walk.place() + ": " + e.getMessage()));
      }
      return result(-1, "");
    } catch (IOException | UncheckedIOException e) {
      throw new JournalUnavailable("cannot read the journal in " + journal, e);
    }
  }

  private Result result(long firstBad, String problem) {
    return new Result(frontier.size(), sealed.size(), List.copyOf(unfinished), firstBad, problem);
  }

  // A change may break the form of what follows; the hashes then tell where it was.
  private Result firstOf(Bad found) throws IOException {
    long changed = due == null ? -1 : firstChanged();
    return changed >= 0 && changed < found.seq
        ? result(changed, "record " + changed + " was changed since it was sealed")
        : result(found.seq, found.getMessage());
  }

  private void readKept() throws Bad {
    for (var text : keptNotes) {
      for (var note : text.split("(?m)^(?=" + Pattern.quote(identity.name()) + "\n)")) {
        if (!note.isEmpty()) {
          keep(note);
        }
      }
    }
  }

  private void keep(String note) throws Bad {
    try {
      var checkpoint = Checkpoint.parse(identity.name(), note);
      kept.computeIfAbsent(checkpoint.size(), size -> new ArrayList<>()).add(checkpoint);
    } catch (IllegalArgumentException e) {
      throw new Bad(-1, "the checkpoint kept elsewhere: " + e.getMessage());
    }
  }

  // The records it covers were read, so that the key of its epoch is known.
  private void compareKept() throws Bad {
    var here = kept.remove(frontier.size());
    for (var checkpoint : here == null ? List.<Checkpoint>of() : here) {
      if (!Arrays.equals(checkpoint.root(), frontier.root())) {
        throw new Bad(
            -1,
            "records 0.."
                + (frontier.size() - 1)
                + " are not those of the checkpoint kept elsewhere"
                + admitted(checkpoint.size()));
      }
      boolean same = newest != null && newest.note().equals(checkpoint.note());
      if (!same && !checkpoint.verifies(identity)) {
        proveSignature(checkpoint, "the checkpoint kept elsewhere");
      }
    }
  }

  private String admitted(long size) {
    for (var lost : epochs.lost()) {
      if (size > lost.from() && size <= lost.to()) {
        return "; record "
            + lost.admittedBy()
            + " admits the loss of "
            + lost.from()
            + ".."
            + (lost.to() - 1);
      }
    }
    return "";
  }

  private void all(JournalWalk walk, CheckpointLog.Reader notes)
      throws IOException, Bad, JournalWalk.Broken, Frame.Malformed {
    due = nextCheckpoint(notes);
    while (true) {
      sealReached(notes);
      compareKept();
      if (walk.next()) {
        frame(walk, notes);
      } else if (due == null) {
        // Beside a live journal there may be a new one by now; look at frames again then.
        due = nextCheckpoint(notes);
        if (due == null) {
          break;
        }
      } else if (walk.next()) {
        frame(walk, notes); // written since: what a checkpoint states was on disk before it
      } else {
        throw missing(due, "the last checkpoint");
      }
    }
    if (newest != null) {
      proveSignature(newest, "the newest checkpoint");
    }
    tiles.end();
    tilesHold();
    if (!kept.isEmpty()) {
      var beyond = kept.lastEntry().getValue().get(0);
      throw missing(
          beyond,
          epochs.isOurs(beyond)
              ? "a checkpoint kept elsewhere"
              : "a checkpoint kept elsewhere, by a key that is not in this journal,");
    }
  }

  /**
   * Seals by every checkpoint whose records were read. Beside a live journal it may come late: its
   * records were read when it was not there yet, and more behind them.
   */
  private void sealReached(CheckpointLog.Reader notes) throws IOException, Bad {
    while (due != null && due.size() <= frontier.size()) {
      seal();
      due = nextCheckpoint(notes);
    }
  }

  private Bad missing(Checkpoint checkpoint, String name) {
    return new Bad(
        frontier.size(),
        "record "
            + frontier.size()
            + " is missing: "
            + name
            + " covers 0.."
            + (checkpoint.size() - 1));
  }

  private void frame(JournalWalk walk, CheckpointLog.Reader notes)
      throws IOException, Bad, Frame.Malformed {
    var header = walk.header();
    epochs.frame(walk, frontier);
    frontier.append(walk.bytes(), walk.from(), walk.to() - walk.from());
    leavesSinceSealed.write(frontier.leaf());
    header.follow(unfinished);
    if (header.type() == FrameType.CHECKPOINT) {
      // It was in the log before it was in a frame: beside a live journal it may be read only now.
      while (!repeatsNewest(walk)) {
        due = due == null ? nextCheckpoint(notes) : due;
        if (due == null || due.size() >= frontier.size()) {
          break;
        }
        seal();
        due = null;
      }
      if (!repeatsNewest(walk)) {
        throw new Bad(
            header.seq(),
            "record " + header.seq() + " repeats a checkpoint that checkpoints.log does not hold");
      }
      newestRepeated = true;
    }
    if (decryption != null) {
      decryption.open(walk);
    }
  }

  private boolean repeatsNewest(JournalWalk walk) {
    return newest != null && Arrays.equals(walk.body(), newest.note().getBytes(UTF_8));
  }

  private void seal() throws IOException, Bad {
    if (newest != null && !newestRepeated) {
      proveSignature(newest, "the checkpoint of size " + newest.size());
    }
    var key = epochs.keyFor(due.size());
    if (key == null || !due.names(key)) {
      throw changedOr("the checkpoint of size " + due.size() + " is not by the key of its epoch");
    }
    int leaves = Math.toIntExact(due.size() - sealed.size()) * MerkleFrontier.HASH;
    byte[] since = leavesSinceSealed.toByteArray();
    var tree = sealed.copy(tiles);
    append(tree, since, leaves);
    if (!Arrays.equals(due.root(), tree.root())) {
      proveSignature(due, "the checkpoint of size " + due.size());
      throw changedOr(
          "one of records "
              + sealed.size()
              + ".."
              + (due.size() - 1)
              + " was changed since it was sealed");
    }
    newest = due;
    newestRepeated = false;
    sealed = tree;
    tilesHold();
    leavesSinceSealed.reset();
    leavesSinceSealed.write(since, leaves, since.length - leaves);
  }

  private Bad changedOr(String problem) throws IOException {
    long seq = firstChanged();
    return seq >= 0
        ? new Bad(seq, "record " + seq + " was changed since it was sealed")
        : new Bad(sealed.size(), problem);
  }

  private void tilesHold() throws Bad {
    if (tiles.firstBad() >= 0) {
      throw new Bad(tiles.firstBad(), tiles.problem());
    }
  }

  private static void append(MerkleFrontier tree, byte[] leaves, int length) {
    for (int at = 0; at < length; at += MerkleFrontier.HASH) {
      tree.append(Arrays.copyOfRange(leaves, at, at + MerkleFrontier.HASH));
    }
  }

  // Roots say that something since the last good checkpoint was changed. Stored leaf hashes say
  // what, if they give the signed root of the checkpoint due: only then are they themselves good.
  private long firstChanged() throws IOException {
    long from = sealed.size();
    var stored = TileFile.leaves(journal, from, due.size());
    var key = epochs.keyFor(due.size());
    // Where the change is in what certifies the key, the root stands unsigned: good enough to name.
    if (stored == null || key != null && !due.verifies(key)) {
      return -1;
    }
    var tree = sealed.copy((level, hash) -> {});
    append(tree, stored, stored.length);
    var all = leavesSinceSealed.toByteArray();
    var now = Arrays.copyOf(all, Math.min(all.length, stored.length));
    int differs = Arrays.mismatch(stored, now);
    boolean onlyShorter = differs == now.length;
    return differs < 0 || onlyShorter || !Arrays.equals(tree.root(), due.root())
        ? -1
        : from + differs / MerkleFrontier.HASH;
  }

  private Checkpoint nextCheckpoint(CheckpointLog.Reader notes) throws IOException, Bad {
    var note = notes.next();
    for (int i = 0; note == null && notes.torn() && i < TORN_RETRIES; i++) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(TORN_WAIT_MILLIS)); // being written
      note = notes.next();
    }
    if (note == null) {
      if (notes.torn()) {
        throw new Bad(frontier.size(), "checkpoints.log ends inside a checkpoint");
      }
      return null;
    }
    var name = "the checkpoint after size " + (newest == null ? 0 : newest.size());
    try {
      var checkpoint = Checkpoint.parse(identity.name(), note);
      if (checkpoint.note().equals(note) && checkpoint.size() >= sealed.size()) {
        return checkpoint;
      }
    } catch (IllegalArgumentException e) {
      throw new Bad(frontier.size(), name + " is damaged: " + e.getMessage());
    }
    throw new Bad(frontier.size(), name + " is damaged: out of order or with lines added");
  }

  private void proveSignature(Checkpoint checkpoint, String name) throws Bad {
    var key = epochs.keyFor(checkpoint.size());
    if (key == null || !checkpoint.verifies(key)) {
      throw new Bad(sealed.size(), name + " is not signed by the key of its epoch, or was changed");
    }
  }
}
