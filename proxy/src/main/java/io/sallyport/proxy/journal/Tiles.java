package io.sallyport.proxy.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Writes the tiles of a growing tree ({@link TileFile}). Roots prove that something changed; the
 * leaf hashes in the tiles, where they give the signed root, say what. On disk before the
 * checkpoint that needs them. Of each level the newest partial tile only is kept: it has the
 * narrower ones in it. One thread.
 */
final class Tiles implements MerkleFrontier.Sink {
  private static final int HASH = MerkleFrontier.HASH;

  /** Full tiles that may wait for a checkpoint: half a megabyte. */
  private static final int MANY = 64;

  private record Full(int level, long index, byte[] hashes) {}

  private final Path journal;
  private final Settings.Force force;
  private final byte[][] open = new byte[TileFile.LEVELS][TileFile.WIDTH * HASH];
  private final int[] width = new int[TileFile.LEVELS];
  private final int[] written = new int[TileFile.LEVELS];
  private final long[] index = new long[TileFile.LEVELS];
  private final List<Full> full = new ArrayList<>();
  private final List<Path> mended = new ArrayList<>();
  private boolean booting = true;

  Tiles(Path journal, Settings.Force force) {
    this.journal = journal;
    this.force = force;
  }

  /**
   * Goes on from the tiles of a tree of this size, which nobody has proven as yet.
   *
   * @throws JournalUnavailable when one is missing or cut short
   */
  void resume(long size) throws IOException {
    for (int level = 0; level < TileFile.LEVELS; level++) {
      long hashes = size >> TileFile.LEVEL_BITS * level;
      index[level] = hashes / TileFile.WIDTH;
      width[level] = (int) (hashes % TileFile.WIDTH);
      if (width[level] > 0) {
        var stored = TileFile.read(journal, level, index[level], width[level]);
        if (stored == null) {
          var name = TileFile.full(journal, level, index[level]);
          throw new JournalUnavailable("tile " + name + " is missing or cut short", null);
        }
        System.arraycopy(stored, 0, open[level], 0, stored.length);
      }
    }
  }

  @Override
  public void hash(int level, byte[] hash) {
    System.arraycopy(hash, 0, open[level], width[level] * HASH, HASH);
    if (++width[level] == TileFile.WIDTH) {
      full.add(new Full(level, index[level], open[level].clone()));
      width[level] = 0;
      written[level] = 0;
      index[level]++;
    }
  }

  /**
   * Writes what is full. While booting it only compares, and puts what is not as it should be
   * aside: until the tree is held against a checkpoint, the tiles on disk may be the better
   * evidence.
   */
  void flushFull() throws IOException {
    var names = new LinkedHashSet<Path>();
    for (var tile : full) {
      var file = TileFile.full(journal, tile.level(), tile.index());
      if (!booting) {
        write(file, tile.hashes(), names);
      } else if (!same(file, tile.hashes())) {
        write(aside(file), tile.hashes(), names);
        mended.add(file);
      }
    }
    force(names);
    for (var tile : full) {
      if (!booting) {
        drop(TileFile.partials(journal, tile.level(), tile.index()), 0);
      }
    }
    full.clear();
  }

  /**
   * Writes what is full when that is a lot: where the disk or the sealer does not keep up, there is
   * no checkpoint for long, and this must not grow with the time.
   */
  void flushMany() throws IOException {
    if (full.size() >= MANY) {
      flushFull();
    }
  }

  private static Path aside(Path file) {
    return file.resolveSibling(file.getFileName() + ".mended");
  }

  /**
   * Ends the boot, the tree being proven: what was put aside takes its place, what lies beyond the
   * tree is removed.
   *
   * @return the full tiles that were missing or changed
   */
  List<Path> booted() throws IOException {
    flushFull();
    booting = false;
    for (var file : mended) {
      Files.move(aside(file), file, StandardCopyOption.ATOMIC_MOVE);
    }
    for (int level = 0; level < TileFile.LEVELS; level++) {
      long beyond = index[level];
      if (beyond > 0) {
        drop(TileFile.partials(journal, level, beyond - 1), 0);
      }
      while (Files.deleteIfExists(TileFile.full(journal, level, beyond))) {
        beyond++;
      }
    }
    return List.copyOf(mended);
  }

  /** Everything up to the present size is on disk after this. */
  void flush() throws IOException {
    flushFull();
    for (int level = 0; level < TileFile.LEVELS; level++) {
      if (width[level] != written[level]) {
        var partials = TileFile.partials(journal, level, index[level]);
        var hashes = Arrays.copyOf(open[level], width[level] * HASH);
        var names = new LinkedHashSet<Path>();
        write(partials.resolve(String.valueOf(width[level])), hashes, names);
        force(names);
        written[level] = width[level];
        drop(partials, width[level]);
      }
    }
  }

  private static boolean same(Path file, byte[] hashes) throws IOException {
    try {
      return Arrays.equals(Files.readAllBytes(file), hashes);
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  /**
   * @param names the directories to force until the names in them are on the disk, too
   */
  private void write(Path file, byte[] hashes, Set<Path> names) throws IOException {
    boolean first = !Files.isDirectory(file.getParent());
    var fresh = file.resolveSibling(file.getFileName() + ".new");
    try (var channel = written(fresh, hashes)) {
      force.force(channel);
    }
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    var directory = file.getParent();
    do {
      names.add(directory);
      directory = directory.getParent();
    } while (first && directory.startsWith(journal));
  }

  private static void force(Set<Path> names) throws IOException {
    for (var directory : names) {
      try (var channel = FileChannel.open(directory, StandardOpenOption.READ)) {
        channel.force(true);
      }
    }
  }

  // What is not whole has no name yet: it can be written again when there is room.
  private static FileChannel written(Path fresh, byte[] hashes) throws NoRoom {
    FileChannel channel = null;
    try {
      Files.createDirectories(fresh.getParent());
      channel =
          FileChannel.open(
              fresh,
              StandardOpenOption.CREATE,
              StandardOpenOption.TRUNCATE_EXISTING,
              StandardOpenOption.WRITE);
      var bytes = ByteBuffer.wrap(hashes);
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      return channel;
    } catch (IOException e) {
      close(channel);
      throw new NoRoom(e);
    }
  }

  private static void close(FileChannel channel) {
    try {
      if (channel != null) {
        channel.close();
      }
    } catch (IOException e) {
      assert e != null; // it holds nothing that anybody relies on
    }
  }

  /** Removes narrower tiles; with 0, all and their directory. */
  private static void drop(Path partials, int keep) throws IOException {
    if (!Files.isDirectory(partials)) {
      return;
    }
    try (var entries = Files.newDirectoryStream(partials)) {
      for (var entry : entries) {
        if (!entry.getFileName().toString().equals(String.valueOf(keep))) {
          Files.deleteIfExists(entry);
        }
      }
    }
    if (keep == 0) {
      Files.deleteIfExists(partials);
    }
  }
}
