package io.sallyport.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.prometheus.client.CollectorRegistry;
import io.sallyport.policy.Problem;
import io.sallyport.proxy.cli.CommandLines;
import io.sallyport.proxy.config.Config;
import io.sallyport.proxy.config.ConfigReader;
import io.sallyport.proxy.fixtures.ApplianceFiles;
import io.sallyport.proxy.fixtures.MovingClock;
import io.sallyport.proxy.journal.ChronicleJournal;
import io.sallyport.proxy.journal.Durabilities;
import io.sallyport.proxy.journal.EventClass;
import io.sallyport.proxy.journal.JournalEntry;
import io.sallyport.proxy.journal.JournalLimits;
import io.sallyport.proxy.journal.Outside;
import io.sallyport.proxy.kms.Kms;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Persons at their commands, beside a running appliance and without one. */
class RetentionEndToEndTest {
  @TempDir Path dir;
  private String out;
  private String err;

  private int run(Object... args) {
    var output = new StringWriter();
    var errors = new StringWriter();
    CommandLine line = CommandLines.sallyport();
    line.setOut(new PrintWriter(output)).setErr(new PrintWriter(errors));
    String[] words = new String[args.length];
    for (int i = 0; i < args.length; i++) {
      words[i] = args[i].toString();
    }
    int exit = line.execute(words);
    out = output.toString();
    err = errors.toString();
    return exit;
  }

  /** A journal of seven years ago. */
  private static void old(ApplianceFiles files) {
    try (Kms kms = Kms.open("pkcs12:" + files.keys(), Path.of(""), "test".toCharArray());
        ChronicleJournal open =
            ChronicleJournal.open(
                files.journal(),
                kms,
                new MovingClock(Instant.parse("2019-10-10T10:00:00Z")),
                new JournalLimits(1 << 20, 30_000, 20, true, Durabilities.LEAST),
                Outside.NONE,
                new CollectorRegistry())) {
      for (JournalEntry entry :
          List.of(
              new JournalEntry.Aborted("x", -1, "CALLER_LEFT"),
              new JournalEntry.Anonymous("192.0.2.0/24", 7, "t", "t", Map.of("TOKEN", 7L)),
              new JournalEntry.Alert("drill", "october"))) {
        open.append("", entry, EventClass.ADMIN).toCompletableFuture().join();
      }
    }
  }

  private Appliance start(ApplianceFiles files) throws IOException {
    List<Problem> problems = new ArrayList<>();
    Config config = ConfigReader.read(files.config(), problems::add);
    assertThat(problems).isEmpty();
    Appliance appliance = Appliance.start(config, Map.of(), Clock.systemUTC(), problems::add);
    assertThat(problems).isEmpty();
    return appliance;
  }

  private Path approved(String command, Path request, String... persons) {
    for (String person : persons) {
      assertThat(run("journal", command, "approve", request, "--key", dir.resolve(person + ".key")))
          .as(err)
          .isZero();
      assertThat(out).contains("signed").contains("\u2014 " + person + " ");
    }
    return request;
  }

  private Path disposal(ApplianceFiles files, String retention) {
    Path request = dir.resolve(retention + ".request");
    assertThat(
            run(
                "journal",
                "dispose",
                "request",
                "--config",
                files.config(),
                "--month",
                "2019-10",
                "--class",
                retention,
                "--reason",
                "six years are over",
                "--out",
                request))
        .as(err)
        .isZero();
    return approved("dispose", request, "jane", "joe");
  }

  private ApplianceFiles files() throws IOException {
    ApplianceFiles files = new ApplianceFiles(dir, "http://127.0.0.1:9/fhir");
    List<String> approvers = new ArrayList<>();
    for (String person : List.of("jane", "joe")) {
      assertThat(run("key", "approver", person, "--out", dir.resolve(person + ".key"))).isZero();
      approvers.add('"' + out.strip() + '"');
    }
    Files.writeString(
        files.config(),
        Files.readString(files.config())
            .replace("file-size: 8MiB", "file-size: 1MiB")
            .replace(
                "filesystem: any}",
                "filesystem: any, retention: {access: 6y, approvers: " + approvers + "}}"));
    old(files);
    return files;
  }

  @Test
  void runningApplianceDisposesOfWhatTwoPersonsHaveSigned() throws Exception {
    try (ApplianceFiles files = files();
        Appliance appliance = start(files)) {
      assertThat(appliance.ports()).hasSize(1);
      assertThat(
              run(
                  "journal",
                  "dispose",
                  "run",
                  "--config",
                  files.config(),
                  "--request",
                  disposal(files, "access")))
          .as(err)
          .isZero();
      assertThat(out)
          .startsWith("sallyport disposal 1\n")
          .contains("state destroyed", "> reason six years are over");
    }
  }

  @Tag("long")
  @Test
  void holdReleaseAndDisposalByCommands() throws Exception {
    try (ApplianceFiles files = files()) {
      try (Appliance appliance = start(files)) {
        assertThat(appliance.ports()).hasSize(1);
        Path hold = dir.resolve("hold");
        assertThat(
                run(
                    "journal",
                    "hold",
                    "request",
                    files.journal(),
                    "--patient",
                    "p1",
                    "--authority",
                    "court 7",
                    "--reason",
                    "suit",
                    "--out",
                    hold))
            .isZero();
        approved("hold", hold, "jane");
        Path access = disposal(files, "access");
        assertThat(run("journal", "hold", "place", "--config", files.config(), "--request", hold))
            .as(err)
            .isZero();
        Matcher record = Pattern.compile("on hold by record (\\d+)").matcher(out);
        assertThat(record.find()).isTrue();
        assertThat(
                run("journal", "dispose", "run", "--config", files.config(), "--request", access))
            .isEqualTo(1);
        assertThat(err).contains("on hold by record " + record.group(1));
        assertThat(run("journal", "holds", "--config", files.config())).isZero();
        assertThat(out).contains("record " + record.group(1), "authority: court 7", "patient: p1");
        assertThat(run("journal", "retention", "--config", files.config())).isZero();
        assertThat(out).containsPattern("journal-2019-10-access .* on hold by record");

        Path release = dir.resolve("release");
        assertThat(
                run(
                    "journal",
                    "hold",
                    "release-request",
                    files.journal(),
                    "--hold",
                    record.group(1),
                    "--reason",
                    "settled",
                    "--out",
                    release))
            .isZero();
        approved("hold", release, "jane", "joe");
        assertThat(
                run("journal", "hold", "release", "--config", files.config(), "--request", release))
            .as(err)
            .isZero();
        assertThat(
                run("journal", "dispose", "run", "--config", files.config(), "--request", access))
            .as(err)
            .isZero();
        assertThat(out)
            .startsWith("sallyport disposal 1\n")
            .contains("state destroyed", "> reason six years are over");
      }
      // And without an appliance.
      Path security = disposal(files, "security");
      assertThat(
              run("journal", "dispose", "run", "--config", files.config(), "--request", security))
          .as(err)
          .isZero();
      assertThat(out).contains("state destroyed");
      assertThat(run("journal", "retention", "--config", files.config())).isZero();
      assertThat(out)
          .containsPattern("journal-2019-10-access +1 +1 .* disposed by record")
          .containsPattern("journal-2019-10-security +1 +1 .* disposed by record")
          .containsPattern("journal-2019-10-administration .* eligible");
      assertThat(run("journal", "show", "--config", files.config())).isZero();
      assertThat(out)
          .contains("aborted [disposed: journal-2019-10-access, certificate in record")
          .contains("drill");
      assertThat(
              run(
                  "journal",
                  "verify",
                  files.journal(),
                  "--public-key",
                  files.journal().resolve("journal.pub")))
          .as(err)
          .isZero();
    }
  }
}
