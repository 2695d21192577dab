package io.sallyport.proxy.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.queue.ExcerptAppender;
import net.openhft.chronicle.queue.impl.single.PrecreatedFiles;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueue;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueueBuilder;

/**
 * The Chronicle queue of one run. Not thread-safe: the journal's lock is around every call.
 *
 * <p>Time reaches Chronicle only from here, so that a clock that steps back over a roll (every
 * append then throws WriteAfterEOFException until the clock catches up; journal.md A6 no. 4) cannot
 * reach it. A file is written out in full before Chronicle maps it, and nothing is appended beyond
 * what was written: an append into a hole of a full disk is a SIGBUS, or on JDK 17 a record that is
 * said to be stored and is not (A6 no. 1).
 */
final class FrameStore implements AutoCloseable {
  // What Chronicle maps at once, and a quarter more behind it. A message may be that quarter.
  private static final int BLOCK = 1 << 20;
  private static final int OVERLAP = BLOCK / 4;

  // Chronicle's own pages may come before any frame: the tables of its index.
  private static final int PAGES = 80 << 10;
  private static final int WORD = 4;

  // The only lock there is, is new with the directory.
  private static final int LOCK_TIMEOUT_MILLIS = 1_000;

  private final SingleChronicleQueue queue;
  private final ExcerptAppender appender;
  private final Bytes<?> out = Bytes.allocateDirect(Frame.MAX);
  private final Path run;
  private final long limit;
  private long rollMillis;
  private long used;

  /**
   * @param rollMillis time of the first file
   * @param fileBytes of each file
   * @param first the first file, written out
   */
  FrameStore(Path run, long rollMillis, long fileBytes, SpareFiles.Spare first) throws IOException {
    // Chronicle's analytics are not on the class path; this is for the day someone puts them there.
    System.setProperty("chronicle.analytics.disable", "true");
    System.setProperty("chronicle.announcer.disable", "true");
    // It only warns, and not before it is too late (A6 no. 9); the guard is SpareFiles.
    System.setProperty("chronicle.disk.monitor.disable", "true");
    this.run = run;
    this.rollMillis = rollMillis;
    limit = limit(fileBytes);
    Files.createDirectories(run);
    first.moveTo(target());
    queue =
        SingleChronicleQueueBuilder.binary(run)
            .rollCycle(new FileCycle())
            .blockSize(BLOCK)
            .timeoutMS(LOCK_TIMEOUT_MILLIS)
            .timeProvider(() -> this.rollMillis)
            .build();
    appender = queue.createAppender();
    appender.singleThreadedCheckDisabled(true); // several event loops, one lock
    out.singleThreadedCheckDisabled(true);
    fill(run.resolve("metadata.cq4t"));
  }

  /** How many bytes a file must have so that this many can be used: Chronicle maps ahead. */
  static long onDisk(long fileBytes) {
    return limit(fileBytes) + OVERLAP;
  }

  private static long limit(long fileBytes) {
    return Math.max(1, fileBytes / BLOCK) * BLOCK;
  }

  // Chronicle's table is sparse, too, and written at every append: its lock is in it. Nobody else
  // has it open yet.
  private static void fill(Path file) throws IOException {
    try (var channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      var bytes = ByteBuffer.allocate((int) channel.size());
      while (bytes.hasRemaining() && channel.read(bytes, bytes.position()) >= 0) {}
      bytes.flip();
      while (bytes.hasRemaining()) {
        channel.write(bytes, bytes.position());
      }
    }
  }

  /** The name under which Chronicle takes the file of the current time for its own. */
  private Path target() {
    var name = queueFile(rollMillis);
    return PrecreatedFiles.preCreatedFile(run.resolve(name).toFile()).toPath();
  }

  private static String queueFile(long millis) {
    return FileCycle.name(millis) + ".cq4";
  }

  /** The next frame goes to this file, at this time or as soon after it as a file may begin. */
  void roll(long millis, SpareFiles.Spare next) throws IOException {
    long before = rollMillis;
    rollMillis = Math.max(millis, rollMillis + FileCycle.LENGTH_MILLIS);
    try {
      next.moveTo(target());
    } catch (IOException e) {
      rollMillis = before; // Chronicle has not heard of it
      throw e;
    }
    used = 0;
  }

  /** Whether frames of so many bytes in all can be appended below this share of the file. */
  boolean fits(long bytes, int frames, int percent) {
    return used + stored(bytes, frames) <= limit / 100 * percent;
  }

  /** Whether they could be appended to a new file. */
  boolean everFits(long bytes, int frames) {
    return PAGES + stored(bytes, frames) <= limit / 100 * FrameWriter.ROLL_PERCENT;
  }

  // Each behind a header word, at a multiple of four; and Chronicle may open a page of its index.
  private static long stored(long bytes, int frames) {
    return bytes + frames * 2L * WORD + PAGES;
  }

  /** How much of the file is in use, in percent. */
  int usedPercent() {
    return (int) (used * 100 / limit);
  }

  /** Bytes of the file in use, with the mark of its end. */
  long used() {
    return used + WORD;
  }

  /** Appends one whole frame: Chronicle would commit what was written before an exception. */
  void append(byte[] frame, int length) {
    out.clear();
    out.write(frame, 0, length);
    appender.writeBytes(out);
    used = appender.wire().bytes().writePosition();
  }

  /** The file the last frame went to. */
  Path file() {
    return appender.currentFile().toPath();
  }

  @Override
  public void close() {
    appender.close();
    queue.close();
    out.releaseLast();
  }
}
