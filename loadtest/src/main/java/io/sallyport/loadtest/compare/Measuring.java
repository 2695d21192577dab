package io.sallyport.loadtest.compare;

import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Runs a load and looks at the clocks, of the machine and of the processes, when it must. */
final class Measuring {
  private final LoadGenerator generator;
  private final ProcessTree recordSystem;
  private final Plan.Length length;
  private final Cores cores;
  private final ProcessTree ours = new ProcessTree(ProcessHandle.current().pid());

  /**
   * @param recordSystem null when it lives in our process
   */
  Measuring(LoadGenerator generator, ProcessTree recordSystem, Plan plan) {
    this.generator = generator;
    this.recordSystem = recordSystem;
    this.length = plan.length();
    this.cores = plan.cores();
  }

  /**
   * @param what the run, for messages and for the journal
   * @param rate 0 for a closed loop
   */
  Result run(
      Contestant contestant,
      Workload workload,
      Expected expected,
      String what,
      int round,
      double rate) {
    return run(
        contestant, workload, expected, what, round, rate, length.settle(), length.measured());
  }

  /** Load of which nothing is kept. */
  Result warmUp(
      Contestant contestant, Workload workload, Expected expected, String what, Duration time) {
    return run(contestant, workload, expected, what, 0, 0, time, Duration.ZERO);
  }

  /**
   * @param taken requests sent from the first to the last
   */
  record Result(long taken, Measurement measurement) {}

  private Result run(
      Contestant contestant,
      Workload workload,
      Expected expected,
      String what,
      int round,
      double rate,
      Duration settle,
      Duration measured) {
    Endpoint endpoint = Requests.all(contestant, workload, what, length.connections());
    ProcessTree proxy = contestant.processes();
    long start = System.nanoTime();
    long from = start + settle.toNanos();
    long to = from + measured.toNanos();
    LoadRun run =
        generator.start(
            endpoint, new Schedule(rate, start, from, to, length.requestsMax()), expected);
    Look before = look(run, from, proxy);
    Look after = look(run, to, proxy);
    long resident = proxy == null ? -1 : proxy.residentBytes();
    Schedule schedule =
        LoadGenerator.end(run, contestant.name() + ", " + workload.name() + ", " + what);
    double seconds = (after.at - before.at) / 1e9;
    return new Result(
        schedule.taken(),
        new Measurement(
            contestant.name(),
            workload.name(),
            round,
            rate,
            after.completed - before.completed,
            seconds,
            proxy == null ? -1 : after.proxyCpu - before.proxyCpu,
            resident,
            (after.loadCpu - before.loadCpu) / 1e9 / seconds,
            proxy == null || cores.proxy() < 0
                ? Double.NaN
                : Math.max(0, after.strangers() - before.strangers()) / 1e9 / seconds,
            schedule.latencies()));
  }

  private record Look(long at, long completed, long proxyCpu, long loadCpu, long coreBusy) {
    long strangers() {
      return coreBusy - proxyCpu;
    }
  }

  private Look look(LoadRun run, long at, ProcessTree proxy) {
    try {
      run.done().get(Math.max(0, at - System.nanoTime()), TimeUnit.NANOSECONDS);
    } catch (TimeoutException running) {
      // as planned: it is looked at while it runs
    } catch (ExecutionException failed) {
      // the end of the run says what was wrong
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw CompareFailure.environment("stopped", stopped);
    }
    return new Look(
        System.nanoTime(),
        run.completed(),
        proxy == null ? 0 : proxy.cpuNanos(),
        loadCpu(),
        CoreStat.busyNanos(cores.proxy()));
  }

  /** Without the servers that we started: one is measured, the others idle. */
  private long loadCpu() {
    return ours.ownCpuNanos() + (recordSystem == null ? 0 : recordSystem.cpuNanos());
  }
}
