package io.sallyport.proxy.cli;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The root command, and how its errors read: what and why, never a stack trace. */
@Command(
    name = "sallyport",
    description = "An HTTPS/FHIR reverse proxy that records every access before it forwards it.",
    mixinStandardHelpOptions = true,
    version = "sallyport 0.1.0",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      ServeCommand.class,
      CheckCommand.class,
      DemoCommand.class,
      PolicyCommand.class,
      JournalCommand.class,
      ReportCommand.class,
      KeyCommand.class,
      WitnessCommand.class,
      AutoComplete.GenerateCompletion.class
    })
public final class CommandLines implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(CommandLines.class);

  private CommandLines() {}

  /** The whole command line, ready to execute. */
  public static CommandLine sallyport() {
    return new CommandLine(new CommandLines())
        .setExecutionExceptionHandler(
            (e, command, parsed) -> {
              LOG.debug("{} failed", command.getCommandName(), e);
              String message =
                  e instanceof Failure ? e.getMessage() : "unexpected: " + e.getClass().getName();
              command.getErr().println("sallyport: " + message);
              return e instanceof Failure f ? f.exit() : Failure.ENVIRONMENT;
            });
  }

  @Override
  public void run() {
    throw Failure.usage("needs a command: sallyport --help shows them");
  }
}
