package io.sallyport.proxy.cli;

import io.sallyport.proxy.RetentionDesk;
import io.sallyport.proxy.journal.RetentionClass;
import io.sallyport.proxy.journal.RetentionRequests;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.YearMonth;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sallyport journal dispose}. */
@Command(
    name = "dispose",
    description = {
      "Disposes of a month and class of a journal, by destroying its key (NIST SP 800-88).",
      "First 'request', then 'approve' by two persons, then 'run'. It cannot be taken back."
    },
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND")
public final class DisposeCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw Failure.usage("journal dispose needs a command: its --help shows them");
  }

  @Command(
      name = "request",
      description = "Writes what two persons are to approve. Changes nothing.",
      mixinStandardHelpOptions = true)
  int request(
      @Mixin JournalSource source,
      @Option(names = "--month", required = true, paramLabel = "M", description = "As 2026-11.")
          String month,
      @Option(
              names = "--class",
              required = true,
              paramLabel = "C",
              description = "access, security or administration.")
          String retention,
      @Option(
              names = "--vault",
              description = {
                "Under holds on a patient or user: puts their records into hold vaults first,",
                "which stay readable until the hold is released."
              })
          boolean vault,
      @Option(names = "--reason", required = true, paramLabel = "R", description = "Why.")
          String reason,
      @Option(names = "--out", paramLabel = "FILE", description = "Where to write it.") Path to) {
    YearMonth of;
    RetentionClass kept;
    try {
      of = YearMonth.parse(month);
      kept = RetentionClass.valueOf(retention.toUpperCase(Locale.ROOT));
    } catch (DateTimeException | IllegalArgumentException e) {
      throw Failure.usage("--month is as 2026-11, --class is access, security or administration");
    }
    JournalSource.Found found =
        source.found(spec.commandLine().getErr(), "journal dispose request");
    String request =
        RetentionActs.refusing(
            () ->
                RetentionRequests.disposal(
                    found.dir(),
                    found.kms(),
                    found.retention(),
                    of,
                    kept,
                    vault,
                    RetentionActs.who(),
                    reason,
                    Instant.now()));
    RetentionActs.give(request, to, spec.commandLine().getOut());
    return 0;
  }

  @Command(
      name = "approve",
      description = "Shows a request and signs it. Needs no journal: for your own machine.",
      mixinStandardHelpOptions = true)
  int approve(
      @Parameters(paramLabel = "REQUEST", description = "The request's file.") Path request,
      @Option(
              names = "--key",
              required = true,
              paramLabel = "FILE",
              description = "Your key, as 'sallyport key approver' made it.")
          Path key) {
    RetentionActs.approve(request, key, spec.commandLine().getOut());
    return 0;
  }

  @Command(
      name = "run",
      description = {
        "Does what two persons have approved: destroys the key, proves it, prints the certificate.",
        "A running appliance does it itself; else the journal is opened here."
      },
      mixinStandardHelpOptions = true)
  int dispose(
      @Mixin JournalSource source,
      @Option(
              names = "--request",
              required = true,
              paramLabel = "FILE",
              description = "The request with two signatures.")
          Path request) {
    JournalSource.Found found = source.found(spec.commandLine().getErr(), "journal dispose run");
    spec.commandLine().getOut().print(RetentionActs.act(found, RetentionDesk.DISPOSE, request));
    spec.commandLine().getOut().flush();
    return 0;
  }
}
