package io.sallyport.proxy.journal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** The reading of a {@link BootScan}. Each attempt begins anew. One thread. */
final class BootWalk {
  private static final String KEEP = ". Keep the directory as evidence";

  private final Path journal;
  private final LogKey identity;
  private final Settings settings;
  private final Checkpoint last;
  private final CheckpointLog.End log;
  private final long sealed;
  private final long accepted;

  // Of one attempt.
  private Tiles tiles;
  private MerkleFrontier frontier;
  private Epochs epochs;

  /**
   * @param last the last checkpoint, null for none
   * @param log where its file ends
   */
  BootWalk(
      Path journal, LogKey identity, Settings settings, Checkpoint last, CheckpointLog.End log) {
    this.journal = journal;
    this.identity = identity;
    this.settings = settings;
    this.last = last;
    this.log = log;
    sealed = last == null ? 0 : last.size();
    accepted = settings.sealing().outside().acceptLoss();
  }

  /**
   * Reads from a certified place on.
   *
   * @throws JournalUnavailable when something is wrong: what, {@link #all} tells
   */
  BootScan from(BootStart start) throws IOException, Frame.Malformed, JournalWalk.Broken {
    long size = start.size();
    tiles = new Tiles(journal, settings.force());
    tiles.resume(size);
    frontier = new MerkleFrontier(TileFile.subtrees(journal, size), size, tiles);
    epochs = start.epochs(journal, identity);
    String damage;
    int run;
    try (var walk = start.walk(journal)) {
      damage = walked(walk);
      run = walk.run();
      if (walk.count() < sealed) {
        throw new JournalUnavailable("record " + walk.count() + " is missing", null);
      }
    }
    epochs.proveLatest();
    var mended = tiles.booted();
    tiles.flush();
    var anchors = new Anchors(settings.sealing().outside().anchors());
    if (!anchors.agree(journal, identity.name(), frontier.size())) {
      throw new JournalUnavailable("an anchor knows another journal", null);
    }
    return new BootScan(
        newest(journal, run),
        frontier,
        tiles,
        mended,
        last,
        log.whole(),
        anchors,
        recovery(sealed, damage, 0));
  }

  private String walked(JournalWalk walk) throws IOException, Frame.Malformed, JournalWalk.Broken {
    var damage = "";
    try {
      while (walk.next()) {
        epochs.frame(walk, frontier);
        frontier.append(walk.bytes(), walk.from(), walk.to() - walk.from());
        if (walk.count() <= sealed) {
          tiles.flushFull();
        }
        if (walk.count() == sealed) {
          compare();
        }
      }
    } catch (JournalWalk.Broken e) {
      if (!e.atTail || walk.count() < sealed && walk.count() != accepted) {
        throw e;
      }
      damage = e.place;
    }
    return walk.insideEntry() && damage.isEmpty() ? walk.place() : damage;
  }

  /**
   * Reads everything.
   *
   * @throws JournalUnavailable when something is wrong
   */
  BootScan all() throws IOException {
    tiles = new Tiles(journal, settings.force());
    frontier = new MerkleFrontier(tiles);
    epochs = new Epochs(identity, false);
    String damage;
    int run;
    try (var walk = new JournalWalk(journal)) {
      damage = walked(walk);
      run = walk.run();
      if (walk.count() < sealed && walk.count() != accepted) {
        throw missing(walk.count());
      }
    } catch (JournalWalk.Broken e) {
      throw changed(e.seq, e.place + ": " + e.getMessage());
    } catch (Frame.Malformed e) {
      throw named();
    }
    var mended = tiles.booted();
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
    var newest = last;
    long bytes = log.whole();
    if (sealed > size) {
      newest = CheckpointLog.cut(journal, identity.name(), size);
      bytes = Files.size(CheckpointLog.file(journal));
    }
    var recovery = recovery(newest == null ? 0 : newest.size(), damage, lost);
    return new BootScan(
        newest(journal, run), frontier, tiles, mended, newest, bytes, anchors, recovery);
  }

  private Recovery recovery(long covered, String damage, long lost) {
    long size = frontier.size();
    boolean clean = size == covered && damage.isEmpty() && !log.torn() && epochs.closed();
    boolean empty = size == 0 && damage.isEmpty();
    return lost == 0 && (clean || empty)
        ? null
        : new Recovery(identity.name(), covered, size, frontier.root(), lost, damage);
  }

  // A run without a frame counts, too: its directory is taken.
  private static int newest(Path journal, int walked) throws IOException {
    var runs = JournalFiles.runs(journal);
    return runs.isEmpty() ? walked : runs.get(runs.size() - 1);
  }

  private void compare() throws Frame.Malformed {
    var key = epochs.keyFor(last.size());
    if (!Arrays.equals(frontier.root(), last.root())) {
      throw new Frame.Malformed("the last checkpoint is of other records");
    }
    if (key == null || !last.verifies(key)) {
      throw new JournalUnavailable("the last checkpoint is not signed by its epoch's key", null);
    }
  }

  private JournalUnavailable missing(long seq) {
    return new JournalUnavailable(
        "record "
            + seq
            + " of the journal is missing: the last checkpoint covers "
            + sealed
            + " records. Bring the files back; or, when they are lost for good, let 'sallyport"
            + " journal accept-loss DIR --found "
            + seq
            + "' record that"
            + KEEP,
        null);
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

  private JournalUnavailable named() {
    var result = new JournalVerifier(journal, identity.line()).verify();
    return new JournalUnavailable(
        "records of the journal were changed: " + result.problem() + KEEP, null);
  }
}
