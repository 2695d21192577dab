package io.sallyport.proxy.cli;

import io.sallyport.policy.PolicySet;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeSet;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sallyport policy}. */
@Command(
    name = "policy",
    description = "Checks, explains and applies a policy, offline.",
    mixinStandardHelpOptions = true,
    subcommands = RedactCommand.class,
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
    PolicySet policy = read(file, problems);
    PrintWriter out = spec.commandLine().getOut();
    problems.print(out);
    if (policy == null) {
      throw Failure.bad(file + " has " + problems.count());
    }
    out.println("ok: " + file + ", roles " + String.join(", ", policy.roles()));
    return 0;
  }

  @Command(
      name = "explain",
      description = "What a role may do with, and see of, a resource type.",
      mixinStandardHelpOptions = true)
  int explain(
      @Option(names = "--policy", paramLabel = "F", required = true, description = "The policy.")
          Path file,
      @Option(names = "--role", paramLabel = "R", required = true, description = "The role.")
          String role,
      @Option(
              names = "--type",
              paramLabel = "T",
              required = true,
              description = "The resource type, as Patient.")
          String type) {
    PolicySet policy = load(spec, file, role);
    if (!policy.definitions().resources().contains(type)) {
      throw Failure.usage("--type " + type + " is no resource type of this FHIR version");
    }
    PrintWriter out = spec.commandLine().getOut();
    var interactions = new TreeSet<>(policy.interactions(role, type));
    out.println(role + " on " + type);
    out.println(
        "  may     " + (interactions.isEmpty() ? "nothing" : String.join(", ", interactions)));
    String sees =
        !policy.view(role).shows(type)
            ? "nothing"
            : policy.view(role).whole(type) ? "all of it, unchanged" : "a part of it";
    out.println("  sees    " + sees);
    var searchable = new TreeSet<>(policy.searchable(role, type));
    out.println(
        "  search  " + (searchable.isEmpty() ? "by nothing" : String.join(", ", searchable)));
    return 0;
  }

  /** The policy, with the role in it; otherwise the command ends. */
  static PolicySet load(CommandSpec spec, Path file, String role) {
    Problems problems = new Problems();
    PolicySet policy = read(file, problems);
    if (policy == null) {
      problems.print(spec.commandLine().getErr());
      throw Failure.bad(file + " has " + problems.count());
    }
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

  private static PolicySet read(Path file, Problems problems) {
    try {
      return PolicySet.read(file.toString(), Files.readString(file), problems::add);
    } catch (IOException e) {
      throw Failure.environment(file + " is not there or cannot be read", e);
    }
  }
}
