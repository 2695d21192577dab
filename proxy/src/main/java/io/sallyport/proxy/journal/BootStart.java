package io.sallyport.proxy.journal;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Where a start begins to read, so that it does not have to read six years: a file whose epoch's
 * key the identity has certified, together with the root of the tree over all records before it.
 * That root is made of the tiles. If it is the certified one, the hashes it was made of are proven,
 * and the tree goes on from there as if every record before had been read.
 *
 * <p>What is not seen this way is that the record behind a proven hash was changed since it was
 * sealed: {@link Watch} reads all of them while the appliance runs, and {@code journal verify}
 * whenever it is asked.
 *
 * @param at the file
 * @param before the file before it in its run, whose epoch may not be closed yet; null for none
 */
record BootStart(RollFile at, RollFile before) {

  /**
   * Finds the place.
   *
   * @param bytes if there are places from which a start reads no more than this, the first of them;
   *     else the last there is
   * @param sealed only up to here there are tiles
   * @return null when everything is to be read: it is not more than that, or there is no such
   *     place, or the files are not as they should be
   */
  static BootStart find(Path journal, String origin, long bytes, long sealed) throws IOException {
    List<RollFile> files;
    try {
      files = RollFile.all(journal);
    } catch (Frame.Malformed e) {
      return null; // whoever reads everything has words for it
    }
    var toTheEnd = new long[files.size() + 1];
    for (int i = files.size() - 1; i >= 0; i--) {
      toTheEnd[i] = toTheEnd[i + 1] + Files.size(files.get(i).path());
    }
    if (toTheEnd[0] <= bytes || !RollFile.continuous(journal, files)) {
      return null;
    }
    int best = -1;
    for (int i = files.size() - 1; i >= 0 && (best < 0 || toTheEnd[i] <= bytes); i--) {
      for (var open : certificates(origin, files.get(i).path())) {
        int place = place(files, i, open);
        boolean there = place >= 0 && files.get(place).first().seq() < sealed;
        if (there && (best < 0 || place < best && toTheEnd[place] <= bytes)) {
          best = place;
        }
      }
    }
    if (best <= 0) {
      return null;
    }
    var at = files.get(best);
    return new BootStart(at, at.first().key() == 0 ? null : files.get(best - 1));
  }

  private static int place(List<RollFile> files, int from, EpochStatement open) {
    for (int i = from; i >= 0; i--) {
      var first = files.get(i).first();
      if (first != null && first.seq() <= open.size()) {
        boolean same = first.seq() == open.size() && first.run() == open.run();
        return same && first.key() == open.number() ? i : -1;
      }
    }
    return -1;
  }

  // The newest first. Nothing is proven here: the walk that begins there does.
  private static List<EpochStatement> certificates(String origin, Path file) throws IOException {
    var found = new ArrayList<EpochStatement>();
    try (var excerpts = new ExcerptFile(file)) {
      while (excerpts.next()) {
        int from = excerpts.from();
        boolean open = excerpts.bytes()[from + 1] == FrameType.EPOCH_OPEN.code;
        if (open && excerpts.to() - from > Frame.HEADER) {
          var note = Arrays.copyOfRange(excerpts.bytes(), from + Frame.HEADER, excerpts.to());
          found.add(0, EpochStatement.parse(origin, Note.parse(new String(note, UTF_8))));
        }
      }
    } catch (Frame.Malformed | IllegalArgumentException e) {
      return found; // so far; what is wrong here is seen when it is walked
    }
    return found;
  }

  /** Records before the place. */
  long size() {
    return at.first().seq();
  }

  JournalWalk walk(Path journal) {
    return new JournalWalk(journal, at.run(), at.path(), at.first());
  }

  /**
   * The chain of epochs as it is at the place.
   *
   * @throws Frame.Malformed when what was before is not what the tiles say
   */
  Epochs epochs(Path journal, LogKey identity) throws IOException, Frame.Malformed {
    if (before == null) {
      return new Epochs(identity, false); // a run begins: its recovery record speaks of the last
    }
    long seq = before.first().seq();
    try (var excerpts = new ExcerptFile(before.path())) {
      if (!excerpts.next()) {
        throw new Frame.Malformed("a file without a frame");
      }
      var tree = new MerkleFrontier();
      var frame = Arrays.copyOfRange(excerpts.bytes(), excerpts.from(), excerpts.to());
      var stored = TileFile.leaves(journal, seq, seq + 1);
      if (!Arrays.equals(tree.hash(frame, 0, frame.length), stored)) {
        throw new Frame.Malformed("record " + seq + " was changed since it was sealed");
      }
      var opening = Arrays.copyOfRange(frame, Frame.HEADER, frame.length);
      return new Epochs(identity, before.first(), opening, root(journal, seq), size());
    }
  }

  private static byte[] root(Path journal, long size) throws IOException {
    return new MerkleFrontier(TileFile.subtrees(journal, size), size, (level, hash) -> {}).root();
  }
}
