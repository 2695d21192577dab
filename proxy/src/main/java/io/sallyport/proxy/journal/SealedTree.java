package io.sallyport.proxy.journal;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The tree over the frames that a verifier has read, and how far checkpoints have sealed it. Each
 * frame is hashed once. One thread.
 */
final class SealedTree {
  private static final int HASH = MerkleFrontier.HASH;

  /** Checkpoints whose root is remembered: those of some hours. */
  private static final int ROOTS = 20_000;

  private final Path journal;
  private final TileCheck tiles;
  private final MerkleFrontier frontier;
  private final Map<Long, byte[]> roots =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, byte[]> eldest) {
          return size() > ROOTS;
        }
      };

  // The tree when it was sealed last, and the leaves since.
  private MerkleFrontier sealed = new MerkleFrontier();
  private byte[] since = new byte[1 << 16];
  private int used;

  SealedTree(Path journal) {
    this.journal = journal;
    tiles = new TileCheck(journal);
    frontier = new MerkleFrontier(tiles);
  }

  void append(byte[] frame, int from, int length) {
    frontier.append(frame, from, length);
    if (used == since.length) {
      since = Arrays.copyOf(since, used * 2);
    }
    System.arraycopy(frontier.leaf(), 0, since, used, HASH);
    used += HASH;
  }

  /** The tree over all frames read. */
  MerkleFrontier all() {
    return frontier;
  }

  /** Frames read. */
  long size() {
    return frontier.size();
  }

  /** Frames that the last checkpoint covers. */
  long sealed() {
    return sealed.size();
  }

  /** The root of a size between what is sealed and what was read. */
  byte[] root(long size) {
    return at(size).root();
  }

  private MerkleFrontier at(long size) {
    if (size == frontier.size()) {
      return frontier.copy((level, hash) -> {});
    }
    return grown(since, Math.toIntExact(size - sealed.size()) * HASH);
  }

  private MerkleFrontier grown(byte[] leaves, int length) {
    var tree = sealed.copy((level, hash) -> {});
    for (int at = 0; at < length; at += HASH) {
      tree.append(Arrays.copyOfRange(leaves, at, at + HASH));
    }
    return tree;
  }

  /** A checkpoint of this size is good. */
  void seal(long size) throws IOException {
    int leaves = Math.toIntExact(size - sealed.size()) * HASH;
    sealed = at(size);
    roots.put(size, sealed.root());
    System.arraycopy(since, leaves, since, 0, used - leaves);
    used -= leaves;
    tiles.sealed(size);
  }

  /** The root of a checkpoint that is good, of the last hours; else null. */
  byte[] sealedRoot(long size) {
    return roots.get(size);
  }

  /** Compares the tiles that are not full; all others were, as they were sealed. */
  TileCheck end() throws IOException {
    tiles.end(sealed.size());
    return tiles;
  }

  TileCheck tiles() {
    return tiles;
  }

  /**
   * Roots say that something since the last good checkpoint was changed. Stored leaf hashes say
   * what, if they give the root of the checkpoint due: only then are they themselves good.
   *
   * @return the first record that was changed, -1 when that cannot be told
   */
  long firstChanged(Checkpoint due) throws IOException {
    var stored = TileFile.leaves(journal, sealed.size(), due.size());
    if (stored == null) {
      return -1;
    }
    int now = Math.min(used, stored.length);
    int differs = Arrays.mismatch(stored, 0, stored.length, since, 0, now);
    boolean onlyShorter = differs == now;
    boolean good = Arrays.equals(grown(stored, stored.length).root(), due.root());
    return differs < 0 || onlyShorter || !good ? -1 : sealed.size() + differs / HASH;
  }
}
