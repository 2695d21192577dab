package io.sallyport.proxy.journal;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * What a start finds: every frame is walked and hashed, and held against the last checkpoint.
 *
 * @param run the newest run there is, 0 for none
 * @param frontier the tree over all records found
 * @param last the last checkpoint, null for none
 * @param checkpointBytes bytes of whole notes in the checkpoint log
 * @param recovery what the first frames of the new run must say, or null after a clean stop
 */
record BootScan(
    int run, MerkleFrontier frontier, Checkpoint last, long checkpointBytes, Recovery recovery) {

  /**
   * @throws JournalUnavailable when a sealed record is missing or changed, or when records after a
   *     damage show that no crash made it
   */
  static BootScan of(Path journal, LogKey key) throws IOException {
    Checkpoint last = null;
    long bytes;
    boolean torn;
    try (var notes = new CheckpointLog.Reader(journal)) {
      String newest = null;
      for (var note = notes.next(); note != null; note = notes.next()) {
        newest = note;
      }
      bytes = notes.whole();
      torn = notes.torn();
      last = newest == null ? null : verified(key, newest);
    }
    long sealed = last == null ? 0 : last.size();
    var frontier = new MerkleFrontier();
    var damage = "";
    int run;
    try (var walk = new JournalWalk(journal);
        var leaves = new LeafFile(journal)) {
      try {
        while (walk.next()) {
          frontier.append(walk.bytes(), walk.from(), walk.to() - walk.from());
          leaves.put(walk.count() - 1, frontier.leaf());
          if (walk.count() == sealed) {
            compare(journal, key, frontier, last);
          }
        }
      } catch (JournalWalk.Broken e) {
        if (!e.atTail || walk.count() < sealed) {
          throw new JournalUnavailable(
              "record "
                  + e.seq
                  + " of the journal is damaged at "
                  + e.place
                  + ": "
                  + e.getMessage()
                  + ". Keep the directory as evidence; a new journal needs a new directory",
              null);
        }
        damage = e.place;
      }
      if (walk.count() < sealed) {
        throw new JournalUnavailable(
            "record "
                + walk.count()
                + " of the journal is missing: the last checkpoint covers "
                + sealed
                + " records. Keep the directory as evidence",
            null);
      }
      leaves.flush();
      leaves.truncate(walk.count());
      run = walk.run();
      if (walk.insideEntry() && damage.isEmpty()) {
        damage = walk.place();
      }
    }
    boolean clean = frontier.size() == sealed && damage.isEmpty() && !torn;
    var recovery =
        clean || frontier.size() == 0 && damage.isEmpty()
            ? null
            : new Recovery(sealed, frontier.size(), damage);
    return new BootScan(newest(journal, run), frontier, last, bytes, recovery);
  }

  // A run without a frame counts, too: its directory is taken.
  private static int newest(Path journal, int walked) throws IOException {
    var runs = JournalFiles.runs(journal);
    return runs.isEmpty() ? walked : runs.get(runs.size() - 1);
  }

  private static Checkpoint verified(LogKey key, String note) {
    try {
      var checkpoint = Checkpoint.parse(key, note);
      if (checkpoint.verifies(key)) {
        return checkpoint;
      }
    } catch (IllegalArgumentException e) {
      throw new JournalUnavailable("the last checkpoint is damaged: keep it as evidence", e);
    }
    throw new JournalUnavailable("the last checkpoint is not signed by this appliance", null);
  }

  private static void compare(Path journal, LogKey key, MerkleFrontier frontier, Checkpoint last) {
    if (Arrays.equals(frontier.root(), last.root())) {
      return;
    }
    var result = new JournalVerifier(journal, key.line()).verify();
    throw new JournalUnavailable(
        "sealed records of the journal were changed: "
            + result.problem()
            + ". Keep the directory as evidence",
        null);
  }
}
