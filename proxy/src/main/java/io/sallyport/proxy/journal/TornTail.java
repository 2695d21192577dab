package io.sallyport.proxy.journal;

import io.sallyport.proxy.kms.Kms;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The end of the last run after a power cut. A disk takes the pages of a file in any order: a frame
 * that no force covered can have its header and not its body, which only its tag tells. Such a
 * frame, and what lies behind it, was never said to be durable; it is cut off before the tree is
 * made, or the journal would for ever hold a record that nobody can read.
 */
final class TornTail {
  private static final int WORD = 4;

  private TornTail() {}

  /**
   * Cuts at the first frame of the last file that is not sealed and was not written whole.
   *
   * @param sealed records that a checkpoint covers: of those none is ever cut
   * @return where, "" for nowhere
   */
  static String cut(Path journal, LogKey identity, Kms kms, long sealed) throws IOException {
    var runs = JournalFiles.runs(journal);
    if (runs.isEmpty()) {
      return "";
    }
    int run = runs.get(runs.size() - 1);
    var files = JournalFiles.frames(JournalFiles.run(journal, run));
    if (files.isEmpty()) {
      return "";
    }
    var last = files.get(files.size() - 1);
    var decryption = new Decryption(journal, identity.name(), kms);
    try (var walk = new JournalWalk(journal, run - 1, first(files.get(0)))) {
      while (walk.next()) {
        try {
          var header = walk.header();
          if (header.type() == FrameType.KEY_OPEN || header.seq() >= sealed) {
            decryption.open(walk);
          }
        } catch (Frame.Malformed e) {
          var place = walk.place();
          int colon = place.lastIndexOf(':');
          if (walk.header().seq() < sealed
              || !journal.resolve(place.substring(0, colon)).equals(last)) {
            return ""; // no power cut does that: whoever proves the journal says so
          }
          end(last, Long.parseLong(place.substring(colon + 1)) - WORD);
          return place;
        }
      }
      return "";
    } catch (JournalWalk.Broken e) {
      return ""; // the scan of the start has words for it
    }
  }

  private static long first(Path file) throws IOException {
    try (var excerpts = new ExcerptFile(file)) {
      return excerpts.next()
          ? ByteBuffer.wrap(excerpts.bytes()).getLong(excerpts.from() + Frame.SEQ_AT)
          : 0;
    } catch (Frame.Malformed e) {
      return 0;
    }
  }

  /** Makes a header word say that nothing is here yet. */
  private static void end(Path file, long at) throws IOException {
    try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.allocate(WORD), at);
      channel.force(true);
    }
  }
}
