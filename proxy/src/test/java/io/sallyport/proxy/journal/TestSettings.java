package io.sallyport.proxy.journal;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicLong;

/** Settings whose time the test moves and whose disk it breaks. */
final class TestSettings extends Clock {
  private volatile Instant wall = Instant.parse("2026-11-26T08:00:00Z");
  private final AtomicLong nanos = new AtomicLong();

  /** Called before every real force. */
  volatile Settings.Force before = channel -> {};

  /** Called before every piece of a roll file is written out. */
  volatile Settings.Fill beforeFill = (channel, zeros) -> {};

  /** Small files, and no disk is slow while time stands still. */
  JournalLimits limits = SMALL;

  static final JournalLimits SMALL =
      new JournalLimits(2 << 20, Duration.ofDays(1_000).toMillis(), 20, true, Durabilities.LEAST);

  Outside outside = Outside.NONE;

  /** How fast a pass over all records is. */
  long scrubBytesPerMilli = 50_000;

  /** A start reads everything again; with 0, from the last certified key on. */
  long bootBytes = Long.MAX_VALUE;

  /** Never checkpoints unless the test moves time, so that the tail stays unsealed. */
  Settings settings() {
    return new Settings(
        this,
        nanos::get,
        channel -> {
          before.force(channel);
          channel.force(false);
        },
        (channel, zeros) -> {
          beforeFill.write(channel, zeros);
          channel.write(zeros);
        },
        10,
        new Sealing(
            Duration.ofHours(10).toMillis(),
            Duration.ofHours(10).toMillis(),
            Duration.ofDays(1).toMillis(),
            0,
            10,
            10,
            scrubBytesPerMilli,
            bootBytes,
            outside),
        limits);
  }

  /** Time passes. */
  void pass(Duration time) {
    nanos.addAndGet(time.toNanos());
    wall = wall.plus(time);
  }

  /** Time passes until a file has to be followed by the next, and the committer has opened that. */
  void roll(ChronicleJournal journal) throws InterruptedException {
    Entries.await(journal.space()::ready);
    int rolls = journal.space().rolls();
    pass(FrameWriter.ROLL_TIME);
    Entries.await(() -> journal.space().rolls() > rolls);
  }

  /** Somebody sets the wall clock. */
  void step(Duration by) {
    wall = wall.plus(by);
  }

  @Override
  public Instant instant() {
    return wall;
  }

  @Override
  public ZoneId getZone() {
    return ZoneOffset.UTC;
  }

  @Override
  public Clock withZone(ZoneId zone) {
    throw new IllegalStateException("the journal asks for instants only");
  }
}
