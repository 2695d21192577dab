package io.sallyport.proxy.journal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;

/** Holds the tiles on disk against a tree made of the frames. One thread. */
final class TileCheck implements MerkleFrontier.Sink {
  private static final int HASH = MerkleFrontier.HASH;

  private final Path journal;
  private final byte[][] open = new byte[TileFile.LEVELS][TileFile.WIDTH * HASH];
  private final int[] width = new int[TileFile.LEVELS];
  private final long[] index = new long[TileFile.LEVELS];
  private long firstBad = -1;
  private String problem = "";

  TileCheck(Path journal) {
    this.journal = journal;
  }

  @Override
  public void hash(int level, byte[] hash) {
    System.arraycopy(hash, 0, open[level], width[level] * HASH, HASH);
    if (++width[level] == TileFile.WIDTH) {
      compare(level);
      width[level] = 0;
      index[level]++;
    }
  }

  /** Compares the last tile of each level, as far as the tree goes. */
  void end() {
    for (int level = 0; level < TileFile.LEVELS; level++) {
      if (width[level] > 0) {
        compare(level);
      }
    }
  }

  private void compare(int level) {
    if (firstBad >= 0) {
      return;
    }
    byte[] stored;
    try {
      stored = TileFile.read(journal, level, index[level], width[level]);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    var name = journal.relativize(TileFile.full(journal, level, index[level]));
    int differs =
        stored == null
            ? 0
            : Arrays.mismatch(stored, Arrays.copyOf(open[level], width[level] * HASH));
    if (differs >= 0) {
      long node = index[level] * TileFile.WIDTH + differs / HASH;
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
