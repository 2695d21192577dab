package io.sallyport.proxy.cli;

import io.sallyport.policy.Reason;
import io.sallyport.policy.Refusal;
import io.sallyport.proxy.config.Config;
import io.sallyport.proxy.config.ConfigReader;
import io.sallyport.proxy.config.SnapshotCompiler;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code sallyport check}: the way a configuration is loaded, short of serving. */
@Command(
    name = "check",
    description = {
      "Every problem of a configuration, its policies, keys and certificates.",
      "Tries every record system and every issuer, unless --offline."
    },
    mixinStandardHelpOptions = true)
final class CheckCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(names = "--config", paramLabel = "F", required = true, description = "sallyport.yaml.")
  private Path file;

  @Option(names = "--offline", description = "Tries nothing on the network.")
  private boolean offline;

  @Override
  public Integer call() {
    Problems problems = new Problems();
    Config config = ConfigReader.read(file, problems::add);
    SnapshotCompiler.Compiled compiled =
        config == null
            ? null
            : SnapshotCompiler.compile(
                config,
                token ->
                    CompletableFuture.failedFuture(
                        new Refusal(Reason.BAD_CREDENTIALS, "a check serves nobody")),
                System.getenv(),
                Instant.now(),
                problems::add);
    if (compiled != null) {
      compiled.snapshot().routes().forEach(r -> r.policy().tellFreeText(problems::add));
    }
    PrintWriter out = spec.commandLine().getOut();
    if (compiled != null && !offline) {
      new Counterparts(out, problems::add).tryAll(config, compiled.targets());
    }
    problems.print(out);
    if (compiled == null || problems.errors() > 0) {
      throw Failure.bad(file + " has " + problems.count());
    }
    out.println("ok: " + file + ", " + problems.count() + ", hash " + compiled.snapshot().hash());
    compiled
        .snapshot()
        .routes()
        .forEach(
            r ->
                out.println(
                    "  "
                        + r.path()
                        + " to "
                        + r.upstream().name()
                        + ", seen as "
                        + r.rebase().external()
                        + ", roles "
                        + String.join(", ", r.policy().roles())));
    return 0;
  }
}
