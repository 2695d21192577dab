package io.sallyport.proxy.journal;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.sallyport.proxy.kms.Kms;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

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
  private final WitnessPolicy policy;

  // The state of one run of verify().
  private final TreeSet<Long> unfinished = new TreeSet<>();
  private final KeptCheckpoints kept = new KeptCheckpoints();
  private final Epochs epochs;
  private final SealedTree tree;
  private Checkpoint newest;
  private Checkpoint due;
  private boolean newestRepeated;
  private long witnessed;
  private Decryption decryption;

  /** The journal in a directory, by its public key alone. */
  public JournalVerifier(Path journal, String publicKeyLine) {
    this(journal, publicKeyLine, List.of(), null);
  }

  /** The same, and by checkpoints kept elsewhere and tags of frames; no witness is asked. */
  public JournalVerifier(Path journal, String publicKeyLine, Collection<String> kept, Kms kms) {
    this(journal, publicKeyLine, kept, kms, WitnessPolicy.NONE);
  }

  /**
   * @param publicKeyLine the content of {@code journal.pub}, best from elsewhere
   * @param kept texts of checkpoints kept elsewhere; one text may hold several
   * @param kms checks the tags of encrypted frames, too; null for the public key alone
   * @param policy whose cosignatures are looked for
   * @throws IllegalArgumentException when the public key is none
   */
  public JournalVerifier(
      Path journal, String publicKeyLine, Collection<String> kept, Kms kms, WitnessPolicy policy) {
    this.journal = journal;
    identity = LogKey.parse(publicKeyLine);
    epochs = new Epochs(identity, true);
    tree = new SealedTree(journal);
    keptNotes = List.copyOf(kept);
    this.kms = kms;
    this.policy = policy;
  }

  /**
   * What was found.
   *
   * @param records well-formed records from the first on
   * @param sealed how many of them the newest valid checkpoint covers
   * @param witnessed how many of them the newest checkpoint covers that the policy calls witnessed
   * @param unfinished intents without outcome, close, refusal or abort
   * @param firstBad the first bad or missing record, -1 when nothing is wrong
   * @param problem what is wrong and where, "" when nothing is
   */
  public record Result(
      long records,
      long sealed,
      long witnessed,
      List<Long> unfinished,
      long firstBad,
      String problem) {
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
    } catch (IOException e) {
      throw new JournalUnavailable("cannot read the journal in " + journal, e);
    }
  }

  private Result result(long firstBad, String problem) {
    return new Result(
        tree.size(), tree.sealed(), witnessed, List.copyOf(unfinished), firstBad, problem);
  }

  // A change may break the form of what follows; the hashes then tell where it was.
  private Result firstOf(Bad found) throws IOException {
    long changed = due == null ? -1 : firstChanged();
    return changed >= 0 && changed < found.seq
        ? result(changed, "record " + changed + " was changed since it was sealed")
        : result(found.seq, found.getMessage());
  }

  private void readKept() throws Bad {
    try {
      kept.read(identity.name(), keptNotes);
    } catch (IllegalArgumentException e) {
      throw new Bad(-1, "the checkpoint kept elsewhere: " + e.getMessage());
    }
  }

  // The records it covers were read, so that the key of its epoch is known.
  private void compareKept() throws Bad {
    for (var checkpoint : kept.take(tree.size())) {
      if (!Arrays.equals(checkpoint.root(), tree.all().root())) {
        throw new Bad(
            -1,
            "records 0.."
                + (tree.size() - 1)
                + " are not those of the checkpoint kept elsewhere"
                + epochs.admitted(checkpoint.size()));
      }
      boolean same = newest != null && newest.note().equals(checkpoint.note());
      if (!same && !checkpoint.verifies(identity)) {
        proveSignature(checkpoint, "the checkpoint kept elsewhere");
      }
    }
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
    tilesHold(tree.end());
    var beyond = kept.beyond();
    if (beyond != null) {
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
    while (due != null && due.size() <= tree.size()) {
      seal();
      due = nextCheckpoint(notes);
    }
  }

  private Bad missing(Checkpoint checkpoint, String name) {
    return new Bad(
        tree.size(),
        "record " + tree.size() + " is missing: " + name + " covers 0.." + (checkpoint.size() - 1));
  }

  private void frame(JournalWalk walk, CheckpointLog.Reader notes)
      throws IOException, Bad, Frame.Malformed {
    var header = walk.header();
    epochs.frame(walk, tree.all());
    tree.append(walk.bytes(), walk.from(), walk.to() - walk.from());
    header.follow(unfinished);
    if (header.type() == FrameType.CHECKPOINT) {
      sealUntil(notes, () -> repeatsNewest(walk));
      if (!repeatsNewest(walk)) {
        throw new Bad(
            header.seq(),
            "record " + header.seq() + " repeats a checkpoint that checkpoints.log does not hold");
      }
      newestRepeated = true;
    } else if (header.type() == FrameType.COSIGNED) {
      cosigned(header.seq(), new String(walk.body(), UTF_8), notes);
    }
    if (decryption != null) {
      decryption.open(walk);
    }
  }

  // It was in the log before it was in a frame: beside a live journal it may be read only now.
  private void sealUntil(CheckpointLog.Reader notes, BooleanSupplier there)
      throws IOException, Bad {
    while (!there.getAsBoolean()) {
      due = due == null ? nextCheckpoint(notes) : due;
      if (due == null || due.size() >= tree.size()) {
        break;
      }
      seal();
      due = null;
    }
  }

  private boolean repeatsNewest(JournalWalk walk) {
    return newest != null && Arrays.equals(walk.body(), newest.note().getBytes(UTF_8));
  }

  // Epochs has proven the identity's signature under it.
  private void cosigned(long seq, String whole, CheckpointLog.Reader notes)
      throws IOException, Bad {
    var checkpoint = Checkpoint.parse(identity.name(), whole);
    sealUntil(notes, () -> tree.sealedRoot(checkpoint.size()) != null);
    if (!Arrays.equals(checkpoint.root(), tree.sealedRoot(checkpoint.size()))) {
      throw new Bad(
          seq, "record " + seq + " is a cosigned checkpoint that checkpoints.log does not hold");
    }
    if (policy.met(Note.parse(whole))) {
      witnessed = checkpoint.size();
    }
  }

  private void seal() throws IOException, Bad {
    if (newest != null && !newestRepeated) {
      proveSignature(newest, "the checkpoint of size " + newest.size());
    }
    var key = epochs.keyFor(due.size());
    if (key == null || !due.names(key)) {
      throw changedOr("the checkpoint of size " + due.size() + " is not by the key of its epoch");
    }
    if (!Arrays.equals(due.root(), tree.root(due.size()))) {
      proveSignature(due, "the checkpoint of size " + due.size());
      throw changedOr(
          "one of records "
              + tree.sealed()
              + ".."
              + (due.size() - 1)
              + " was changed since it was sealed");
    }
    newest = due;
    newestRepeated = false;
    tree.seal(due.size());
    tilesHold(tree.tiles());
  }

  private Bad changedOr(String problem) throws IOException {
    long seq = firstChanged();
    return seq >= 0
        ? new Bad(seq, "record " + seq + " was changed since it was sealed")
        : new Bad(tree.sealed(), problem);
  }

  private static void tilesHold(TileCheck tiles) throws Bad {
    if (tiles.firstBad() >= 0) {
      throw new Bad(tiles.firstBad(), tiles.problem());
    }
  }

  private long firstChanged() throws IOException {
    var key = epochs.keyFor(due.size());
    // Where the change is in what certifies the key, the root stands unsigned: good enough to name.
    return key != null && !due.verifies(key) ? -1 : tree.firstChanged(due);
  }

  private Checkpoint nextCheckpoint(CheckpointLog.Reader notes) throws IOException, Bad {
    var note = notes.next();
    for (int i = 0; note == null && notes.torn() && i < TORN_RETRIES; i++) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(TORN_WAIT_MILLIS)); // being written
      note = notes.next();
    }
    if (note == null) {
      if (notes.torn()) {
        throw new Bad(tree.size(), "checkpoints.log ends inside a checkpoint");
      }
      return null;
    }
    var name = "the checkpoint after size " + (newest == null ? 0 : newest.size());
    try {
      var checkpoint = Checkpoint.parse(identity.name(), note);
      if (checkpoint.note().equals(note) && checkpoint.size() >= tree.sealed()) {
        return checkpoint;
      }
    } catch (IllegalArgumentException e) {
      throw new Bad(tree.size(), name + " is damaged: " + e.getMessage());
    }
    throw new Bad(tree.size(), name + " is damaged: out of order or with lines added");
  }

  private void proveSignature(Checkpoint checkpoint, String name) throws Bad {
    var key = epochs.keyFor(checkpoint.size());
    if (key == null || !checkpoint.verifies(key)) {
      throw new Bad(tree.sealed(), name + " is not signed by the key of its epoch, or was changed");
    }
  }
}
