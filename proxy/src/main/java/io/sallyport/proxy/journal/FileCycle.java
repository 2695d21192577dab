package io.sallyport.proxy.journal;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import net.openhft.chronicle.queue.RollCycle;
import net.openhft.chronicle.queue.rollcycles.RollCycleArithmetic;

/**
 * The series of roll files as Chronicle sees it: a file may begin every two seconds. When one does
 * begin is decided by {@link FrameWriter}, by age and by fill, and not by a cycle's length.
 */
final class FileCycle implements RollCycle {
  static final int LENGTH_MILLIS = 2_000; // so that the number of a cycle is an int until 2106

  private static final String FORMAT = "yyyyMMdd-HHmmss";
  private static final int INDEX_COUNT = 4 << 10;
  private static final int INDEX_SPACING = 256; // appends beside one entry of the index

  private final RollCycleArithmetic arithmetic = RollCycleArithmetic.of(INDEX_COUNT, INDEX_SPACING);

  /** The name, without its ending, of the file that is written at this time. */
  static String name(long millis) {
    long begin = millis / LENGTH_MILLIS * LENGTH_MILLIS;
    return DateTimeFormatter.ofPattern(FORMAT)
        .withZone(ZoneOffset.UTC)
        .format(Instant.ofEpochMilli(begin));
  }

  @Override
  public String format() {
    return FORMAT;
  }

  @Override
  public int lengthInMillis() {
    return LENGTH_MILLIS;
  }

  @Override
  public int defaultIndexCount() {
    return arithmetic.indexCount();
  }

  @Override
  public int defaultIndexSpacing() {
    return arithmetic.indexSpacing();
  }

  @Override
  public long toIndex(int cycle, long sequenceNumber) {
    return arithmetic.toIndex(cycle, sequenceNumber);
  }

  @Override
  public long toSequenceNumber(long index) {
    return arithmetic.toSequenceNumber(index);
  }

  @Override
  public int toCycle(long index) {
    return arithmetic.toCycle(index);
  }

  @Override
  public long maxMessagesPerCycle() {
    return arithmetic.maxMessagesPerCycle();
  }
}
