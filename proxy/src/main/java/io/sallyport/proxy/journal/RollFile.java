package io.sallyport.proxy.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * A file of frames and what its first frame says. To look at one costs a few reads of some bytes,
 * however large it is.
 *
 * @param run whose directory it is in
 * @param first the header of the first frame, null when there is none as yet
 */
record RollFile(int run, Path path, Frame.Header first) {
  private static final int NOT_COMPLETE = 0x8000_0000;
  private static final int META = 0x4000_0000;
  private static final int LENGTH = 0x3FFF_FFFF;
  private static final int WORD = 4;

  /**
   * All files of a journal in the order they were written.
   *
   * @throws Frame.Malformed when one begins with what is no frame
   */
  static List<RollFile> all(Path journal) throws IOException, Frame.Malformed {
    var files = new ArrayList<RollFile>();
    for (int run : JournalFiles.runs(journal)) {
      for (var path : JournalFiles.frames(JournalFiles.run(journal, run))) {
        files.add(new RollFile(run, path, first(path)));
      }
    }
    return files;
  }

  /**
   * The header of a file's first frame, null when there is none as yet.
   *
   * @throws Frame.Malformed when it is none
   */
  static Frame.Header first(Path path) throws IOException, Frame.Malformed {
    try (var channel = FileChannel.open(path, StandardOpenOption.READ)) {
      var word = ByteBuffer.allocate(WORD).order(ByteOrder.LITTLE_ENDIAN);
      for (long at = 0; read(channel, word, at); ) {
        int value = word.getInt(0);
        int size = value & LENGTH;
        if (value == 0 || (value & NOT_COMPLETE) != 0) {
          return null;
        }
        if ((value & META) == 0) {
          return frame(channel, at + WORD, size);
        }
        at = at + WORD + size + 3 & ~3L; // Chronicle's own page
      }
      return null;
    }
  }

  private static Frame.Header frame(FileChannel channel, long at, int size)
      throws IOException, Frame.Malformed {
    var frame = ByteBuffer.allocate(Math.min(size, Frame.MAX + 1));
    if (!read(channel, frame, at)) {
      throw new Frame.Malformed("the file ends inside its first frame");
    }
    return Frame.header(frame.array(), 0, frame.capacity());
  }

  private static boolean read(FileChannel channel, ByteBuffer into, long at) throws IOException {
    into.clear();
    while (into.hasRemaining()) {
      if (channel.read(into, at + into.position()) < 0) {
        return false;
      }
    }
    return true;
  }

  /**
   * Whether no file is missing between two others, as far as first frames tell: run after run, and
   * within a run key after key. That a run's last files are gone, only the numbers of its records
   * tell. Behind a damage a run may have files whose numbers the next one gave again.
   */
  static boolean continuous(Path journal, List<RollFile> files) throws IOException {
    int due = 1;
    for (int run : JournalFiles.runs(journal)) {
      if (run != due++) {
        return false; // a start that wrote nothing leaves its directory, too
      }
    }
    long begun = -1; // the first record of this run, and of the one before
    RollFile before = null;
    for (var file : files) {
      boolean fresh = before == null || before.run() != file.run();
      if (!fresh && before.first() == null || !file.follows(fresh ? null : before)) {
        return false;
      }
      if (fresh && file.first() != null) {
        if (begun < 0 ? file.first().seq() != 0 : file.first().seq() <= begun) {
          return false;
        }
        begun = file.first().seq();
      }
      before = file;
    }
    return true;
  }

  /** Whether it may come behind another of its run; null for the first of a run. */
  private boolean follows(RollFile other) {
    if (first == null) {
      return true; // a kill came between its name and its first frame
    }
    boolean key = first.type() == FrameType.KEY_OPEN && first.run() == run;
    return other == null
        ? key && first.key() == 0
        : key && first.key() == other.first.key() + 1 && first.seq() > other.first.seq();
  }
}
