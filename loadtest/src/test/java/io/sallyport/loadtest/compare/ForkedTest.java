package io.sallyport.loadtest.compare;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What we started ends with us, also when we are ended from outside. */
class ForkedTest {
  @Test
  void aServerEndsWithItsComparisonThatASignalEnds() throws Exception {
    Process comparison =
        new ProcessBuilder(java(Comparing.class, "")).redirectErrorStream(true).start();
    try (BufferedReader out = comparison.inputReader()) {
      String line = out.readLine();
      assertThat(line).matches("[0-9]+ /.+");
      int space = line.indexOf(' ');
      Path files = Path.of(line.substring(space + 1));
      assertThat(files.resolve("server.log")).exists();
      ProcessHandle server =
          ProcessHandle.of(Long.parseLong(line.substring(0, space))).orElseThrow();
      assertThat(server.isAlive()).isTrue();
      comparison.destroy();
      assertThat(comparison.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(files).doesNotExist();
      try {
        server.onExit().get(60, TimeUnit.SECONDS);
      } finally {
        server.destroyForcibly();
      }
    } finally {
      comparison.descendants().forEach(ProcessHandle::destroyForcibly);
      comparison.destroyForcibly();
    }
  }

  private static List<String> java(Class<?> main, String argument) {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-cp",
        System.getProperty("java.class.path"),
        main.getName(),
        argument);
  }

  /** Starts a server, says its process id, and waits to be ended. */
  static final class Comparing {
    private Comparing() {}

    public static void main(String[] arguments) throws Exception {
      int port;
      try (ServerSocket free = new ServerSocket(0)) {
        port = free.getLocalPort();
      }
      Path files = ScratchDirectory.make().path();
      Forked.start(
          "server",
          files,
          Cores.ANY.proxy(),
          Map.of(),
          java(Listening.class, Integer.toString(port)),
          port);
      long pid = ProcessHandle.current().children().findFirst().orElseThrow().pid();
      System.out.println(pid + " " + files);
      Thread.currentThread().join();
    }
  }

  /** Listens on a port until it is ended. */
  static final class Listening {
    private Listening() {}

    public static void main(String[] arguments) throws Exception {
      try (ServerSocket socket =
          new ServerSocket(
              Integer.parseInt(arguments[0]), 50, InetAddress.getByName("127.0.0.1"))) {
        while (true) {
          socket.accept().close();
        }
      }
    }
  }
}
