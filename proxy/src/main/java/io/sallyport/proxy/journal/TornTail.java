package io.sallyport.proxy.journal;

import io.sallyport.proxy.kms.Kms;
import io.sallyport.proxy.kms.KmsException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The end of the last run after a power cut. A disk takes the pages of files in any order: a frame
 * that no force covered can have its header and not its body, which only its tag tells, and a frame
 * in clear, that its end is zeros. Such a frame, and what lies behind it, in the next file, too,
 * was never said to be durable; it is cut off before the tree is made, or the journal would for
 * ever hold a record that nobody can read.
 */
final class TornTail {
  private static final int WORD = 4;

  /** No text has a zero in it, and no key so many in a row. */
  private static final int ZEROS_IN_KEY = 16;

  private TornTail() {}

  /**
   * Cuts the last run at its first frame that is not sealed and was not written whole. Files that
   * begin behind it stay: a walk does not take them for a continuation.
   *
   * @param sealed records that a checkpoint covers: of those none is ever cut
   * @return where, "" for nowhere
   */
  static String cut(Path journal, LogKey identity, Kms kms, long sealed) throws IOException {
    var decryption = new Decryption(journal, identity.name(), kms);
    boolean half = false; // the key of the file ends in zeros: perhaps not all of it
    try (var walk = begin(journal, sealed)) {
      while (walk != null && walk.next()) {
        var header = walk.header();
        boolean key = header.type() == FrameType.KEY_OPEN;
        if (!key && header.seq() < sealed) {
          continue;
        }
        if (header.seq() >= sealed && torn(walk)) {
          return end(walk);
        }
        half = key ? walk.bytes()[walk.to() - 1] == 0 && header.seq() >= sealed : half;
        try {
          decryption.open(walk);
        } catch (Frame.Malformed e) {
          return header.seq() < sealed ? "" : end(walk);
        } catch (KmsException e) {
          if (!half) {
            throw e;
          }
          return end(walk);
        }
      }
      return "";
    } catch (JournalWalk.Broken | Frame.Malformed e) {
      return ""; // the scan of the start has words for it
    }
  }

  // With the file that holds the first record that is not sealed: a file brings its key along.
  private static JournalWalk begin(Path journal, long sealed) throws IOException, Frame.Malformed {
    var runs = JournalFiles.runs(journal);
    if (runs.isEmpty()) {
      return null;
    }
    int run = runs.get(runs.size() - 1);
    var files = JournalFiles.frames(JournalFiles.run(journal, run));
    for (int i = files.size() - 1; i >= 0; i--) {
      var first = RollFile.first(files.get(i));
      if (first != null && (first.seq() <= sealed || i == 0)) {
        return new JournalWalk(journal, run, files.get(i), first);
      }
    }
    return null;
  }

  private static boolean torn(JournalWalk walk) {
    var type = walk.header().type();
    int due = type == FrameType.KEY_OPEN ? ZEROS_IN_KEY : 1;
    int zeros = 0;
    for (int at = walk.from() + Frame.HEADER; at < walk.to() && !type.encrypted; at++) {
      zeros = walk.bytes()[at] == 0 ? zeros + 1 : 0;
      if (zeros == due) {
        return true;
      }
    }
    return false;
  }

  /** Makes the frame's header word say that nothing is here yet. */
  private static String end(JournalWalk walk) throws IOException {
    var place = walk.place();
    long at = Long.parseLong(place.substring(place.lastIndexOf(':') + 1)) - WORD;
    try (var channel = FileChannel.open(walk.file(), StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.allocate(WORD), at);
      channel.force(true);
    }
    return place;
  }
}
