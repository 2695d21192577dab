package io.sallyport.proxy.journal;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.BooleanSupplier;

/** Reads sealed records again and holds each against the hash that the tiles hold. One thread. */
final class Scrub {
  /** Hears what is found. */
  interface Alarm {
    void tell(String what, String detail);
  }

  /** Hears how much was read, and may take its time. */
  interface Pause {
    void read(long bytes);
  }

  /** Hears how far the frames of a file go. */
  interface Ends {
    void at(Path file, long end);
  }

  private static final int HASH = MerkleFrontier.HASH;

  private final Path journal;
  private final Alarm alarm;
  private final Pause pause;
  private final Ends ends;
  private final BooleanSupplier stopping;
  private final MerkleFrontier hashes = new MerkleFrontier();

  Scrub(Path journal, Alarm alarm, Pause pause, Ends ends, BooleanSupplier stopping) {
    this.journal = journal;
    this.alarm = alarm;
    this.pause = pause;
    this.ends = ends;
    this.stopping = stopping;
  }

  /**
   * All records.
   *
   * @param sealed how many there are
   */
  void all(long sealed) throws IOException {
    try (var walk = new JournalWalk(journal)) {
      walk(walk, sealed, sealed);
    }
  }

  /**
   * Those of one file.
   *
   * @param until the first record that is not in it any more, at most {@code sealed}
   */
  void file(RollFile file, long until, long sealed) throws IOException {
    try (var walk = new JournalWalk(journal, file.run(), file.path(), file.first())) {
      walk(walk, until, sealed);
    }
  }

  private void walk(JournalWalk walk, long until, long sealed) throws IOException {
    try {
      records(walk, until, sealed);
      if (!stopping.getAsBoolean() && walk.count() < until) {
        alarm.tell("journal-record-missing", "record " + walk.count() + " of " + sealed);
      }
    } catch (JournalWalk.Broken e) {
      alarm.tell(
          "journal-record-changed", "record " + e.seq + " at " + e.place + ": " + e.getMessage());
    }
  }

  private void records(JournalWalk walk, long until, long sealed)
      throws IOException, JournalWalk.Broken {
    byte[] stored = null;
    long from = 0;
    long to = 0;
    long bytes = 0;
    while (!stopping.getAsBoolean() && walk.count() < until && walk.next()) {
      long seq = walk.count() - 1;
      if (seq >= to) {
        from = seq;
        to = Math.min(sealed, (seq / TileFile.WIDTH + 1) * TileFile.WIDTH);
        stored = TileFile.leaves(journal, from, to);
        pause.read(bytes);
        bytes = 0;
      }
      int length = walk.to() - walk.from();
      bytes += length;
      ends.at(walk.file(), walk.end());
      int at = (int) (seq - from) * HASH;
      if (stored == null) {
        alarm.tell("journal-tile-missing", "no tile holds the hash of record " + seq);
      } else if (!Arrays.equals(
          hashes.hash(walk.bytes(), walk.from(), length),
          Arrays.copyOfRange(stored, at, at + HASH))) {
        alarm.tell("journal-record-changed", "record " + seq + " at " + walk.place());
      }
    }
    pause.read(bytes);
  }
}
