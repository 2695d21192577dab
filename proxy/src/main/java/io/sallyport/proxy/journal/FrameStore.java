package io.sallyport.proxy.journal;

import java.nio.file.Path;
import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.queue.ExcerptAppender;
import net.openhft.chronicle.queue.RollCycles;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueue;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueueBuilder;

/**
 * The Chronicle queue of one run. Not thread-safe: the journal's lock is around every call. Time
 * reaches Chronicle only from here, so that a clock that steps back over a roll (every append then
 * throws WriteAfterEOFException until the clock catches up) cannot reach it.
 */
final class FrameStore implements AutoCloseable {
  static final RollCycles ROLL = RollCycles.TEN_MINUTELY;

  // Sparse on disk. A message may be a quarter of it, and a frame is at most 64 KiB.
  private static final int BLOCK = 4 << 20;

  // The only lock there is, is new with the directory.
  private static final int LOCK_TIMEOUT_MILLIS = 1_000;

  private final SingleChronicleQueue queue;
  private final ExcerptAppender appender;
  private final Bytes<?> out = Bytes.allocateDirect(Frame.MAX);
  private long rollMillis;

  FrameStore(Path run, long rollMillis) {
    // Chronicle's analytics are not on the class path; this is for the day someone puts them there.
    System.setProperty("chronicle.analytics.disable", "true");
    System.setProperty("chronicle.announcer.disable", "true");
    this.rollMillis = rollMillis;
    queue =
        SingleChronicleQueueBuilder.binary(run)
            .rollCycle(ROLL)
            .blockSize(BLOCK)
            .timeoutMS(LOCK_TIMEOUT_MILLIS)
            .timeProvider(() -> this.rollMillis)
            .build();
    appender = queue.createAppender();
    appender.singleThreadedCheckDisabled(true); // several event loops, one lock
    out.singleThreadedCheckDisabled(true);
  }

  /** Whether a frame written at this time opens a new file; time that steps back never does. */
  boolean rolls(long millis) {
    return millis / ROLL.lengthInMillis() > rollMillis / ROLL.lengthInMillis();
  }

  /** The next frame goes to the file of this time. */
  void roll(long millis) {
    rollMillis = millis;
  }

  /** Appends one whole frame: Chronicle would commit what was written before an exception. */
  void append(byte[] frame, int length) {
    out.clear();
    out.write(frame, 0, length);
    appender.writeBytes(out);
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
