package io.sallyport.proxy.cli;

import io.sallyport.proxy.journal.JournalReader;
import io.sallyport.proxy.journal.RetentionTable;
import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code sallyport journal holds}. */
@Command(
    name = "holds",
    description = "Lists the legal holds in force.",
    mixinStandardHelpOptions = true)
public final class HoldsCommand implements Runnable {
  @Spec private CommandSpec spec;
  @Mixin private JournalSource source;

  @Override
  public void run() {
    PrintWriter out = spec.commandLine().getOut();
    JournalSource.Found found = source.found(spec.commandLine().getErr(), "journal holds");
    new Reading("journal holds", "", "", "").record(found.dir(), spec.commandLine().getErr());
    List<RetentionTable.HoldRow> holds =
        RetentionActs.refusing(() -> RetentionTable.holds(found.dir(), found.kms()));
    for (RetentionTable.HoldRow hold : holds) {
      out.println("record " + hold.seq());
      line(out, "authority", hold.authority());
      line(out, "reason", hold.reason());
      line(out, "from", hold.from());
      line(out, "to", hold.to());
      line(out, "patient", hold.patient());
      line(out, "user", hold.user());
      line(out, "by", hold.by());
    }
    if (holds.isEmpty()) {
      out.println("no hold is in force");
    }
  }

  private static void line(PrintWriter out, String name, String value) {
    if (!value.isEmpty()) {
      out.println("  " + name + ": " + JournalReader.printable(value));
    }
  }
}
