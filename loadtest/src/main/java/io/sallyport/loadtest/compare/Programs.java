package io.sallyport.loadtest.compare;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Programs of the machine: where they are, and what they say. */
final class Programs {
  /** Debian puts servers where an ordinary user's PATH does not lead. */
  private static final List<String> SERVERS = List.of("/usr/sbin", "/usr/local/sbin", "/sbin");

  private static final int SECONDS = 60;

  private Programs() {}

  /** Null when it is not installed. */
  static Path find(String name) {
    String path = System.getenv("PATH");
    return Stream.concat(
            Stream.of((path == null ? "" : path).split(File.pathSeparator)), SERVERS.stream())
        .filter(dir -> !dir.isEmpty())
        .map(dir -> Path.of(dir, name))
        .filter(Files::isExecutable)
        .findFirst()
        .orElse(null);
  }

  /** Runs a program to its end and returns what it printed, on both streams. */
  static String run(String purpose, Path dir, String... command) {
    return run(purpose, dir, java.util.Map.of(), List.of(command));
  }

  static String run(
      String purpose, Path dir, java.util.Map<String, String> environment, List<String> command) {
    try {
      ProcessBuilder builder =
          new ProcessBuilder(command).directory(dir.toFile()).redirectErrorStream(true);
      builder.environment().putAll(environment);
      Process process = builder.start();
      process.getOutputStream().close();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw CompareFailure.environment(
            "cannot " + purpose + ": " + command.get(0) + " does not end", null);
      }
      if (process.exitValue() != 0) {
        throw CompareFailure.environment(
            "cannot " + purpose + ": " + command.get(0) + " says: " + said.strip(), null);
      }
      return said;
    } catch (IOException failure) {
      throw CompareFailure.environment("cannot " + purpose + ": " + failure.getMessage(), failure);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw CompareFailure.environment("stopped", stopped);
    }
  }

  /** A port of loopback that nobody has now. */
  static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
