package io.sallyport.loadtest.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the command says when it cannot be done as asked. */
final class CommandTest {
  @TempDir Path dir;

  private record Said(int exit, String text) {}

  @Test
  void missingPeerIsNamedWithTheWayToMendIt() {
    assertThatThrownBy(() -> Peer.program("no-such-proxy"))
        .isInstanceOf(CompareFailure.class)
        .hasMessageContaining("no-such-proxy is not installed")
        .hasMessageContaining("apt-get install")
        .hasMessageContaining("--without no-such-proxy");
  }

  @Test
  void wrongUseIsTwoAndSaysWhatIsRight() throws Exception {
    String launcher = launcher();
    assertThat(run("compare", "--sallyport", launcher, "--without", "apache"))
        .isEqualTo(
            new Said(2, "loadtest: --without takes nginx or haproxy, each once, not apache\n"));
    assertThat(run("compare", "--sallyport", launcher, "--cores", "one").exit()).isEqualTo(2);
    assertThat(run("compare", "--sallyport", launcher, "--upstream", "x").exit()).isEqualTo(2);
    assertThat(run("compare", "--sallyport", launcher, "--fhir-gateway", "http://h/f").text())
        .contains("--upstream-port");
    assertThat(run().exit()).isEqualTo(2);
  }

  @Test
  void missingApplianceOrJdkIsTheEnvironments() throws Exception {
    Said missing = run("compare", "--sallyport", dir.resolve("none").toString());
    assertThat(missing.exit()).isEqualTo(4);
    assertThat(missing.text()).contains("mvn package");
    assertThat(run("compare", "--sallyport", launcher(), "--jdk", dir.toString()).text())
        .contains("has no bin/java");
  }

  @Test
  void sameCoreForBothIsRefused() {
    assertThatThrownBy(() -> new Cores(1, 1).check(2)).hasMessageContaining("two different cores");
    assertThatThrownBy(() -> new Cores(0, 1).check(1)).hasMessageContaining("--cores none");
  }

  private String launcher() throws Exception {
    Path launcher = dir.resolve("sallyport");
    Files.writeString(launcher, "#!/bin/sh\n");
    assertThat(launcher.toFile().setExecutable(true)).isTrue();
    return launcher.toString();
  }

  private static Said run(String... words) {
    StringWriter err = new StringWriter();
    int exit = Loadtest.run(new PrintWriter(new StringWriter()), new PrintWriter(err), words);
    return new Said(exit, err.toString());
  }
}
