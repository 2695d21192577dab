package io.sallyport.proxy.journal;

import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;

/**
 * A process whose disk loses its power: two threads append, every eighth record at the disk class,
 * and note each acknowledged one on another disk: number, class, time.
 */
final class PowerTarget {
  static final int ACK = Long.BYTES + Long.BYTES + Long.BYTES;
  static final int EVERY = 8;

  private PowerTarget() {}

  /** Arguments: where the keys are, the journal, the directory for notes, a name. */
  public static void main(String[] args) throws Exception {
    var limits = new JournalLimits(4 << 20, 60_000, 20, true, Durabilities.LEAST);
    var journal =
        ChronicleJournal.open(
            Path.of(args[1]),
            Entries.kms(Path.of(args[0])),
            Settings.standard(Clock.systemUTC(), limits));
    for (int i = 0; i < 2; i++) {
      var name = args[3] + "-" + i;
      new Thread(() -> run(journal, Path.of(args[2]).resolve("acks-" + name), name)).start();
    }
  }

  private static void run(Journal journal, Path acks, String name) {
    var bytes = ByteBuffer.allocate(ACK);
    try (var out =
        FileChannel.open(acks, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      for (long i = 0; ; i++) {
        var durability = i % EVERY == 0 ? Durability.DISK : Durability.PROCESS;
        var entry = Entries.intent(name + "-" + i, "dr-jones", "Patient/" + i % 10);
        long seq = Entries.done(journal.append("", entry, durability)).sequence();
        bytes.clear().putLong(seq).putLong(durability.ordinal());
        bytes.putLong(System.currentTimeMillis()).flip();
        out.write(bytes);
      }
    } catch (Exception e) {
      // The disk is gone, or the journal is fenced for it: that is what this waits for.
      System.out.println(e);
    }
  }
}
