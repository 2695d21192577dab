package io.sallyport.proxy.journal;

import java.util.concurrent.TimeUnit;

/**
 * Two times: the wall clock, which frames say and somebody may set, and elapsed time, which alone
 * decides when files roll. Under the journal's lock.
 */
final class JournalClock {
  private static final long STEP_MICROS = TimeUnit.SECONDS.toMicros(1);

  private final Settings settings;
  private final long startMillis;
  private final long startNanos;
  private long wallMicros;
  private long wallNanos;
  private long step;

  JournalClock(Settings settings) {
    this.settings = settings;
    startMillis = settings.clock().millis();
    startNanos = settings.nanos().getAsLong();
    wallMicros = wall();
    wallNanos = startNanos;
  }

  /** Now, in microseconds since 1970. Remembers when it and elapsed time disagree. */
  long micros() {
    long micros = wall();
    long nanos = settings.nanos().getAsLong();
    long off = micros - wallMicros - TimeUnit.NANOSECONDS.toMicros(nanos - wallNanos);
    if (Math.abs(off) >= STEP_MICROS) {
      step = off;
    }
    wallMicros = micros;
    wallNanos = nanos;
    return micros;
  }

  /** How far the wall clock was set since the last call, in microseconds; 0 when it was not. */
  long takeStep() {
    long taken = step;
    step = 0;
    return taken;
  }

  /** At the last call of micros; never backwards: the clock at the start and what has elapsed. */
  long rollMillis() {
    return startMillis + TimeUnit.NANOSECONDS.toMillis(wallNanos - startNanos);
  }

  private long wall() {
    var now = settings.clock().instant();
    return TimeUnit.SECONDS.toMicros(now.getEpochSecond())
        + TimeUnit.NANOSECONDS.toMicros(now.getNano());
  }
}
