package io.sallyport.proxy.journal;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * The chain of signing keys as a walk over all frames tells it. An epoch is one roll file of one
 * process start; sizes from its first record on, up to and with the next file's first record, are
 * signed by its key and no other (a later key never speaks for earlier sizes: CVE-2023-31439 of
 * journald). The identity certifies the first key of every run, each epoch's close statement its
 * successor, and what a run could not close, the next one's recovery record. One thread.
 */
final class Epochs {
  /** More than a journal ever has open at once; what is older is proven and forgotten. */
  private static final int KEPT = 64;

  /** What is before is not read here: its statements are passed over, once proven. */
  private final long begins;

  private static final class Epoch {
    private final int run;
    private final int number;
    private final long start;
    private final byte[] root;
    private final LogKey key;

    /** The record that certifies the key: no checkpoint before it can be the key's. */
    private long certified = Long.MAX_VALUE;

    Epoch(Frame.Header opening, byte[] root, LogKey key) {
      run = opening.run();
      number = opening.key();
      start = opening.seq();
      this.root = root;
      this.key = key;
    }
  }

  private record Proof(long seq, Note note, LogKey key, String what) {
    void check() throws Frame.Malformed {
      if (!note.verifies(key)) {
        throw new Frame.Malformed(what + " is not signed by " + key.line() + ", or was changed");
      }
    }
  }

  /** Records that are gone, as a recovery record admits: {@code [from, to)}. */
  record Lost(long from, long to, long admittedBy) {}

  private final LogKey identity;
  private final boolean all;
  private final NavigableMap<Long, Epoch> epochs = new TreeMap<>();
  private final Deque<Epoch> waiting = new ArrayDeque<>();
  private final List<Proof> unproven = new ArrayList<>();
  private final List<Lost> lost = new ArrayList<>();
  private Epoch signing;
  private boolean closed = true;
  private boolean recoveryDue;

  /**
   * @param all whether every statement is proven; else only those since the identity signed last,
   *     whose word on the root covers all before: {@link #proveLatest}
   */
  Epochs(LogKey identity, boolean all) {
    this.identity = identity;
    this.all = all;
    begins = 0;
  }

  /**
   * Begins at a file in the middle of a run, where the epoch before may not be closed yet.
   *
   * @param before header of the record that opened that epoch
   * @param opening its body
   * @param root of the tree over all records before it
   * @param begins the first record that is read here
   */
  Epochs(LogKey identity, Frame.Header before, byte[] opening, byte[] root, long begins)
      throws Frame.Malformed {
    this.identity = identity;
    this.begins = begins;
    all = false;
    signing = new Epoch(before, root, KeyOpening.parse(opening).epochKey(identity.name()));
    signing.certified = before.seq();
    epochs.put(signing.start, signing);
    closed = false;
  }

  /**
   * Takes the walk's current frame.
   *
   * @param before the tree over all frames before it
   * @throws Frame.Malformed when the frame breaks the chain
   */
  void frame(JournalWalk walk, MerkleFrontier before) throws Frame.Malformed {
    var header = walk.header();
    var type = header.type();
    if (type == FrameType.KEY_OPEN) {
      open(header, walk.body(), before.root());
      return;
    }
    if (closed) {
      throw new Frame.Malformed("a record behind the end of its run");
    }
    if (recoveryDue && type != FrameType.RECOVERY) {
      throw new Frame.Malformed("the run before was not closed, and no recovery record says so");
    }
    boolean uncertified = signing == null || signing.certified == Long.MAX_VALUE;
    if (uncertified && type != FrameType.RECOVERY && type != FrameType.EPOCH_OPEN) {
      throw new Frame.Malformed("a record of a run whose key the identity has not certified");
    }
    try {
      switch (type) {
        case RECOVERY -> recover(header, walk.body());
        case EPOCH_OPEN -> certify(header, note(walk));
        case EPOCH_CLOSE -> close(header, note(walk), before);
        case COSIGNED -> cosigned(header, new String(walk.body(), UTF_8));
        case DISPOSAL -> disposal(header, note(walk));
        case VAULT -> vault(header, note(walk));
        default -> {}
      }
    } catch (IllegalArgumentException e) {
      throw new Frame.Malformed(e.getMessage());
    }
  }

  private static Note note(JournalWalk walk) {
    return Note.parse(new String(walk.body(), UTF_8));
  }

  private void open(Frame.Header header, byte[] body, byte[] root) throws Frame.Malformed {
    var epoch = new Epoch(header, root, KeyOpening.parse(body).epochKey(identity.name()));
    epochs.put(epoch.start, epoch);
    if (epochs.size() > KEPT) {
      epochs.pollFirstEntry();
    }
    if (epoch.number > 0) {
      if (closed) {
        throw new Frame.Malformed("a record behind the end of its run");
      }
      waiting.add(epoch);
      return;
    }
    recoveryDue = !closed;
    closed = false;
    waiting.clear();
    signing = epoch;
  }

  private void recover(Frame.Header header, byte[] body) throws Frame.Malformed {
    var recovery = Recovery.parse(body);
    boolean here =
        recovery.found() == signing.start && Arrays.equals(recovery.root(), signing.root);
    if (!here || !recovery.origin().equals(identity.name())) {
      throw new Frame.Malformed("a recovery record of something else");
    }
    proveByIdentity(
        new Proof(
            header.seq(), Note.parse(new String(body, UTF_8)), identity, "the recovery record"));
    if (recovery.lost() > recovery.found()) {
      lost.add(new Lost(recovery.found(), recovery.lost(), header.seq()));
    }
    recoveryDue = false;
  }

  private void certify(Frame.Header header, Note note) throws Frame.Malformed {
    var open = EpochStatement.parse(identity.name(), note);
    if (open.size() < begins && !epochs.containsKey(open.size())) {
      prove(new Proof(header.seq(), note, identity, "the certificate of an epoch's key"));
      return;
    }
    var epoch = epochs.get(open.size());
    boolean known =
        epoch != null
            && !open.closes()
            && epoch.run == open.run()
            && epoch.number == open.number()
            && epoch.key.line().equals(open.key().line())
            && Arrays.equals(epoch.root, open.root());
    if (!known || epoch != signing && epoch.certified == Long.MAX_VALUE) {
      throw new Frame.Malformed("the identity certifies what is no epoch here");
    }
    proveByIdentity(new Proof(header.seq(), note, identity, "the certificate of an epoch's key"));
    epoch.certified = Math.min(epoch.certified, header.seq());
  }

  private void close(Frame.Header header, Note note, MerkleFrontier before) throws Frame.Malformed {
    var close = EpochStatement.parse(identity.name(), note);
    if (!close.closes() || close.run() != signing.run || close.number() != signing.number) {
      throw new Frame.Malformed("the close of another epoch than " + name(signing));
    }
    prove(new Proof(header.seq(), note, signing.key, "the close of epoch " + name(signing)));
    if (close.key() == null) {
      if (!waiting.isEmpty()
          || close.size() != header.seq()
          || !Arrays.equals(close.root(), before.root())) {
        throw new Frame.Malformed("the close of a run that does not end here, or was changed");
      }
      closed = true;
      return;
    }
    var next = waiting.poll();
    if (next == null
        || close.size() != next.start
        || !Arrays.equals(close.root(), next.root)
        || !close.key().line().equals(next.key.line())) {
      throw new Frame.Malformed(
          "the close of epoch " + name(signing) + " does not fit what follows it: changed");
    }
    next.certified = header.seq();
    signing = next;
  }

  // It went out under the identity's own signature. Its root covers less than where it lies.
  private void cosigned(Frame.Header header, String note) throws Frame.Malformed {
    var checkpoint = Checkpoint.parse(identity.name(), note);
    if (checkpoint.size() > header.seq()) {
      throw new Frame.Malformed("a cosigned checkpoint of records that come after it");
    }
    prove(new Proof(header.seq(), Note.parse(note), identity, "the cosigned checkpoint"));
  }

  private void disposal(Frame.Header header, Note note) throws Frame.Malformed {
    Disposal.parse(identity.name(), note);
    prove(new Proof(header.seq(), note, identity, "the certificate of a disposal"));
  }

  private void vault(Frame.Header header, Note note) throws Frame.Malformed {
    Vault.parse(identity.name(), note);
    prove(new Proof(header.seq(), note, identity, "what is said of a hold vault"));
  }

  private static String name(Epoch epoch) {
    return epoch.run + "." + epoch.number;
  }

  private void prove(Proof proof) throws Frame.Malformed {
    if (all) {
      proof.check();
    } else {
      unproven.add(proof);
    }
  }

  // It states the root of everything before, which is the tree's: its signature is enough for all.
  private void proveByIdentity(Proof proof) throws Frame.Malformed {
    unproven.clear();
    prove(proof);
  }

  /** Checks the signatures that are left to check. */
  void proveLatest() throws Frame.Malformed {
    for (var proof : unproven) {
      proof.check();
    }
    unproven.clear();
  }

  /** Whether all ends with the close of a run. */
  boolean closed() {
    return closed;
  }

  /** What is gone for good, by recovery records signed by the identity. */
  List<Lost> lost() {
    return lost;
  }

  /** For people: where the loss of a checkpoint's records is admitted; "" for nowhere. */
  String admitted(long size) {
    for (var gone : lost) {
      if (size > gone.from() && size <= gone.to()) {
        return "; record "
            + gone.admittedBy()
            + " admits the loss of "
            + gone.from()
            + ".."
            + (gone.to() - 1);
      }
    }
    return "";
  }

  /** The one key that may sign a checkpoint of this size; null when none is certified. */
  LogKey keyFor(long size) {
    var entry = epochs.lowerEntry(size);
    return entry == null || entry.getValue().certified >= size ? null : entry.getValue().key;
  }

  /** Whether this is a statement by any key known so far, whatever its size. */
  boolean isOurs(Checkpoint checkpoint) {
    return checkpoint.verifies(identity)
        || epochs.values().stream().anyMatch(epoch -> checkpoint.verifies(epoch.key));
  }
}
