package io.sallyport.proxy.journal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.CompletionException;

/**
 * Prints how long a start takes: {@code make DIR GB} writes a journal of so many GB of roll files
 * at full speed, {@code open DIR} opens it. Run by hand; asserts nothing.
 */
final class BootBench {
  private static final int CHECK_EVERY = 2_000;

  private BootBench() {}

  public static void main(String[] args) throws Exception {
    var dir = Path.of(args[1]);
    if (args[0].equals("make")) {
      make(Files.createDirectories(dir), Long.parseLong(args[2]) << 30);
      return;
    }
    long start = System.nanoTime();
    try (var journal =
        ChronicleJournal.open(dir.resolve("journal"), Entries.kms(dir), Clock.systemUTC())) {
      System.out.printf(
          Locale.ROOT,
          "java %s: %d MB, %d records, open after %d ms, of the process %d ms%n",
          System.getProperty("java.version"),
          bytes(dir) >> 20,
          journal.appended() + 1,
          (System.nanoTime() - start) / 1_000_000,
          System.currentTimeMillis()
              - ProcessHandle.current().info().startInstant().orElseThrow().toEpochMilli());
    }
  }

  // Large records first, so that it does not take all day; the last GB, of which a start reads
  // some,
  // is of ordinary ones. Nothing is forced: that is no business of a start.
  private static void make(Path dir, long size) throws Exception {
    var standard = Settings.standard(Clock.systemUTC(), JournalLimits.DEFAULT);
    var settings =
        new Settings(
            standard.clock(),
            standard.nanos(),
            channel -> {},
            standard.fill(),
            standard.forceMillis(),
            standard.sealing(),
            standard.limits());
    var many = new String[200];
    Arrays.setAll(many, i -> "patient-" + i);
    long ordinary = Math.max(0, size - (1L << 30));
    try (var journal = ChronicleJournal.open(dir.resolve("journal"), Entries.kms(dir), settings)) {
      for (long i = 0; i % CHECK_EVERY != 0 || bytes(dir) < ordinary; i++) {
        exchange(journal, "6f1c2b3a-" + i, many);
      }
      for (long i = 0; i % CHECK_EVERY != 0 || bytes(dir) < size; i++) {
        exchange(journal, "7f1c2b3a-" + i, "p1");
      }
      System.out.println(journal.appended() + 1 + " records, " + bytes(dir) + " bytes");
    }
  }

  // Faster than the disk makes roll files: then there is no room for a moment.
  static void exchange(ChronicleJournal journal, String name, String... patients)
      throws InterruptedException {
    while (true) {
      try {
        Entries.exchange(journal, name, patients);
        return;
      } catch (CompletionException e) {
        Thread.sleep(5);
      }
    }
  }

  private static long bytes(Path dir) throws IOException {
    long bytes = 0;
    for (int run : JournalFiles.runs(dir.resolve("journal"))) {
      for (var file : JournalFiles.frames(JournalFiles.run(dir.resolve("journal"), run))) {
        bytes += Files.size(file);
      }
    }
    return bytes;
  }
}
