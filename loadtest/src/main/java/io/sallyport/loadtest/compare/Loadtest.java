package io.sallyport.loadtest.compare;

import java.io.IOException;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command {@code loadtest}. */
@Command(
    name = "loadtest",
    description = "Measures Sallyport.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = Compare.class)
public final class Loadtest implements Runnable {
  private static final int ENVIRONMENT = 4;

  private Loadtest() {}

  public static void main(String[] words) {
    System.exit(run(new PrintWriter(System.out), new PrintWriter(System.err), words));
  }

  /** Runs a command line; returns its exit code. */
  static int run(PrintWriter out, PrintWriter err, String... words) {
    return new CommandLine(new Loadtest())
        .setOut(out)
        .setErr(err)
        .setExecutionExceptionHandler(
            (e, command, parsed) -> {
              boolean known = e instanceof CompareFailure || e instanceof IOException;
              command
                  .getErr()
                  .println("loadtest: " + (known ? e.getMessage() : "unexpected: " + e));
              command.getErr().flush();
              return e instanceof CompareFailure failure ? failure.exit() : ENVIRONMENT;
            })
        .execute(words);
  }

  @Override
  public void run() {
    throw CompareFailure.usage("needs a command: loadtest --help shows them");
  }
}
