package io.sallyport.proxy.cli;

import io.sallyport.proxy.journal.Witness;
import io.sallyport.proxy.ops.Logs;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code sallyport witness}: cosigns the checkpoints of others' journals. */
@Command(
    name = "witness",
    description = {
      "Runs a witness (c2sp.org/tlog-witness) for other appliances' journals.",
      "Best on another machine, under another administrator's hand."
    },
    mixinStandardHelpOptions = true)
final class WitnessCommand implements Callable<Integer> {
  private static final Pattern ADDRESS = Pattern.compile("\\[?([^\\[\\]]+)]?:([0-9]{1,5})");

  @Spec private CommandSpec spec;

  @Option(
      names = "--dir",
      paramLabel = "DIR",
      required = true,
      description = "Its key and what it has seen; made at the first start. Keep a copy.")
  private Path dir;

  @Option(
      names = "--name",
      paramLabel = "NAME",
      required = true,
      description = "Its name: an address without a scheme, as witness.example/w1.")
  private String name;

  @Option(
      names = "--log",
      paramLabel = "K",
      required = true,
      description = "journal.pub of a journal it cosigns for; may be given several times.")
  private List<Path> logs;

  @Option(
      names = "--listen",
      paramLabel = "HOST:PORT",
      defaultValue = "127.0.0.1:8480",
      description = "Where it listens, in plain HTTP; by default ${DEFAULT-VALUE}.")
  private String listen;

  @Override
  public Integer call() {
    Logs.start("info");
    Serving.untilStopped(start());
    return 0;
  }

  /** Starts it, and prints what appliances and verifiers are given. */
  Witness start() {
    Matcher address = ADDRESS.matcher(listen);
    if (!address.matches() || Integer.parseInt(address.group(2)) > 65_535) {
      throw Failure.usage("--listen must be HOST:PORT");
    }
    List<String> keys = new ArrayList<>();
    for (Path log : logs) {
      keys.add(JournalCommand.text(log).strip());
    }
    try {
      InetSocketAddress at =
          new InetSocketAddress(address.group(1), Integer.parseInt(address.group(2)));
      Witness witness = new Witness(dir, name, keys, at, Clock.systemUTC());
      PrintWriter out = spec.commandLine().getOut();
      out.println("listening at " + listen + " as");
      out.println(witness.publicKeyLine());
      out.flush();
      return witness;
    } catch (IllegalArgumentException bad) {
      throw Failure.bad("cannot start: " + bad.getMessage());
    } catch (IOException failed) {
      throw Failure.environment("cannot start: " + failed.getMessage(), failed);
    }
  }
}
