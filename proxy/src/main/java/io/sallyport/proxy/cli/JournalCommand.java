package io.sallyport.proxy.cli;

import io.sallyport.proxy.journal.ChronicleJournal;
import io.sallyport.proxy.journal.JournalReader;
import io.sallyport.proxy.journal.JournalUnavailable;
import io.sallyport.proxy.journal.JournalVerifier;
import io.sallyport.proxy.journal.LogProof;
import io.sallyport.proxy.journal.WitnessPolicy;
import io.sallyport.proxy.kms.KmsException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sallyport journal}. */
@Command(
    name = "journal",
    description = "Proves and reads a journal.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      RetentionCommand.class,
      HoldsCommand.class,
      HoldCommand.class,
      DisposeCommand.class
    })
public final class JournalCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw Failure.usage("journal needs a command: sallyport journal --help shows them");
  }

  @Command(
      name = "verify",
      description = {
        "Proves that no record was changed, removed or reordered, or names the first bad one.",
        "Needs no decryption key. The journal may be in use.",
        "With --proof, checks what 'journal prove' wrote, without a journal."
      },
      mixinStandardHelpOptions = true)
  int verify(
      @Parameters(paramLabel = "DIR", arity = "0..1", description = "The journal's directory.")
          Path dir,
      @Option(names = "--proof", paramLabel = "F", description = "A proof of one record.")
          Path proof,
      @Option(
              names = "--public-key",
              paramLabel = "K",
              required = true,
              description = "The journal's public key file, best a copy kept elsewhere.")
          Path key,
      @Option(
              names = "--checkpoint",
              paramLabel = "C",
              description = "A checkpoint kept elsewhere; may be given several times.")
          List<Path> checkpoints,
      @Option(
              names = "--witness",
              paramLabel = "VKEY",
              description =
                  "A witness's verifier key line; may be given several times. Then a checkpoint"
                      + " must be cosigned.")
          List<String> witnesses,
      @Option(
              names = "--quorum",
              paramLabel = "N",
              description = "By how many of them; by default by all.")
          Integer quorum,
      @Option(names = "--require-sealed", description = "An unsealed tail is bad, too.")
          boolean requireSealed) {
    if ((dir == null) == (proof == null)) {
      throw Failure.usage("journal verify needs a directory, or --proof");
    }
    if (proof != null) {
      return proven(proof, key);
    }
    List<String> kept = new ArrayList<>();
    for (Path checkpoint : checkpoints == null ? List.<Path>of() : checkpoints) {
      kept.add(text(checkpoint));
    }
    WitnessPolicy policy = policy(witnesses, quorum);
    JournalVerifier.Result result;
    try {
      result =
          new JournalVerifier(JournalSource.directory(dir), text(key).strip(), kept, null, policy)
              .verify();
    } catch (IllegalArgumentException e) {
      throw Failure.environment(key + " is no public key of a journal", e);
    } catch (JournalUnavailable e) {
      throw Failure.environment(e.getMessage(), e);
    }
    PrintWriter out = spec.commandLine().getOut();
    out.println(result.summary());
    if (policy.asks()) {
      String newest = result.witnessed() == 0 ? "none" : "0.." + (result.witnessed() - 1);
      out.println("witnessed " + newest + " by " + policy);
    }
    if (!result.unfinished().isEmpty()) {
      out.println("unfinished: " + result.unfinished());
    }
    if (!result.ok()) {
      String where = result.firstBad() < 0 ? "" : "record " + result.firstBad() + ": ";
      throw Failure.bad("the journal is not intact: " + where + result.problem());
    }
    if (policy.asks() && result.witnessed() == 0) {
      throw Failure.bad("no checkpoint in the journal is cosigned by " + policy);
    }
    if (requireSealed && !result.okSealed()) {
      throw Failure.bad("the journal has an unsealed tail");
    }
    out.println("intact");
    return 0;
  }

  private static WitnessPolicy policy(List<String> witnesses, Integer quorum) {
    if (witnesses == null && quorum == null) {
      return WitnessPolicy.NONE;
    }
    List<String> keys = witnesses == null ? List.of() : witnesses;
    try {
      return WitnessPolicy.of(keys, quorum == null ? keys.size() : quorum);
    } catch (IllegalArgumentException bad) {
      throw Failure.usage("--witness and --quorum: " + bad.getMessage());
    }
  }

  private int proven(Path proof, Path key) {
    try {
      LogProof proven = LogProof.check(text(key).strip(), text(proof));
      PrintWriter out = spec.commandLine().getOut();
      out.println("record " + proven.seq() + ": " + proven.described());
      out.println("in the log of");
      out.print(proven.checkpoint());
      out.println("by the key " + proven.key());
      out.println("proven");
      return 0;
    } catch (IllegalArgumentException e) {
      throw Failure.bad(proof + " proves nothing: " + e.getMessage());
    }
  }

  @Command(
      name = "prove",
      description = {
        "Writes a proof (c2sp.org/tlog-proof@v1) that a record is in the journal.",
        "Needs no decryption key; the record in it stays encrypted. The journal may be in use."
      },
      mixinStandardHelpOptions = true)
  int prove(
      @Parameters(paramLabel = "DIR", description = "The journal's directory.") Path dir,
      @Parameters(paramLabel = "SEQ", description = "The record's number.") long seq) {
    try {
      String proof = LogProof.make(JournalSource.directory(dir), seq);
      new Reading("journal prove", "", "", "record " + seq)
          .record(dir, spec.commandLine().getErr());
      spec.commandLine().getOut().print(proof);
      spec.commandLine().getOut().flush();
      return 0;
    } catch (JournalUnavailable e) {
      throw Failure.bad(e.getMessage());
    }
  }

  @Command(
      name = "accept-loss",
      description = {
        "Lets a journal go on although a checkpoint or an anchor proves that it was longer.",
        "Writes a recovery record, signed by the identity, that names the lost records. For an",
        "operator who has looked for them everywhere: the loss stays visible for ever."
      },
      mixinStandardHelpOptions = true)
  int acceptLoss(
      @Mixin JournalSource source,
      @Option(
              names = "--found",
              paramLabel = "N",
              required = true,
              description = "How many records there are: the number that the refusal names.")
          long found) {
    PrintWriter err = spec.commandLine().getErr();
    try (ChronicleJournal journal = source.accept(err, "journal accept-loss", found)) {
      spec.commandLine()
          .getOut()
          .println("recorded: the journal goes on after record " + (found - 1));
      return journal.writable() ? 0 : 4;
    } catch (JournalUnavailable | KmsException e) {
      throw Failure.environment(e.getMessage(), e);
    }
  }

  @Command(
      name = "show",
      description = "Shows records. Needs the journal's key store.",
      mixinStandardHelpOptions = true)
  int show(
      @Mixin JournalSource source,
      @Option(names = "--patient", paramLabel = "P", description = "Only this patient's id.")
          String patient,
      @Option(names = "--user", paramLabel = "U", description = "Only this subject.") String user,
      @Option(
              names = "--since",
              paramLabel = "T",
              description = "Only from this time on, as 2026-03-01T10:00:00Z.")
          String since,
      @Option(names = "--json", description = "One JSON object a line.") boolean json) {
    var filter =
        new JournalReader.Filter(
            patient == null ? "" : patient, user == null ? "" : user, JournalSource.instant(since));
    JournalReader reader =
        source.open(
            spec.commandLine().getErr(),
            new Reading(
                "journal show", filter.patient(), filter.user(), JournalSource.since(since)));
    PrintWriter out = spec.commandLine().getOut();
    try {
      reader.forEach(
          filter, e -> out.println(json ? JournalReader.toJson(e) : JournalReader.toLine(e)));
    } catch (JournalUnavailable | KmsException e) {
      throw Failure.environment(e.getMessage(), e);
    }
    return 0;
  }

  static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw Failure.environment(file + " is not there or cannot be read", e);
    }
  }
}
