package io.sallyport.loadtest.compare;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** One core's busy time, from {@code /proc/stat}: who else was there shows in it. */
final class CoreStat {
  private CoreStat() {}

  /** Busy time so far, stolen time included; -1 when no core is meant. */
  static long busyNanos(int core) {
    if (core < 0) {
      return -1;
    }
    try {
      return parse(Files.readString(Path.of("/proc/stat")), core) * ProcStat.TICK_NANOS;
    } catch (IOException unreadable) {
      throw CompareFailure.environment("cannot read /proc/stat", unreadable);
    }
  }

  /** In ticks. */
  static long parse(String stat, int core) {
    String start = "cpu" + core + " ";
    String line = stat.lines().filter(l -> l.startsWith(start)).findFirst().orElse("");
    String[] fields = line.split(" ");
    if (fields.length < 9) {
      throw new IllegalArgumentException("no core " + core + " in /proc/stat");
    }
    // user nice system idle iowait irq softirq steal: all but the two that are idle.
    long busy = 0;
    for (int field : new int[] {1, 2, 3, 6, 7, 8}) {
      busy += Long.parseLong(fields[field]);
    }
    return busy;
  }
}
