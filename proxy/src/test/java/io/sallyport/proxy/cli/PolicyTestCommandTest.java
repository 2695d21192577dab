package io.sallyport.proxy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code policy test}, over the sample's own tests and over one that fails. */
class PolicyTestCommandTest {
  private static final Path SAMPLES =
      Path.of(System.getProperty("sallyport.root", ".."), "config-samples", "policies");

  @TempDir Path dir;

  private final StringWriter out = new StringWriter();

  private int run(Path... paths) {
    String[] words = new String[paths.length + 2];
    words[0] = "policy";
    words[1] = "test";
    for (int i = 0; i < paths.length; i++) {
      words[i + 2] = paths[i].toString();
    }
    return CommandLines.sallyport()
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(out, true))
        .execute(words);
  }

  @Test
  void theSamplesTestsPass() {
    assertThat(run(SAMPLES.resolve("tests"))).as("%s", out).isZero();
    assertThat(out.toString()).contains("ok      psychotherapy notes").doesNotContain("FAILED");
  }

  @Test
  void oneThatFailsIsNamedWithItsPlaceAndReason() throws IOException {
    Path file =
        Files.writeString(
            dir.resolve("t.yaml"),
            """
            policy: %s
            tests:
            - name: anybody may read anything
              as: {role: nurse, purpose: TREAT}
              request: GET /Claim/c1
              expect: {status: 200}
            """
                .formatted(SAMPLES.resolve("hospital.yaml").toAbsolutePath()));
    assertThat(run(file)).isEqualTo(Failure.BAD);
    assertThat(out.toString())
        .contains("FAILED  anybody may read anything")
        .contains("t.yaml:3:3  status is 403 (NO_RULE_PERMITS), expected 200")
        .contains("1 test, 1 failed");
  }

  @Test
  void aBrokenFileAndNoTestAtAllAreNoSuccess() throws IOException {
    assertThat(run(dir)).isEqualTo(Failure.BAD);
    assertThat(run(dir.resolve("none.yaml"))).isEqualTo(Failure.ENVIRONMENT);
    Path file = Files.writeString(dir.resolve("t.yaml"), "policy: none.yaml\ntests: []\n");
    assertThat(run(file)).isEqualTo(Failure.BAD);
    assertThat(out.toString()).contains("t.yaml:1:1").contains("tests is missing");
  }
}
