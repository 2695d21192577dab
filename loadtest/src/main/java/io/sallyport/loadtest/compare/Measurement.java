package io.sallyport.loadtest.compare;

/**
 * What one run of one contestant gave.
 *
 * @param rate requests a second that were due; 0 in a closed loop
 * @param requests answered in the measured time
 * @param cpuNanos of the contestant's process tree in that time; -1 when it cannot be read
 * @param residentBytes at its end; -1 likewise
 * @param loadShare of one core: what the load generator and the record system used
 * @param strangerShare of the contestant's core: what anybody else used; NaN when it has none of
 *     its own
 */
record Measurement(
    String contestant,
    String workload,
    int round,
    double rate,
    long requests,
    double seconds,
    long cpuNanos,
    long residentBytes,
    double loadShare,
    double strangerShare,
    Schedule.Latencies latencies) {

  /** CPU time of a request in microseconds; NaN when it cannot be known. */
  double cpuMicros() {
    return cpuNanos < 0 || requests == 0 ? Double.NaN : cpuNanos / 1e3 / requests;
  }

  /** Requests a second. */
  double throughput() {
    return seconds == 0 ? 0 : requests / seconds;
  }
}
