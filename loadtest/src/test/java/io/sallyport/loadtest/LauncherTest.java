package io.sallyport.loadtest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The shipped shell launchers, against a java that only says its version and prints its arguments.
 */
final class LauncherTest {
  private record Run(int exit, String output) {}

  @TempDir Path dir;

  @Test
  void unsafeFlagIsGivenOnlyToJvmsThatKnowIt() throws Exception {
    String flag = "--sun-misc-unsafe-memory-access=allow";
    assertThat(run("17.0.9", "serve").output()).doesNotContain(flag);
    assertThat(run("23", "serve").output()).doesNotContain(flag);
    assertThat(run("24", "serve").output()).contains(flag);
    assertThat(run("25-ea", "serve").output()).contains(flag);
  }

  @Test
  void runtimeOlderThan17IsRefusedAsEnvironment() throws Exception {
    assertThat(run("11.0.2", "serve").exit()).isEqualTo(4);
    assertThat(run("1.8.0_392", "serve").exit()).isEqualTo(4);
  }

  @Test
  void shortCommandsStartFastAndServersDoNot() throws Exception {
    assertThat(run("17", "check").output()).contains("-XX:TieredStopAtLevel=1");
    assertThat(run("17", "demo").output())
        .doesNotContain("TieredStopAtLevel")
        .contains("-XX:+UseParallelGC");
  }

  @Test
  void loadtestMeasuresTheApplianceBesideIt() throws Exception {
    String output = launch("loadtest", "17", "compare", "--quick").output();
    assertThat(output)
        .contains("io.sallyport.loadtest.compare.Loadtest compare --sallyport ")
        .contains("/bin/sallyport --quick");
    assertThat(launch("loadtest", "17", "--help").output()).doesNotContain("--sallyport");
  }

  private Run run(String version, String command) throws IOException, InterruptedException {
    return launch("sallyport", version, command);
  }

  private Run launch(String name, String version, String... words)
      throws IOException, InterruptedException {
    Path java = dir.resolve("bin/java");
    Files.createDirectories(java.getParent());
    Files.writeString(
        java,
        "#!/bin/sh\nif [ \"$1\" = -version ]; then echo 'openjdk version \""
            + version
            + "\"' >&2; else echo \"$@\"; fi\n");
    assertThat(java.toFile().setExecutable(true)).isTrue();
    Path launcher =
        Path.of(System.getProperty("sallyport.root"), "packaging/src/main/layout/bin", name);
    List<String> command = new ArrayList<>(List.of("sh", launcher.toString()));
    command.addAll(List.of(words));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("JAVA_HOME", dir.toString());
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    return new Run(process.exitValue(), output);
  }
}
