package io.sallyport.proxy.journal;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Locale;
import java.util.Set;

/**
 * Prints what a frame costs: encode, encrypt and append on the caller's thread (CPU time, the least
 * of many rounds), the threads behind it, verify and read. Run by hand; asserts nothing.
 */
final class JournalBench {
  private static final int ROUNDS = 40;
  private static final int EXCHANGES = 10_000;
  private static final Set<String> BEHIND = Set.of("sealer", "committer", "watch", "space");

  private JournalBench() {}

  public static void main(String[] args) throws Exception {
    var dir = Path.of(args[0]);
    Files.createDirectories(dir);
    var threads = ManagementFactory.getThreadMXBean();
    parts(dir, threads);
    long best = Long.MAX_VALUE;
    var kms = Entries.kms(dir);
    try (var journal = ChronicleJournal.open(dir.resolve("journal"), kms, Clock.systemUTC())) {
      long first = journal.appended();
      for (int round = 0; round < ROUNDS; round++) {
        long start = threads.getCurrentThreadCpuTime();
        for (int i = 0; i < EXCHANGES; i++) {
          BootBench.exchange(journal, "6f1c2b3a-" + i, "p1");
        }
        best = Math.min(best, threads.getCurrentThreadCpuTime() - start);
      }
      while (journal.durable() < journal.appended()) {
        Thread.sleep(10);
      }
      Thread.sleep(100); // the sealer reads what is durable every 20 ms
      for (var thread : threads.getThreadInfo(threads.getAllThreadIds())) {
        if (thread != null && BEHIND.contains(thread.getThreadName())) {
          System.out.printf(
              Locale.ROOT,
              "%s: %.0f ns CPU a frame%n",
              thread.getThreadName(),
              threads.getThreadCpuTime(thread.getThreadId())
                  / (double) (journal.appended() - first));
        }
      }
    }
    System.out.printf(Locale.ROOT, "append: %.0f ns CPU a frame%n", best / (2.0 * EXCHANGES));
    for (int round = 0; round < 3; round++) {
      long start = System.nanoTime();
      var result = Entries.verify(dir);
      double seconds = (System.nanoTime() - start) / 1e9;
      System.out.printf(
          Locale.ROOT,
          "verify: %s, %d records, %.0f frames/s%n",
          result.summary(),
          result.records(),
          result.records() / seconds);
    }
    long start = System.nanoTime();
    var count = new long[1];
    new JournalReader(dir.resolve("journal"), Entries.kms(dir))
        .forEach(JournalReader.Filter.ALL, e -> count[0]++);
    System.out.printf(
        Locale.ROOT, "read: %.0f entries/s%n", count[0] / ((System.nanoTime() - start) / 1e9));
  }

  private static void parts(Path dir, ThreadMXBean threads) throws Exception {
    var intent = Entries.intent("6f1c2b3a-1", "dr-jones", "Patient/p1");
    var outcome = Entries.outcome("6f1c2b3a-1", 1, "p1");
    var writer = new PayloadWriter();
    var cipher = new FrameCipher();
    var kms = Entries.kms(dir);
    kms.ensure("journal");
    var place =
        new DataKey.Place("auditlog.local/a", 1, 0, RetentionClass.ACCESS, new byte[32], "journal");
    var key = DataKey.fresh(kms, new SecureRandom(), place).key();
    var frame = new byte[Frame.MAX];
    long encode = Long.MAX_VALUE;
    long encrypt = Long.MAX_VALUE;
    long seq = 0;
    for (int round = 0; round < ROUNDS; round++) {
      long start = threads.getCurrentThreadCpuTime();
      for (int i = 0; i < EXCHANGES; i++) {
        writer.write(intent);
        writer.write(outcome);
      }
      long half = threads.getCurrentThreadCpuTime();
      for (int i = 0; i < 2 * EXCHANGES; i++) {
        cipher.seal(key, seq++, writer.bytes(), 0, writer.length(), frame);
      }
      encode = Math.min(encode, half - start);
      encrypt = Math.min(encrypt, threads.getCurrentThreadCpuTime() - half);
    }
    long store = Long.MAX_VALUE;
    var settings = Settings.standard(Clock.systemUTC(), JournalLimits.DEFAULT);
    long size = 1L << 30;
    var spares =
        SpareFiles.open(
            Files.createDirectories(dir.resolve("s")), FrameStore.onDisk(size), settings);
    try (var frames = new FrameStore(dir.resolve("store"), 0, size, spares.poll())) {
      for (int round = 0; round < ROUNDS; round++) {
        long start = threads.getCurrentThreadCpuTime();
        for (int i = 0; i < 2 * EXCHANGES; i++) {
          frames.append(frame, Frame.HEADER + writer.length() + Frame.TAG);
        }
        store = Math.min(store, threads.getCurrentThreadCpuTime() - start);
      }
    }
    System.out.printf(Locale.ROOT, "of it: store %.0f ns%n", store / (2.0 * EXCHANGES));
    System.out.printf(
        Locale.ROOT,
        "of it: encode %.0f ns, encrypt %d bytes %.0f ns%n",
        encode / (2.0 * EXCHANGES),
        writer.length(),
        encrypt / (2.0 * EXCHANGES));
  }
}
