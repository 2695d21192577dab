package io.sallyport.proxy.journal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Where the tiles of C2SP tlog-tiles are, and reading them: {@code tlog/tile/L/N}, 256 hashes of
 * perfect subtrees of 256^L records, {@code N} in groups of three digits ({@code x001/x234/067}),
 * and {@code N.p/W} for the last of a level, which has {@code W} hashes as yet.
 */
final class TileFile {
  static final int WIDTH = 256;
  static final int LEVEL_BITS = 8;
  static final int LEVELS = 8;
  private static final int HASH = MerkleFrontier.HASH;
  private static final int RETRIES = 20;

  private TileFile() {}

  static Path full(Path journal, int level, long index) {
    var name = String.format("%03d", index % 1000);
    for (long rest = index / 1000; rest > 0; rest /= 1000) {
      name = String.format("x%03d/", rest % 1000) + name;
    }
    return journal.resolve(JournalFiles.TILES).resolve(level + "/" + name);
  }

  /** The directory of a tile that is not full. */
  static Path partials(Path journal, int level, long index) {
    var full = full(journal, level, index);
    return full.resolveSibling(full.getFileName() + ".p");
  }

  /**
   * The first hashes of a tile, null when there are not as many. Beside the writer a narrower tile
   * makes room for a wider one: it is looked for again then.
   */
  static byte[] read(Path journal, int level, long index, int width) throws IOException {
    for (int tries = 0; tries < RETRIES; tries++) {
      try {
        var full = full(journal, level, index);
        if (Files.exists(full)) {
          return prefix(Files.readAllBytes(full), WIDTH, width);
        }
        int wide = widest(partials(journal, level, index));
        if (wide < width && !Files.exists(full)) {
          return null;
        }
        if (wide >= width) {
          var file = partials(journal, level, index).resolve(String.valueOf(wide));
          return prefix(Files.readAllBytes(file), wide, width);
        }
      } catch (NoSuchFileException e) {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
      }
    }
    return null;
  }

  private static byte[] prefix(byte[] bytes, int named, int width) {
    return bytes.length == named * HASH ? Arrays.copyOf(bytes, width * HASH) : null;
  }

  private static int widest(Path partials) throws IOException {
    int widest = 0;
    if (Files.isDirectory(partials)) {
      try (var entries = Files.newDirectoryStream(partials)) {
        for (var entry : entries) {
          var name = entry.getFileName().toString();
          if (name.matches("[1-9][0-9]{0,2}")) {
            widest = Math.max(widest, Integer.parseInt(name));
          }
        }
      }
    }
    return widest;
  }

  /** The stored hashes of records {@code [from, to)}; null when one is missing. */
  static byte[] leaves(Path journal, long from, long to) throws IOException {
    var leaves = new byte[Math.toIntExact((to - from) * HASH)];
    for (long tile = from / WIDTH; tile * WIDTH < to; tile++) {
      long begin = tile * WIDTH;
      int width = (int) Math.min(WIDTH, to - begin);
      var hashes = read(journal, 0, tile, width);
      if (hashes == null) {
        return null;
      }
      long first = Math.max(from, begin);
      int count = (int) (begin + width - first);
      System.arraycopy(
          hashes, (int) (first - begin) * HASH, leaves, (int) (first - from) * HASH, count * HASH);
    }
    return leaves;
  }

  /** The perfect subtrees of the tree of this size. */
  static MerkleProof.Subtrees subtrees(Path journal, long size) {
    return (height, index) -> {
      int level = height / LEVEL_BITS;
      int within = height % LEVEL_BITS;
      long first = index << within;
      long tile = first / WIDTH;
      int at = (int) (first % WIDTH);
      int count = 1 << within;
      long there = (size >> LEVEL_BITS * level) - tile * WIDTH;
      var hashes = read(journal, level, tile, (int) Math.min(WIDTH, there));
      if (hashes == null) {
        throw new JournalUnavailable(
            "tile " + full(journal, level, tile) + " is missing or cut short", null);
      }
      var tree = new MerkleFrontier();
      for (int i = at; i < at + count; i++) {
        tree.append(Arrays.copyOfRange(hashes, i * HASH, (i + 1) * HASH));
      }
      return tree.root();
    };
  }
}
