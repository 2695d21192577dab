package io.sallyport.proxy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.proxy.journal.ChronicleJournal;
import io.sallyport.proxy.journal.Durability;
import io.sallyport.proxy.journal.JournalEntry;
import io.sallyport.proxy.journal.JournalLimits;
import io.sallyport.proxy.journal.JournalVerifier;
import io.sallyport.proxy.journal.Outside;
import io.sallyport.proxy.journal.Witness;
import io.sallyport.proxy.journal.WitnessPolicy;
import io.sallyport.proxy.kms.KeyStores;
import io.sallyport.proxy.kms.Kms;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class WitnessCommandTest {
  private static final char[] PASSWORD = "for tests only".toCharArray();

  @TempDir Path dir;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private void write(Outside outside, String witness) throws Exception {
    Kms kms = Kms.open("pkcs12:keys.p12", dir, PASSWORD);
    try (ChronicleJournal journal =
        ChronicleJournal.open(
            dir.resolve("journal"),
            kms,
            Clock.systemUTC(),
            new JournalLimits(2 << 20, 60_000, 20, true, JournalLimits.DEFAULT.durability()),
            outside,
            new io.prometheus.client.CollectorRegistry())) {
      journal
          .append("", new JournalEntry.Alert("test", ""), Durability.DISK)
          .toCompletableFuture()
          .join();
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
      while (witness != null && !witnessed(witness) && System.nanoTime() < end) {
        Thread.sleep(20);
      }
    }
  }

  private boolean witnessed(String witness) throws Exception {
    Path journal = dir.resolve("journal");
    WitnessPolicy policy = WitnessPolicy.of(List.of(witness), 1);
    String key = Files.readString(journal.resolve("journal.pub")).strip();
    return new JournalVerifier(journal, key, List.of(), null, policy).verify().witnessed() > 0;
  }

  private int run(String... args) {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    return CommandLines.sallyport()
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(args);
  }

  @Test
  void journalThatAWitnessHasSeenIsSaidToBeWitnessed() throws Exception {
    KeyStores.create(dir.resolve("keys.p12"), PASSWORD);
    write(Outside.NONE, null);
    Path journal = dir.resolve("journal");
    Path key = journal.resolve("journal.pub");
    WitnessCommand command = new WitnessCommand();
    CommandLine line = new CommandLine(command).setOut(new PrintWriter(out, true));
    Path home = dir.resolve("w");
    line.parseArgs("--dir=" + home, "--name=w.test/1", "--log=" + key, "--listen=127.0.0.1:0");
    String witness;
    try (Witness started = command.start()) {
      witness = started.publicKeyLine();
      assertThat(out.toString()).endsWith(witness + "\n");
      assertThat(Files.readString(home.resolve("witness.pub"))).isEqualTo(witness + "\n");
      String[] verify = {
        "journal", "verify", journal.toString(), "--public-key=" + key, "--witness=" + witness
      };
      assertThat(run(verify)).as(out + "" + err).isEqualTo(1);
      assertThat(out.toString()).contains("witnessed none by 1 of 1 witnesses");
      URI prefix = URI.create("http://127.0.0.1:" + started.address().getPort());
      write(new Outside(List.of(), List.of(new Outside.Witness(prefix, witness)), -1), witness);
      assertThat(run(verify)).as(out + "" + err).isZero();
      assertThat(out.toString()).containsPattern("witnessed 0\\.\\.[0-9]+ by 1 of 1 witnesses");
    }
    assertThat(run("journal", "verify", "" + journal, "--public-key=" + key, "--quorum=1"))
        .isEqualTo(2);
    assertThat(run("witness", "--dir=" + home, "--name=other/name", "--log=" + key)).isEqualTo(1);
    assertThat(err.toString()).contains("other/name");
    assertThat(run("witness", "--dir=" + home, "--name=w.test/1", "--log=" + key, "--listen=x"))
        .isEqualTo(2);
  }
}
