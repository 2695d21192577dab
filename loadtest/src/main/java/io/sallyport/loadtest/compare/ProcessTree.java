package io.sallyport.loadtest.compare;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** A process and all below it, as the kernel accounts for them. */
final class ProcessTree {
  private final long root;

  /**
   * @param root its pid
   */
  ProcessTree(long root) {
    this.root = root;
  }

  /** CPU time so far, of the living and of those that were waited for. */
  long cpuNanos() {
    long sum = 0;
    for (long pid : pids()) {
      String stat = read(pid, "stat");
      sum += stat.isEmpty() ? 0 : ProcStat.parse(stat).nanos();
    }
    return sum;
  }

  /** CPU time so far of the root alone. */
  long ownCpuNanos() {
    return ProcStat.parse(read(root, "stat")).own() * ProcStat.TICK_NANOS;
  }

  /** Resident memory now. Pages that two of them share count twice. */
  long residentBytes() {
    long sum = 0;
    for (long pid : pids()) {
      sum += resident(read(pid, "status"));
    }
    return sum;
  }

  static long resident(String status) {
    return status
        .lines()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) << 10)
        .sum();
  }

  private List<Long> pids() {
    return Stream.concat(
            Stream.of(root),
            ProcessHandle.of(root).stream()
                .flatMap(ProcessHandle::descendants)
                .map(ProcessHandle::pid))
        .toList();
  }

  /** Empty when the process ended meanwhile: its time is then in its parent's. */
  private static String read(long pid, String file) {
    try {
      return Files.readString(Path.of("/proc", Long.toString(pid), file)).strip();
    } catch (NoSuchFileException ended) {
      return "";
    } catch (IOException unreadable) {
      if (!ProcessHandle.of(pid).isPresent()) {
        return "";
      }
      throw CompareFailure.environment("cannot read /proc/" + pid + "/" + file, unreadable);
    }
  }
}
