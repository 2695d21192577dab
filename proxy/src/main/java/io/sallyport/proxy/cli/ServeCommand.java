package io.sallyport.proxy.cli;

import io.sallyport.proxy.Appliance;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code sallyport serve}: the appliance. SIGTERM drains and stops it with exit code 0. */
@Command(name = "serve", description = "Runs the appliance.", mixinStandardHelpOptions = true)
final class ServeCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(names = "--config", paramLabel = "F", required = true, description = "sallyport.yaml.")
  private Path file;

  @Override
  public Integer call() {
    Appliance appliance = Serving.start(file, spec.commandLine().getErr());
    Serving.untilStopped(appliance);
    return 0;
  }
}
