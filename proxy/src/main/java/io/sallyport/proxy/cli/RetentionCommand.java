package io.sallyport.proxy.cli;

import io.sallyport.proxy.journal.RetentionTable;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code sallyport journal retention}. */
@Command(
    name = "retention",
    description = {
      "Shows for each month and class how much there is, and whether it is kept, on hold, eligible",
      "for disposal, or disposed of. Takes how long from --config, else six years."
    },
    mixinStandardHelpOptions = true)
public final class RetentionCommand implements Runnable {
  @Spec private CommandSpec spec;
  @Mixin private JournalSource source;

  @Override
  public void run() {
    PrintWriter out = spec.commandLine().getOut();
    JournalSource.Found found = source.found(spec.commandLine().getErr(), "journal retention");
    out.printf(
        Locale.ROOT, "%-38s %7s %12s %15s  %s%n", "key", "files", "records", "bytes", "state");
    for (RetentionTable.Row row :
        RetentionActs.refusing(
            () ->
                RetentionTable.months(
                    found.dir(), found.kms(), found.retention(), Instant.now()))) {
      out.printf(
          Locale.ROOT,
          "%-38s %7d %12d %15d  %s%n",
          row.key(),
          row.files(),
          row.frames(),
          row.bytes(),
          row.state());
    }
  }
}
