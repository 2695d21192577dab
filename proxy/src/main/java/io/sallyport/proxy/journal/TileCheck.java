package io.sallyport.proxy.journal;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;

/**
 * Holds the tiles on disk against a tree made of the frames, as far as a checkpoint seals it:
 * beyond that there are none. One thread.
 */
final class TileCheck implements MerkleFrontier.Sink {
  private static final int HASH = MerkleFrontier.HASH;

  private record Full(int level, long index, byte[] hashes) {}

  private final Path journal;
  private final byte[][] open = new byte[TileFile.LEVELS][TileFile.WIDTH * HASH];
  private final int[] width = new int[TileFile.LEVELS];
  private final long[] index = new long[TileFile.LEVELS];
  private final Deque<Full> full = new ArrayDeque<>();
  private long firstBad = -1;
  private String problem = "";

  TileCheck(Path journal) {
    this.journal = journal;
  }

  @Override
  public void hash(int level, byte[] hash) {
    System.arraycopy(hash, 0, open[level], width[level] * HASH, HASH);
    if (++width[level] == TileFile.WIDTH) {
      full.add(new Full(level, index[level], open[level].clone()));
      width[level] = 0;
      index[level]++;
    }
  }

  /** Compares the full tiles of the tree of this size. */
  void sealed(long size) throws IOException {
    while (!full.isEmpty() && end(full.peek()) <= size) {
      var tile = full.remove();
      compare(tile.level(), tile.index(), tile.hashes(), TileFile.WIDTH);
    }
  }

  private static long end(Full tile) {
    return tile.index() + 1 << TileFile.LEVEL_BITS * (tile.level() + 1);
  }

  /** Compares the last tile of each level, as far as the tree of this size goes. */
  void end(long size) throws IOException {
    for (int level = 0; level < TileFile.LEVELS; level++) {
      long hashes = size >> TileFile.LEVEL_BITS * level;
      long last = hashes / TileFile.WIDTH;
      int wide = (int) (hashes % TileFile.WIDTH);
      if (wide > 0) {
        compare(level, last, last == index[level] ? open[level] : filled(level, last), wide);
      }
    }
  }

  // Beside a live journal more was read than is sealed.
  private byte[] filled(int level, long at) {
    for (var tile : full) {
      if (tile.level() == level && tile.index() == at) {
        return tile.hashes();
      }
    }
    throw new IllegalStateException("no tile " + at + " of level " + level);
  }

  private void compare(int level, long at, byte[] hashes, int wide) throws IOException {
    if (firstBad >= 0) {
      return;
    }
    var stored = TileFile.read(journal, level, at, wide);
    var name = journal.relativize(TileFile.full(journal, level, at));
    int differs =
        stored == null ? 0 : Arrays.mismatch(stored, 0, wide * HASH, hashes, 0, wide * HASH);
    if (differs >= 0) {
      long node = at * TileFile.WIDTH + differs / HASH;
      firstBad = node << TileFile.LEVEL_BITS * level;
      problem =
          stored == null
              ? "tile " + name + " of record " + firstBad + " is missing or cut short"
              : "tile " + name + " does not hold the hash of record " + firstBad + " on";
    }
  }

  /** The first record whose hash in the tiles is not its own, -1 for none. */
  long firstBad() {
    return firstBad;
  }

  String problem() {
    return problem;
  }
}
