package io.sallyport.loadtest.compare;

import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * When requests are due, and how long each took <em>from when it was due</em>. In a closed loop a
 * request is due when a caller is free; at a constant rate it is due by the clock, whether or not a
 * caller is free, so a server that stalls is charged for all the requests it kept waiting and not
 * only for those that happened to be in flight (coordinated omission).
 *
 * <p>Times are those of one monotonic clock, in nanoseconds. Used by one thread.
 */
final class Schedule {
  /** No request will be due any more. */
  static final long NEVER = Long.MAX_VALUE;

  private static final long LATENCY_MAX = TimeUnit.MINUTES.toNanos(5);

  private final double interval;
  private final long start;
  private final long from;
  private final long to;
  private final long max;
  private final Histogram latencies = new Histogram(LATENCY_MAX, 3);
  private long taken;
  private long answered;

  /**
   * @param rate requests a second; 0 for a closed loop
   * @param from latencies count of requests due from here
   * @param to the end: nothing is due any more
   * @param max at most so many requests
   */
  Schedule(double rate, long start, long from, long to, long max) {
    this.interval = rate == 0 ? 0 : 1e9 / rate;
    this.start = start;
    this.from = from;
    this.to = to;
    this.max = max;
  }

  /** When the next request is due, seen at {@code now}. */
  long next(long now) {
    long due = interval == 0 ? now : start + Math.round(taken * interval);
    return due >= to || taken >= max ? NEVER : due;
  }

  /** The next request is on its way. */
  void took() {
    taken++;
  }

  /** An answer came, to the request that was due then. */
  void answered(long due, long now) {
    answered++;
    if (due >= from) {
      latencies.recordValue(Math.min(now - due, LATENCY_MAX));
    }
  }

  long taken() {
    return taken;
  }

  long answered() {
    return answered;
  }

  /** Of requests due in the measured time. Read it when the run is over. */
  Latencies latencies() {
    return new Latencies(
        latencies.getTotalCount(),
        latencies.getValueAtPercentile(50),
        latencies.getValueAtPercentile(99),
        latencies.getValueAtPercentile(99.9),
        latencies.getMaxValue());
  }

  /** Percentiles in nanoseconds. */
  record Latencies(long count, long p50, long p99, long p999, long max) {}
}
