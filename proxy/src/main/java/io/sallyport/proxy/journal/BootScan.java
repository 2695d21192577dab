package io.sallyport.proxy.journal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a start finds: every frame is walked and hashed, the chain of epochs followed, and both held
 * against the last checkpoint.
 *
 * @param run the newest run there is, 0 for none
 * @param frontier the tree over all records found
 * @param tiles of that tree, which go on with it
 * @param mended full tiles that were missing or changed, made anew from the frames
 * @param last the last checkpoint, null for none
 * @param checkpointBytes bytes of whole notes in the checkpoint log
 * @param anchors compared already
 * @param recovery what the first frames of the new run must say, or null after a clean stop
 */
record BootScan(
    int run,
    MerkleFrontier frontier,
    Tiles tiles,
    List<Path> mended,
    Checkpoint last,
    long checkpointBytes,
    Anchors anchors,
    Recovery recovery) {

  private static final Logger LOG = LoggerFactory.getLogger(BootScan.class);

  /** What the identity certifies first in the new run. */
  EpochStatement opening(String origin, int run, LogKey key) {
    return new EpochStatement(false, origin, run, 0, frontier.size(), frontier.root(), key);
  }

  /**
   * Hands out what somebody should look at.
   *
   * @param volume what was said of the disk, "" for nothing
   */
  void alerts(String volume, BiConsumer<String, String> alert) {
    if (!volume.isEmpty()) {
      alert.accept("journal-volume", volume);
    }
    if (!mended.isEmpty()) {
      alert.accept("tiles-mended", mended.size() + ", from " + mended.get(0) + " on");
    }
  }

  private static final String KEEP = ". Keep the directory as evidence";

  /**
   * @throws JournalUnavailable when a sealed record is missing or changed, or when records after a
   *     damage show that no crash made it
   */
  static BootScan of(Path journal, Identity signer, Settings settings) throws IOException {
    var identity = signer.key();
    Checkpoint last;
    long bytes;
    boolean torn;
    try (var notes = new CheckpointLog.Reader(CheckpointLog.file(journal))) {
      String newest = null;
      for (var note = notes.next(); note != null; note = notes.next()) {
        newest = note;
      }
      bytes = notes.whole();
      torn = notes.torn();
      last = newest == null ? null : parsed(identity, newest);
    }
    long sealed = last == null ? 0 : last.size();
    var cut = TornTail.cut(journal, identity, signer.kms(), sealed);
    if (!cut.isEmpty()) {
      LOG.warn("journal: a power cut left half a record at {}; it and what follows is cut", cut);
    }
    long accepted = settings.sealing().outside().acceptLoss();
    var tiles = new Tiles(journal, settings.force());
    var frontier = new MerkleFrontier(tiles);
    List<Path> mended;
    var epochs = new Epochs(identity, false);
    var damage = "";
    int run;
    try (var walk = new JournalWalk(journal)) {
      try {
        while (walk.next()) {
          epochs.frame(walk, frontier);
          frontier.append(walk.bytes(), walk.from(), walk.to() - walk.from());
          if (walk.count() <= sealed) {
            tiles.flushFull();
          }
          if (walk.count() == sealed) {
            compare(journal, identity, epochs, frontier, last);
          }
        }
      } catch (JournalWalk.Broken e) {
        if (!e.atTail || walk.count() < sealed && walk.count() != accepted) {
          throw changed(e.seq, e.place + ": " + e.getMessage());
        }
        damage = e.place;
      } catch (Frame.Malformed e) {
        throw named(journal, identity);
      }
      if (walk.count() < sealed && walk.count() != accepted) {
        throw new JournalUnavailable(
            "record "
                + walk.count()
                + " of the journal is missing: the last checkpoint covers "
                + sealed
                + " records. Bring the files back; or, when they are lost for good, let 'sallyport"
                + " journal accept-loss DIR --found "
                + walk.count()
                + "' record that"
                + KEEP,
            null);
      }
      mended = tiles.booted();
      run = walk.run();
      if (walk.insideEntry() && damage.isEmpty()) {
        damage = walk.place();
      }
    }
    try {
      epochs.proveLatest();
    } catch (Frame.Malformed e) {
      throw new JournalUnavailable(
          "the chain of the journal's keys is broken: " + e.getMessage() + KEEP, null);
    }
    tiles.flush();
    long size = frontier.size();
    var anchors = new Anchors(settings.sealing().outside().anchors());
    long known = anchors.compare(journal, identity.name(), size, epochs.lost(), accepted);
    long lost = Math.max(known, sealed) > size ? Math.max(known, sealed) : 0;
    if (sealed > size) {
      last = CheckpointLog.cut(journal, identity.name(), size);
      sealed = last == null ? 0 : last.size();
      bytes = Files.size(CheckpointLog.file(journal));
    }
    boolean clean = size == sealed && damage.isEmpty() && !torn && epochs.closed() && lost == 0;
    var recovery =
        clean || size == 0 && damage.isEmpty() && lost == 0
            ? null
            : new Recovery(identity.name(), sealed, size, frontier.root(), lost, damage);
    return new BootScan(
        newest(journal, run), frontier, tiles, mended, last, bytes, anchors, recovery);
  }

  // A run without a frame counts, too: its directory is taken.
  private static int newest(Path journal, int walked) throws IOException {
    var runs = JournalFiles.runs(journal);
    return runs.isEmpty() ? walked : runs.get(runs.size() - 1);
  }

  private static JournalUnavailable changed(long seq, String how) {
    return new JournalUnavailable(
        "record "
            + seq
            + " of the journal is damaged at "
            + how
            + KEEP
            + "; a new journal needs a new directory",
        null);
  }

  private static JournalUnavailable named(Path journal, LogKey identity) {
    var result = new JournalVerifier(journal, identity.line()).verify();
    return new JournalUnavailable(
        "records of the journal were changed: " + result.problem() + KEEP, null);
  }

  private static Checkpoint parsed(LogKey identity, String note) {
    try {
      return Checkpoint.parse(identity.name(), note);
    } catch (IllegalArgumentException e) {
      throw new JournalUnavailable("the last checkpoint is damaged: keep it as evidence", e);
    }
  }

  private static void compare(
      Path journal, LogKey identity, Epochs epochs, MerkleFrontier frontier, Checkpoint last) {
    var key = epochs.keyFor(last.size());
    if (!Arrays.equals(frontier.root(), last.root())) {
      throw named(journal, identity);
    }
    if (key == null || !last.verifies(key)) {
      throw new JournalUnavailable("the last checkpoint is not signed by its epoch's key", null);
    }
  }
}
