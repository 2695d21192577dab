package io.sallyport.proxy.cli;

import io.sallyport.proxy.RetentionDesk;
import io.sallyport.proxy.journal.RetentionRequests;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sallyport journal hold}. */
@Command(
    name = "hold",
    description = {
      "Legal holds: what is under one is not disposed of.",
      "One person approves a hold, two its release."
    },
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND")
public final class HoldCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw Failure.usage("journal hold needs a command: its --help shows them");
  }

  @Command(
      name = "request",
      description = "Writes a hold that a person is to approve. Changes nothing.",
      mixinStandardHelpOptions = true)
  int request(
      @Parameters(paramLabel = "DIR", description = "The journal's directory.") Path dir,
      @Option(names = "--from", paramLabel = "T", description = "Records of this time and later.")
          String from,
      @Option(names = "--to", paramLabel = "T", description = "Records before this time.")
          String to,
      @Option(names = "--patient", paramLabel = "P", description = "Whom it is about.")
          String patient,
      @Option(names = "--user", paramLabel = "U", description = "Whose doings it is about.")
          String user,
      @Option(
              names = "--authority",
              required = true,
              paramLabel = "A",
              description = "Who demands it: a court and its number.")
          String authority,
      @Option(names = "--reason", required = true, paramLabel = "R", description = "Why.")
          String reason,
      @Option(names = "--out", paramLabel = "FILE", description = "Where to write it.") Path file) {
    String request =
        RetentionActs.refusing(
            () ->
                RetentionRequests.hold(
                    JournalSource.directory(dir),
                    instant("--from", from),
                    instant("--to", to),
                    patient == null ? "" : patient,
                    user == null ? "" : user,
                    authority,
                    reason,
                    RetentionActs.who(),
                    Instant.now()));
    RetentionActs.give(request, file, spec.commandLine().getOut());
    return 0;
  }

  private static Instant instant(String option, String text) {
    try {
      return text == null ? null : Instant.parse(text);
    } catch (DateTimeParseException e) {
      throw Failure.usage(option + " must be a time as 2026-03-01T10:00:00Z");
    }
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
      name = "place",
      description = "Places a hold that a person has approved.",
      mixinStandardHelpOptions = true)
  int place(
      @Mixin JournalSource source,
      @Option(
              names = "--request",
              required = true,
              paramLabel = "FILE",
              description = "The request with a signature.")
          Path request) {
    JournalSource.Found found = source.found(spec.commandLine().getErr(), "journal hold place");
    String record = RetentionActs.act(found, RetentionDesk.HOLD, request);
    out().println("on hold by record " + record);
    return 0;
  }

  @Command(
      name = "release-request",
      description = "Writes the release of a hold that two persons are to approve.",
      mixinStandardHelpOptions = true)
  int releaseRequest(
      @Parameters(paramLabel = "DIR", description = "The journal's directory.") Path dir,
      @Option(
              names = "--hold",
              required = true,
              paramLabel = "N",
              description = "The number of its record, as 'journal holds' lists it.")
          long hold,
      @Option(names = "--reason", required = true, paramLabel = "R", description = "Why.")
          String reason,
      @Option(names = "--out", paramLabel = "FILE", description = "Where to write it.") Path file) {
    String request =
        RetentionActs.refusing(
            () ->
                RetentionRequests.release(
                    JournalSource.directory(dir),
                    hold,
                    RetentionActs.who(),
                    reason,
                    Instant.now()));
    RetentionActs.give(request, file, out());
    return 0;
  }

  @Command(
      name = "release",
      description = "Releases a hold, as two persons have approved.",
      mixinStandardHelpOptions = true)
  int release(
      @Mixin JournalSource source,
      @Option(
              names = "--request",
              required = true,
              paramLabel = "FILE",
              description = "The request with two signatures.")
          Path request) {
    JournalSource.Found found = source.found(spec.commandLine().getErr(), "journal hold release");
    String record = RetentionActs.act(found, RetentionDesk.RELEASE, request);
    out().println("released by record " + record);
    return 0;
  }

  private PrintWriter out() {
    return spec.commandLine().getOut();
  }
}
