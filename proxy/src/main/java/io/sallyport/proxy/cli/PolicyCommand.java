package io.sallyport.proxy.cli;

import io.sallyport.policy.PolicySet;
import io.sallyport.proxy.config.PolicyFiles;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sallyport policy}. */
@Command(
    name = "policy",
    description = "Checks, explains and applies a policy, offline.",
    mixinStandardHelpOptions = true,
    subcommands = {ExplainCommand.class, RedactCommand.class, PolicyTestCommand.class},
    synopsisSubcommandLabel = "COMMAND")
public final class PolicyCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw Failure.usage("policy needs a command: sallyport policy --help shows them");
  }

  @Command(
      name = "check",
      description = "Every problem of a policy file, with its place and the fix.",
      mixinStandardHelpOptions = true)
  int check(@Parameters(paramLabel = "FILE", description = "The policy.") Path file) {
    Problems problems = new Problems();
    PolicySet policy = read(file, new KeyOptions(), problems);
    if (policy != null) {
      policy.tellFreeText(problems::add);
    }
    PrintWriter out = spec.commandLine().getOut();
    problems.print(out);
    if (policy == null) {
      throw Failure.bad(file + " has " + problems.count());
    }
    String keys = policy.keys().isEmpty() ? "" : ", keys " + String.join(", ", policy.keys());
    out.println("ok: " + file + ", roles " + String.join(", ", policy.roles()) + keys);
    return 0;
  }

  /** The policy, with the role in it; otherwise the command ends. */
  static PolicySet load(CommandSpec spec, Path file, String role, KeyOptions keys) {
    PolicySet policy = load(spec, file, keys);
    if (!policy.roles().contains(role)) {
      throw Failure.usage(
          "--role "
              + role
              + " is not in "
              + file
              + "; there are "
              + String.join(", ", policy.roles()));
    }
    return policy;
  }

  /** The policy; when it has an error the command ends. */
  static PolicySet load(CommandSpec spec, Path file, KeyOptions keys) {
    Problems problems = new Problems();
    PolicySet policy = read(file, keys, problems);
    if (policy == null) {
      problems.print(spec.commandLine().getErr());
      throw Failure.bad(file + " has " + problems.count());
    }
    return policy;
  }

  private static PolicySet read(Path file, KeyOptions keys, Problems problems) {
    try {
      return PolicySet.read(
          file.toString(),
          Files.readString(file),
          PolicyFiles.beside(file),
          keys::of,
          problems::add);
    } catch (IOException e) {
      throw Failure.environment(file + " is not there or cannot be read", e);
    }
  }
}
