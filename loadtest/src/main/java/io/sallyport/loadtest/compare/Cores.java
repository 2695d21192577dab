package io.sallyport.loadtest.compare;

import java.nio.file.Path;
import java.util.List;

/**
 * Which core is whose.
 *
 * @param proxy the one that is measured
 * @param load the load generator's and the record system's
 */
public record Cores(int proxy, int load) {
  /** Nothing is pinned: only for trying things, the figures then say little. */
  public static final Cores ANY = new Cores(-1, -1);

  /** Words to put before a command that shall run on this core. */
  static List<String> on(int core) {
    return core < 0 ? List.of() : List.of("taskset", "-c", Integer.toString(core));
  }

  /** Moves all of this process to the load's core; what it starts from now on begins there. */
  void takeOurs() {
    if (load >= 0) {
      Programs.run(
          "bind the load generator to core " + load + " (taskset, of util-linux, is needed)",
          Path.of("."),
          "taskset",
          "-a",
          "-c",
          "-p",
          Integer.toString(load),
          Long.toString(ProcessHandle.current().pid()));
    }
  }

  /** Refuses cores that this machine does not have. */
  void check(int available) {
    if (this.equals(ANY)) {
      return;
    }
    if (proxy < 0 || load < 0 || proxy == load) {
      throw CompareFailure.usage("--cores takes two different cores, as 0,1, or none");
    }
    if (available < 2) {
      throw CompareFailure.environment(
          "this machine lets us use one core, and proxy and load need one each:"
              + " run it on another, or say --cores none and believe no figure",
          null);
    }
    if (Programs.find("taskset") == null) {
      throw CompareFailure.environment(
          "taskset is not installed: apt-get install util-linux, or --cores none", null);
    }
  }
}
