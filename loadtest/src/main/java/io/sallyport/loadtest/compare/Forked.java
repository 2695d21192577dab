package io.sallyport.loadtest.compare;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A server of a run: started by us, listening on a port of loopback, and ended by us. */
final class Forked implements AutoCloseable {
  private static final long START_SECONDS = 60;
  private static final long STOP_SECONDS = 60;
  private static final int LOG_CHARS = 1_500;

  private final String name;
  private final Process process;
  private final Path log;

  /** Who ends us by a signal would else leave it running, on the core that is measured next. */
  private final Thread lastResort;

  private Forked(String name, Process process, Path log) {
    this.name = name;
    this.process = process;
    this.log = log;
    lastResort = new Thread(this::end, "end-" + name);
    Runtime.getRuntime().addShutdownHook(lastResort);
  }

  /** Returns when the port is open. */
  static Forked start(
      String name,
      Path dir,
      int core,
      Map<String, String> environment,
      List<String> command,
      int port)
      throws IOException {
    Path log = dir.resolve(name + ".log");
    List<String> words = new ArrayList<>(Cores.on(core));
    words.addAll(command);
    ProcessBuilder builder =
        new ProcessBuilder(words)
            .directory(dir.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    builder.environment().putAll(environment);
    Forked forked = new Forked(name, builder.start(), log);
    try {
      forked.awaitPort(port);
      return forked;
    } catch (CompareFailure failure) {
      forked.close();
      throw failure;
    }
  }

  ProcessTree tree() {
    return new ProcessTree(process.pid());
  }

  /** Asks it to stop; its exit code, or -1 when it had to be killed. */
  int stop() {
    try {
      Runtime.getRuntime().removeShutdownHook(lastResort);
    } catch (IllegalStateException ending) {
      // Then both end it, which does no harm.
    }
    return end();
  }

  private int end() {
    List<ProcessHandle> below = process.descendants().toList();
    process.destroy();
    try {
      if (process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
        return process.exitValue();
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
    process.destroyForcibly();
    below.forEach(ProcessHandle::destroyForcibly);
    return -1;
  }

  /** The end of what it printed. */
  String said() {
    try {
      String all = Files.readString(log).strip();
      return all.substring(Math.max(0, all.length() - LOG_CHARS));
    } catch (IOException unreadable) {
      return "(its log cannot be read)";
    }
  }

  @Override
  public void close() {
    stop();
  }

  private void awaitPort(int port) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
    while (!open(port)) {
      try {
        if (process.waitFor(50, TimeUnit.MILLISECONDS)) {
          throw CompareFailure.environment(name + " does not start: " + said(), null);
        }
      } catch (InterruptedException stopped) {
        Thread.currentThread().interrupt();
        throw CompareFailure.environment("stopped", stopped);
      }
      if (System.nanoTime() > deadline) {
        throw CompareFailure.environment(
            name + " does not listen after " + START_SECONDS + " s: " + said(), null);
      }
    }
  }

  private static boolean open(int port) {
    try (Socket socket = new Socket("127.0.0.1", port)) {
      return socket.isConnected();
    } catch (IOException notYet) {
      return false;
    }
  }
}
