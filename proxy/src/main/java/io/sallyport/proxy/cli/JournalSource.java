package io.sallyport.proxy.cli;

import io.prometheus.client.CollectorRegistry;
import io.sallyport.policy.Problem;
import io.sallyport.proxy.config.Config;
import io.sallyport.proxy.config.ConfigReader;
import io.sallyport.proxy.journal.ChronicleJournal;
import io.sallyport.proxy.journal.JournalLimits;
import io.sallyport.proxy.journal.JournalReader;
import io.sallyport.proxy.journal.Outside;
import io.sallyport.proxy.journal.RetentionPolicy;
import io.sallyport.proxy.kms.Kms;
import io.sallyport.proxy.kms.KmsException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.List;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Where a journal is and what opens it: the options of every command that reads one. */
final class JournalSource {
  @Parameters(
      paramLabel = "DIR",
      arity = "0..1",
      description = "The journal's directory; --config knows it, too.")
  private Path dir;

  @Option(names = "--key", paramLabel = "URI", description = "The key service, as journal.key.")
  private String key;

  @Option(
      names = "--password",
      paramLabel = "SECRET",
      description = "env:NAME, file:PATH or credential:NAME of what opens it.")
  private String password;

  @Option(
      names = "--config",
      paramLabel = "F",
      description = "Takes directory and key from sallyport.yaml.")
  private Path config;

  /**
   * What the options name.
   *
   * @param config null for none
   */
  record Found(Path dir, Kms kms, JournalLimits limits, Outside outside, Config config) {
    RetentionPolicy retention() {
      return config == null ? RetentionPolicy.DEFAULT : config.journal().retention();
    }
  }

  /**
   * Opens the journal for reading, once that is recorded.
   *
   * @param err where a configuration's problems are printed
   */
  JournalReader open(PrintWriter err, Reading reading) {
    Found found = found(err, reading.command());
    reading.record(found.dir(), err);
    return new JournalReader(found.dir(), found.kms());
  }

  /**
   * Opens the journal for writing, a loss being accepted.
   *
   * @param records how many there are
   */
  ChronicleJournal accept(PrintWriter err, String command, long records) {
    return open(found(err, command), records);
  }

  /**
   * Opens the journal for writing.
   *
   * @param acceptLoss as {@link Outside#acceptLoss}
   */
  static ChronicleJournal open(Found found, long acceptLoss) {
    return ChronicleJournal.open(
        found.dir(),
        found.kms(),
        Clock.systemUTC(),
        found.limits(),
        new Outside(found.outside().anchors(), List.of(), acceptLoss),
        new CollectorRegistry());
  }

  /** What the options name, as {@link #open}. */
  Found found(PrintWriter err, String command) {
    if (config != null) {
      return configured(err);
    }
    if (dir == null || key == null || password == null) {
      throw Failure.usage(command + " needs DIR, --key and --password, or --config");
    }
    Kms kms = kms(key, Path.of(""), KeyCommand.Secrets.open(password));
    return new Found(directory(dir), kms, JournalLimits.DEFAULT, Outside.NONE, null);
  }

  private Found configured(PrintWriter err) {
    Problems problems = new Problems();
    Config read = ConfigReader.read(config, problems::add);
    if (read == null) {
      problems.print(err);
      throw Failure.bad(config + " has " + problems.count());
    }
    try {
      Config.Journal journal = read.journal();
      char[] secret = journal.password().value().open(System.getenv());
      Path base = config.toAbsolutePath().getParent();
      Kms kms = kms(journal.key().value(), base, secret);
      Path at = directory(dir == null ? journal.dir().value() : dir);
      return new Found(at, kms, journal.limits(), journal.outside(), read);
    } catch (IOException e) {
      Problem.Location at = read.journal().password().at();
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

  static Path directory(Path dir) {
    if (!Files.isDirectory(dir)) {
      throw Failure.environment(dir + " is not a directory", null);
    }
    return dir;
  }

  /** The option in words, for the record of a reading. */
  static String since(String text) {
    return text == null ? "" : "since " + instant(text);
  }

  /** A point of time as an option gives it; null for none. */
  static Instant instant(String text) {
    try {
      return text == null ? null : Instant.parse(text);
    } catch (DateTimeParseException e) {
      throw Failure.usage("--since must be a time as 2026-03-01T10:00:00Z");
    }
  }
}
