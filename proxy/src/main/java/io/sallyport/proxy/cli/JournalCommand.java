package io.sallyport.proxy.cli;

import io.sallyport.policy.Problem;
import io.sallyport.proxy.config.Config;
import io.sallyport.proxy.config.ConfigReader;
import io.sallyport.proxy.journal.JournalReader;
import io.sallyport.proxy.journal.JournalUnavailable;
import io.sallyport.proxy.journal.JournalVerifier;
import io.sallyport.proxy.kms.Kms;
import io.sallyport.proxy.kms.KmsException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sallyport journal}. */
@Command(
    name = "journal",
    description = "Proves and reads a journal.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND")
public final class JournalCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw Failure.usage("journal needs a command: sallyport journal --help shows them");
  }

  @Command(
      name = "verify",
      description = {
        "Proves that no record was changed, removed or reordered, or names the first bad one.",
        "Needs no decryption key. The journal may be in use."
      },
      mixinStandardHelpOptions = true)
  int verify(
      @Parameters(paramLabel = "DIR", description = "The journal's directory.") Path dir,
      @Option(
              names = "--public-key",
              paramLabel = "K",
              required = true,
              description = "The journal's public key file, best a copy kept elsewhere.")
          Path key,
      @Option(
              names = "--checkpoint",
              paramLabel = "C",
              description = "A checkpoint kept elsewhere; may be given several times.")
          List<Path> checkpoints,
      @Option(names = "--require-sealed", description = "An unsealed tail is bad, too.")
          boolean requireSealed) {
    List<String> kept = new ArrayList<>();
    for (Path checkpoint : checkpoints == null ? List.<Path>of() : checkpoints) {
      kept.add(text(checkpoint));
    }
    JournalVerifier.Result result;
    try {
      result = new JournalVerifier(directory(dir), text(key).strip(), kept, null).verify();
    } catch (IllegalArgumentException e) {
      throw Failure.environment(key + " is no public key of a journal", e);
    } catch (JournalUnavailable e) {
      throw Failure.environment(e.getMessage(), e);
    }
    PrintWriter out = spec.commandLine().getOut();
    out.println(result.summary());
    if (!result.unfinished().isEmpty()) {
      out.println("unfinished: " + result.unfinished());
    }
    if (!result.ok()) {
      String where = result.firstBad() < 0 ? "" : "record " + result.firstBad() + ": ";
      throw Failure.bad("the journal is not intact: " + where + result.problem());
    }
    if (requireSealed && !result.okSealed()) {
      throw Failure.bad("the journal has an unsealed tail");
    }
    out.println("intact");
    return 0;
  }

  @Command(
      name = "show",
      description = "Shows records. Needs the journal's key store.",
      mixinStandardHelpOptions = true)
  int show(
      @Parameters(
              paramLabel = "DIR",
              arity = "0..1",
              description = "The journal's directory; --config knows it, too.")
          Path dir,
      @Option(names = "--patient", paramLabel = "P", description = "Only this patient's id.")
          String patient,
      @Option(names = "--user", paramLabel = "U", description = "Only this subject.") String user,
      @Option(
              names = "--since",
              paramLabel = "T",
              description = "Only from this time on, as 2026-03-01T10:00:00Z.")
          String since,
      @Option(names = "--json", description = "One JSON object a line.") boolean json,
      @Option(names = "--key", paramLabel = "pkcs12:FILE", description = "The key store.")
          String key,
      @Option(names = "--password", paramLabel = "env:NAME|file:PATH", description = "Opens it.")
          String password,
      @Option(
              names = "--config",
              paramLabel = "F",
              description = "Takes directory and key from sallyport.yaml.")
          Path config) {
    var filter =
        new JournalReader.Filter(
            patient == null ? "" : patient, user == null ? "" : user, instant(since));
    Source source = config == null ? given(dir, key, password) : configured(config, dir);
    PrintWriter out = spec.commandLine().getOut();
    try {
      new JournalReader(directory(source.dir()), source.kms())
          .forEach(
              filter, e -> out.println(json ? JournalReader.toJson(e) : JournalReader.toLine(e)));
    } catch (JournalUnavailable | KmsException e) {
      throw Failure.environment(e.getMessage(), e);
    }
    return 0;
  }

  private record Source(Path dir, Kms kms) {}

  private static Source given(Path dir, String key, String password) {
    if (dir == null || key == null || password == null) {
      throw Failure.usage("journal show needs DIR, --key and --password, or --config");
    }
    return new Source(dir, kms(key, Path.of(""), KeyCommand.Secrets.open(password)));
  }

  private Source configured(Path file, Path dir) {
    Problems problems = new Problems();
    Config config = ConfigReader.read(file, problems::add);
    if (config == null) {
      problems.print(spec.commandLine().getErr());
      throw Failure.bad(file + " has " + problems.count());
    }
    try {
      char[] password = config.journal().password().value().open(System.getenv());
      Path base = file.toAbsolutePath().getParent();
      Kms kms = kms(config.journal().key().value(), base, password);
      return new Source(dir == null ? config.journal().dir().value() : dir, kms);
    } catch (IOException e) {
      Problem.Location at = config.journal().password().at();
      throw Failure.environment(at + "  journal.password: " + e.getMessage(), e);
    }
  }

  private static Kms kms(String key, Path base, char[] password) {
    try {
      return Kms.open(key, base, password);
    } catch (KmsException e) {
      throw Failure.environment(e.getMessage(), e);
    } finally {
      Arrays.fill(password, ' ');
    }
  }

  private static Instant instant(String text) {
    try {
      return text == null ? null : Instant.parse(text);
    } catch (DateTimeParseException e) {
      throw Failure.usage("--since must be a time as 2026-03-01T10:00:00Z");
    }
  }

  private static Path directory(Path dir) {
    if (!Files.isDirectory(dir)) {
      throw Failure.environment(dir + " is not a directory", null);
    }
    return dir;
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw Failure.environment(file + " is not there or cannot be read", e);
    }
  }
}
