package io.sallyport.proxy.cli;

import io.sallyport.policy.PolicySet;
import io.sallyport.policy.PolicyTest;
import io.sallyport.policy.PolicyTestReader;
import io.sallyport.policy.PolicyTestRunner;
import io.sallyport.proxy.config.PolicyFiles;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sallyport policy test}: an administrator's own tests of a policy. */
@Command(
    name = "test",
    description = {
      "Runs tests of a policy: who asks for what, what the record system would answer, what comes of it.",
      "Exit 1 when one fails."
    },
    mixinStandardHelpOptions = true)
final class PolicyTestCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(
      paramLabel = "FILE",
      arity = "1..*",
      description = "Files of tests; of a directory, every .yaml file in it.")
  private List<Path> paths;

  @Mixin private KeyOptions keys = new KeyOptions();

  private int run;
  private int failed;

  @Override
  public Integer call() {
    for (Path path : paths) {
      for (Path file : files(path)) {
        suite(file);
      }
    }
    keys.tell(spec.commandLine().getErr());
    String summary = run + (run == 1 ? " test, " : " tests, ") + failed + " failed";
    if (failed > 0) {
      throw Failure.bad(summary);
    }
    if (run == 0) {
      throw Failure.bad("there is no test in " + paths);
    }
    spec.commandLine().getOut().println("ok: " + summary);
    return 0;
  }

  private static List<Path> files(Path path) {
    if (!Files.isDirectory(path)) {
      return List.of(path);
    }
    try (Stream<Path> files = Files.list(path)) {
      return files.filter(file -> file.toString().endsWith(".yaml")).sorted().toList();
    } catch (IOException e) {
      throw Failure.environment(path + " cannot be read", e);
    }
  }

  private void suite(Path file) {
    Problems problems = new Problems();
    PolicyTestReader.Suite suite =
        new PolicyTestReader(problems::add).read(file.toString(), text(file));
    if (problems.errors() > 0) {
      problems.print(spec.commandLine().getErr());
      throw Failure.bad(file + " has " + problems.count());
    }
    PolicySet policy =
        PolicyCommand.load(spec, file.resolveSibling(suite.policy()).normalize(), keys);
    PolicyTestRunner runner = new PolicyTestRunner(policy, PolicyFiles.beside(file), Instant.now());
    PrintWriter out = spec.commandLine().getOut();
    for (PolicyTest test : suite.tests()) {
      List<String> wrong = new ArrayList<>(runner.run(test));
      run++;
      failed += wrong.isEmpty() ? 0 : 1;
      out.println((wrong.isEmpty() ? "ok      " : "FAILED  ") + test.name());
      wrong.forEach(why -> out.println("        " + test.at() + "  " + why));
    }
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw Failure.environment(file + " is not there or cannot be read", e);
    }
  }
}
