package io.sallyport.loadtest.compare;

/**
 * One line of {@code /proc/<pid>/stat}, as far as CPU time is concerned.
 *
 * @param own user and system time of its own threads, in ticks
 * @param waited the same of children that have ended and were waited for
 * @see <a href="https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html">proc_pid_stat(5)</a>
 */
record ProcStat(long pid, long parent, long own, long waited) {
  /** USER_HZ is 100 on every Linux we run on; it is part of the kernel's interface, not its HZ. */
  static final long TICK_NANOS = 10_000_000;

  private static final int PARENT = 1;
  private static final int UTIME = 11;
  private static final int STIME = 12;
  private static final int CUTIME = 13;
  private static final int CSTIME = 14;

  static ProcStat parse(String line) {
    // The second field is the program's name in parentheses, and may hold spaces and parentheses.
    int open = line.indexOf('(');
    int close = line.lastIndexOf(')');
    String[] rest = close < 0 ? new String[0] : line.substring(close + 1).strip().split(" ");
    if (open < 0 || rest.length <= CSTIME) {
      throw new IllegalArgumentException("no line of /proc/<pid>/stat: " + line);
    }
    return new ProcStat(
        Long.parseLong(line.substring(0, open).strip()),
        Long.parseLong(rest[PARENT]),
        Long.parseLong(rest[UTIME]) + Long.parseLong(rest[STIME]),
        Long.parseLong(rest[CUTIME]) + Long.parseLong(rest[CSTIME]));
  }

  long nanos() {
    return (own + waited) * TICK_NANOS;
  }
}
