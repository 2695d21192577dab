package io.sallyport.proxy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.loadtest.DemoEhr;
import io.sallyport.proxy.fixtures.RunningAppliance;
import io.sallyport.proxy.journal.AdminEntry.JournalRead;
import io.sallyport.proxy.journal.JournalEntry.Stopped;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who reads the journal by a command is in it, before anything is shown. */
class ReadingTest {
  @TempDir Path dir;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... args) {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    return CommandLines.sallyport()
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(args);
  }

  private int show(Path journal, String... more) {
    var args =
        new java.util.ArrayList<>(
            List.of(
                "journal",
                "show",
                journal.toString(),
                "--key",
                "pkcs12:" + dir.resolve("keys.p12"),
                "--password",
                "file:" + dir.resolve("keys.password")));
    args.addAll(List.of(more));
    return run(args.toArray(String[]::new));
  }

  private static List<JournalRead> readings(RunningAppliance appliance) {
    return appliance.all().stream()
        .filter(JournalRead.class::isInstance)
        .map(JournalRead.class::cast)
        .toList();
  }

  @Test
  void aReadingIsRecordedBeforeAnythingIsShown() throws Exception {
    RunningAppliance appliance;
    try (DemoEhr ehr = DemoEhr.start(0);
        RunningAppliance running = new RunningAppliance(dir, ehr.base(), "", "")) {
      appliance = running;
      var journal = running.files().journal();
      assertThat(show(journal, "--patient", "p-77", "--since", "2026-01-01T00:00:00Z")).isZero();
      assertThat(err.toString()).isEmpty();
      // It is itself what is shown: it was there before.
      assertThat(out.toString()).contains("journal-read", "p-77").doesNotContain("started");
      assertThat(run("journal", "prove", journal.toString(), "0")).isZero();
      assertThat(run("report", "observed", "--config", running.files().config().toString()))
          .isZero();
      var readings = readings(running);
      assertThat(readings)
          .extracting(JournalRead::command)
          .containsExactly("journal show", "journal prove", "report observed");
      assertThat(readings.get(0).who()).startsWith(System.getProperty("user.name"));
      assertThat(readings.get(0).patient()).isEqualTo("p-77");
      assertThat(readings.get(0).filter()).isEqualTo("since 2026-01-01T00:00:00Z");
      assertThat(readings.get(0).host()).isNotEmpty();
      assertThat(readings.get(1).filter()).isEqualTo("record 0");
    }
    leftToTheNextStart(appliance);
  }

  private void leftToTheNextStart(RunningAppliance stopped) throws Exception {
    var journal = stopped.files().journal();
    int before = readings(stopped).size();
    assertThat(show(journal, "--user", "dr-x")).isZero();
    assertThat(err.toString()).contains("recorded at its next start");
    assertThat(readings(stopped)).hasSize(before);
    stopped.again();
    var readings = readings(stopped);
    assertThat(readings).hasSize(before + 1);
    assertThat(readings.get(before).user()).isEqualTo("dr-x");
    assertThat(stopped.all().stream().filter(Stopped.class::isInstance)).hasSize(2);
  }

  @Test
  void ofACopyThatCannotBeWrittenItIsSaid() throws IOException {
    var copy = Files.createDirectory(dir.resolve("copy"));
    Files.setPosixFilePermissions(copy, PosixFilePermissions.fromString("r-x------"));
    Assumptions.assumeFalse(Files.isWritable(copy), "root may write anything");
    new Reading("journal show", "", "", "").record(copy, new PrintWriter(err, true));
    assertThat(err.toString()).contains("recorded nowhere");
  }
}
