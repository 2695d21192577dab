package io.sallyport.proxy.journal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a start finds: the frames from a proven place on are walked and hashed, the chain of epochs
 * followed, and both held against the last checkpoint. Where anything there is not as it should be,
 * every frame from the first on is.
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

  /**
   * @throws JournalUnavailable when a sealed record is missing or changed, or when records after a
   *     damage show that no crash made it
   */
  static BootScan of(Path journal, Identity signer, Settings settings) throws IOException {
    var identity = signer.key();
    var end = CheckpointLog.End.of(CheckpointLog.file(journal), identity.name());
    var last = end.newest() == null ? null : parsed(identity, end.newest());
    long sealed = last == null ? 0 : last.size();
    var cut = TornTail.cut(journal, identity, signer.kms(), sealed);
    if (!cut.isEmpty()) {
      LOG.warn("journal: a power cut left half a record at {}; it and what follows is cut", cut);
    }
    var doubt = journal.resolve(JournalFiles.DOUBT);
    var outside = settings.sealing().outside();
    var walk = new BootWalk(journal, identity, settings, last, end);
    if (sealed > 0 && outside.acceptLoss() < 0 && !Files.exists(doubt)) {
      long bytes = settings.sealing().bootBytes();
      var start = BootStart.find(journal, identity.name(), bytes, sealed);
      if (start != null) {
        try {
          return walk.from(start);
        } catch (Frame.Malformed | JournalWalk.Broken | JournalUnavailable e) {
          LOG.warn("journal: every record is read, because {}", e.getMessage());
        }
      }
    }
    var found = walk.all();
    Files.deleteIfExists(doubt);
    return found;
  }

  private static Checkpoint parsed(LogKey identity, String note) {
    try {
      return Checkpoint.parse(identity.name(), note);
    } catch (IllegalArgumentException e) {
      throw new JournalUnavailable("the last checkpoint is damaged: keep it as evidence", e);
    }
  }
}
