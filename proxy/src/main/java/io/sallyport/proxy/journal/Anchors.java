package io.sallyport.proxy.journal;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Files elsewhere that hold the journal's checkpoints. Written on the thread {@code anchor}: a
 * volume that is gone or hangs costs the journal nothing but this evidence, and says so.
 */
final class Anchors {
  private static final Logger LOG = LoggerFactory.getLogger(Anchors.class);

  private final List<Path> files;
  // Filled at the start, then of the thread.
  private final Map<Path, Long> ends = new HashMap<>();

  Anchors(List<Path> files) {
    this.files = files;
  }

  /**
   * Holds the journal found at a start against what the files say.
   *
   * @param lost what recovery records admit
   * @param accepted the number of records an operator goes on with, -1 for none
   * @return the largest size that is proven to have been there and is not any more, 0 for none
   * @throws JournalUnavailable when the journal is shorter and nobody accepted that, or another one
   */
  long compare(Path journal, String origin, long size, List<Epochs.Lost> lost, long accepted)
      throws IOException {
    long more = 0;
    for (var file : files) {
      if (!Files.exists(file)) {
        LOG.warn("journal: the anchor {} is not there: begun anew", file);
        continue;
      }
      Checkpoint inside = null;
      try (var notes = new CheckpointLog.Reader(file)) {
        for (var note = notes.next(); note != null; note = notes.next()) {
          var checkpoint = parsed(file, origin, note);
          long at = checkpoint.size();
          if (lost.stream().anyMatch(gone -> at > gone.from() && at <= gone.to())) {
            continue;
          }
          if (at > size && at > more) {
            more = at;
            if (accepted != size) {
              throw shorter(file, size, at);
            }
          } else if (at <= size) {
            inside = checkpoint;
          }
        }
        ends.put(file, notes.whole());
      }
      if (inside != null && !holds(journal, size, inside)) {
        throw new JournalUnavailable(
            "the first "
                + inside.size()
                + " records are not those that the anchor "
                + file
                + " knows: this journal was made anew. Keep both as evidence",
            null);
      }
    }
    return more;
  }

  /**
   * Whether the last word of each file is about this journal as it was found. If not, {@link
   * #compare} tells what is wrong, or that nothing is.
   */
  boolean agree(Path journal, String origin, long size) throws IOException {
    for (var file : files) {
      if (!Files.exists(file)) {
        LOG.warn("journal: the anchor {} is not there: begun anew", file);
        continue;
      }
      var end = CheckpointLog.End.of(file, origin);
      ends.put(file, end.whole());
      if (end.newest() != null) {
        var newest = parsed(file, origin, end.newest());
        if (newest.size() > size || !holds(journal, size, newest)) {
          return false;
        }
      }
    }
    return true;
  }

  private static boolean holds(Path journal, long size, Checkpoint inside) throws IOException {
    var tree = new MerkleProof(TileFile.subtrees(journal, size));
    return inside.size() == 0 || Arrays.equals(tree.root(0, inside.size()), inside.root());
  }

  private static JournalUnavailable shorter(Path file, long size, long anchored) {
    return new JournalUnavailable(
        "records "
            + size
            + ".."
            + (anchored - 1)
            + " of the journal are missing: the anchor "
            + file
            + " knows of "
            + anchored
            + ". Bring the journal's files back; or, when they are lost for good, let 'sallyport"
            + " journal accept-loss DIR --found "
            + size
            + "' record that",
        null);
  }

  private static Checkpoint parsed(Path file, String origin, String note) {
    try {
      return Checkpoint.parse(origin, note);
    } catch (IllegalArgumentException e) {
      throw new JournalUnavailable(
          "the anchor " + file + " holds what is no checkpoint of this journal: " + e.getMessage(),
          null);
    }
  }

  /** Appends a checkpoint everywhere. */
  void put(Checkpoint checkpoint) {
    for (var file : files) {
      try (var channel =
          FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
        // Where the last whole note ended: what a failure cut short there is overwritten.
        long at = Math.min(ends.getOrDefault(file, 0L), channel.size());
        var bytes = ByteBuffer.wrap(checkpoint.note().getBytes(UTF_8));
        long end = at + bytes.remaining();
        channel.truncate(at).position(at);
        while (bytes.hasRemaining()) {
          channel.write(bytes);
        }
        channel.force(false);
        ends.put(file, end);
      } catch (IOException e) {
        LOG.error(
            "journal: the anchor {} could not be written; evidence is missing there", file, e);
      }
    }
  }
}
