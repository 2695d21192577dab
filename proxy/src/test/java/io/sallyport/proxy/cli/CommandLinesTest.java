package io.sallyport.proxy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.proxy.journal.ChronicleJournal;
import io.sallyport.proxy.journal.Durability;
import io.sallyport.proxy.journal.JournalEntry;
import io.sallyport.proxy.kms.Kms;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class CommandLinesTest {
  @TempDir Path dir;
  private String out;
  private String err;

  private int run(Object... args) {
    StringWriter stdout = new StringWriter();
    StringWriter stderr = new StringWriter();
    String[] words = new String[args.length];
    for (int i = 0; i < args.length; i++) {
      words[i] = args[i].toString();
    }
    int exit =
        CommandLines.sallyport()
            .setOut(new PrintWriter(stdout, true))
            .setErr(new PrintWriter(stderr, true))
            .execute(words);
    out = stdout.toString();
    err = stderr.toString();
    return exit;
  }

  private Path password() throws IOException {
    return Files.writeString(dir.resolve("password"), "correct horse\n");
  }

  private Path journal() throws IOException {
    assertThat(
            run("key", "init", "--store", dir.resolve("k.p12"), "--password", "file:" + password()))
        .isZero();
    Kms kms = Kms.open("pkcs12:k.p12", dir, "correct horse".toCharArray());
    Path at = dir.resolve("journal");
    try (ChronicleJournal journal = ChronicleJournal.open(at, kms, Clock.systemUTC())) {
      journal
          .append("x", new JournalEntry.Stopped("drill"), Durability.DISK)
          .toCompletableFuture()
          .join();
    }
    return at;
  }

  @Test
  void everyCommandHasHelp() {
    help(CommandLines.sallyport(), "");
  }

  private void help(CommandLine command, String words) {
    String[] args = (words + " --help").strip().split(" ");
    assertThat(run((Object[]) args)).as(words).isZero();
    assertThat(out).as(words).contains("Usage: sallyport");
    command.getSubcommands().forEach((name, sub) -> help(sub, (words + " " + name).strip()));
  }

  @Test
  void wrongUseIsTwo() {
    assertThat(run()).isEqualTo(2);
    assertThat(run("nonsense")).isEqualTo(2);
    assertThat(run("journal", "show")).isEqualTo(2);
    assertThat(run("key", "init", "--store", dir.resolve("k"), "--password", "hunter2"))
        .isEqualTo(2);
    assertThat(err).doesNotContain("hunter2");
  }

  @Test
  void theCompletionScriptKnowsTheCommands() {
    assertThat(run("generate-completion")).isZero();
    assertThat(out).contains("journal", "verify", "--public-key", "--require-sealed");
  }

  @Test
  void aJournalIsProvedByItsPublicKeyAndShownByItsKeyStore() throws IOException {
    Path at = journal();
    assertThat(run("journal", "verify", at, "--public-key", at.resolve("journal.pub"))).isZero();
    assertThat(out).contains("sealed 0..", "intact");
    assertThat(
            run(
                "journal",
                "show",
                at,
                "--json",
                "--key",
                "pkcs12:" + dir.resolve("k.p12"),
                "--password",
                "file:" + password()))
        .isZero();
    assertThat(out).contains("drill");
  }

  @Test
  void aChangedJournalIsOneAndNamesTheRecord() throws IOException {
    Path at = journal();
    Path elsewhere = dir.resolve("other.pub");
    assertThat(
            run("key", "init", "--store", dir.resolve("o.p12"), "--password", "file:" + password()))
        .isZero();
    Kms other = Kms.open("pkcs12:o.p12", dir, "correct horse".toCharArray());
    try (ChronicleJournal foreign =
        ChronicleJournal.open(dir.resolve("foreign"), other, Clock.systemUTC())) {
      Files.writeString(elsewhere, foreign.publicKeyLine());
    }
    assertThat(run("journal", "verify", at, "--public-key", elsewhere)).isEqualTo(1);
    assertThat(err).contains("not intact");
  }

  @Test
  void aMissingFileOrKeyIsFour() throws IOException {
    assertThat(run("journal", "verify", dir.resolve("none"), "--public-key", password()))
        .isEqualTo(4);
    assertThat(run("policy", "check", dir.resolve("none.yaml"))).isEqualTo(4);
    assertThat(err).contains("none.yaml").doesNotContain("Exception");
    journal();
    assertThat(
            run("key", "init", "--store", dir.resolve("k.p12"), "--password", "file:" + password()))
        .isEqualTo(4);
  }
}
