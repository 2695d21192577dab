package io.sallyport.proxy.cli;

import io.sallyport.proxy.journal.JournalReader;
import io.sallyport.proxy.journal.JournalUnavailable;
import io.sallyport.proxy.journal.ObservedReport;
import io.sallyport.proxy.kms.KmsException;
import java.io.PrintWriter;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code sallyport report}. */
@Command(
    name = "report",
    description = "What the journal says, for people.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND")
public final class ReportCommand implements Runnable {
  private static final String NOBODY = "(no role)";

  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw Failure.usage("report needs a command: sallyport report --help shows them");
  }

  @Command(
      name = "observed",
      description = {
        "What a policy in observe mode would have denied and hidden, by role and person.",
        "Needs the journal's key store. The journal may be in use."
      },
      mixinStandardHelpOptions = true)
  int observed(
      @Mixin JournalSource source,
      @Option(
              names = "--since",
              paramLabel = "T",
              description = "Only from this time on, as 2026-03-01T10:00:00Z.")
          String since,
      @Option(names = "--json", description = "One JSON object.") boolean json) {
    JournalReader reader =
        source.open(
            spec.commandLine().getErr(),
            new Reading("report observed", "", "", JournalSource.since(since)));
    ObservedReport report = new ObservedReport();
    try {
      reader.forEach(new JournalReader.Filter("", "", JournalSource.instant(since)), report::add);
    } catch (JournalUnavailable | KmsException e) {
      throw Failure.environment(e.getMessage(), e);
    }
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(ReportJson.of(report));
    } else {
      print(out, report);
    }
    return 0;
  }

  private static void print(PrintWriter out, ObservedReport report) {
    if (report.from() == null) {
      out.println("nothing was observed");
      return;
    }
    out.println("observed from " + report.from() + " to " + report.to());
    report.roles().forEach((role, account) -> print(out, role.isEmpty() ? NOBODY : role, account));
  }

  private static void print(PrintWriter out, String role, ObservedReport.Account account) {
    out.println();
    out.printf(
        "%s: %d requests of %d people; it would have denied %d, withheld %d resources and hidden or"
            + " changed %d elements%n",
        role,
        account.requests(),
        account.people().size(),
        account.denied(),
        account.withheld(),
        account.hidden());
    mostFirst(account.denials()).forEach(e -> line(out, e.getValue(), "denied  " + e.getKey()));
    mostFirst(account.elements()).forEach(e -> line(out, e.getValue(), "hidden  " + e.getKey()));
    account
        .people()
        .forEach(
            (person, own) ->
                out.printf(
                    "  %s: %d requests, %d denied, %d withheld, %d hidden%n",
                    JournalReader.printable(person),
                    own.requests(),
                    own.denied(),
                    own.withheld(),
                    own.hidden()));
  }

  private static void line(PrintWriter out, int times, String what) {
    out.printf("  %7d  %s%n", times, JournalReader.printable(what));
  }

  private static List<Map.Entry<String, Integer>> mostFirst(Map<String, Integer> counts) {
    return counts.entrySet().stream()
        .sorted(
            Map.Entry.<String, Integer>comparingByValue(Comparator.reverseOrder())
                .thenComparing(Map.Entry.comparingByKey()))
        .toList();
  }
}
