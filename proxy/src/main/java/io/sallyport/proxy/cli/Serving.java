package io.sallyport.proxy.cli;

import io.sallyport.proxy.Appliance;
import io.sallyport.proxy.config.Config;
import io.sallyport.proxy.config.ConfigReader;
import io.sallyport.proxy.journal.JournalUnavailable;
import io.sallyport.proxy.ops.Logs;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.CountDownLatch;

/**
 * What {@code serve} and {@code demo} share: an appliance from a file, until it is asked to stop.
 */
final class Serving {
  private Serving() {}

  /** Starts from a configuration file; every problem is printed before it fails. */
  static Appliance start(Path file, PrintWriter err) {
    Problems problems = new Problems();
    Config config = ConfigReader.read(file, problems::add);
    Appliance appliance = null;
    try {
      if (config != null) {
        Logs.start(config.log().level());
        appliance = Appliance.start(config, System.getenv(), Clock.systemUTC(), problems::add);
      }
    } catch (JournalUnavailable unavailable) {
      throw Failure.environment(
          "the journal cannot be opened: " + unavailable.getMessage(), unavailable);
    } catch (IOException | RuntimeException unbound) {
      throw Failure.environment("cannot start: " + unbound.getMessage(), unbound);
    }
    problems.print(err);
    err.flush();
    if (appliance == null) {
      throw Failure.bad(file + " has " + problems.count());
    }
    return appliance;
  }

  /** Waits for SIGTERM or Ctrl-C, stops everything in order, and ends the process with 0. */
  static void untilStopped(AutoCloseable... parts) {
    CountDownLatch never = new CountDownLatch(1);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  int exit = 0;
                  for (AutoCloseable part : parts) {
                    try {
                      part.close();
                    } catch (Exception failure) {
                      exit = Failure.ENVIRONMENT;
                    }
                  }
                  // A signal would make the exit code 143: an orderly stop is a success.
                  Runtime.getRuntime().halt(exit);
                },
                "stop"));
    try {
      never.await();
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }
}
