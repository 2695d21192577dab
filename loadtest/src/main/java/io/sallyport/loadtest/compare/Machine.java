package io.sallyport.loadtest.compare;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * Where a comparison was made.
 *
 * @param load of the machine when it began, over the last minute
 */
record Machine(String cpu, int cores, String kernel, String load, String ourJava) {
  static Machine here(int cores) {
    return new Machine(
        line("/proc/cpuinfo", "model name"),
        cores,
        System.getProperty("os.name") + " " + System.getProperty("os.version"),
        line("/proc/loadavg", "").split(" ")[0],
        System.getProperty("java.vm.name") + " " + System.getProperty("java.vm.version"));
  }

  /** What the appliance runs on: the JDK of JAVA_HOME, else the one on the PATH. */
  static String java(Map<String, String> environment, Path dir) {
    String home = environment.getOrDefault("JAVA_HOME", System.getenv("JAVA_HOME"));
    String java = home == null ? "java" : Path.of(home, "bin", "java").toString();
    return Programs.run("ask java for its version", dir, java, "-version")
        .strip()
        .replace("\n", ", ");
  }

  private static String line(String file, String start) {
    try {
      return Files.readAllLines(Path.of(file)).stream()
          .filter(line -> line.startsWith(start))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElse("unknown");
    } catch (IOException unreadable) {
      return "unknown";
    }
  }
}
