package io.sallyport.proxy.cli;

import io.sallyport.proxy.config.Secret;
import io.sallyport.proxy.kms.ApproverKey;
import io.sallyport.proxy.kms.Kms;
import io.sallyport.proxy.kms.KmsException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sallyport key}. */
@Command(
    name = "key",
    description = "Keys of the journal.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND")
public final class KeyCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw Failure.usage("key needs a command: sallyport key --help shows them");
  }

  @Command(
      name = "init",
      description =
          "Makes the keys that encrypt and sign a journal: a key store, or an identity in a key"
              + " service. Never overwrites one.",
      mixinStandardHelpOptions = true)
  int init(
      @Option(
              names = "--key",
              paramLabel = "URI",
              description =
                  "pkcs12:FILE, pkcs11:FILE (a configuration of the JDK's SunPKCS11), or"
                      + " vault:https://HOST:PORT/v1/MOUNT/NAME[?ca=FILE].")
          String key,
      @Option(
              names = "--store",
              paramLabel = "FILE",
              description = "The same as --key pkcs12:FILE.")
          Path store,
      @Option(
              names = "--password",
              required = true,
              paramLabel = "SECRET",
              description = "env:NAME, file:PATH or credential:NAME of its password, PIN or token.")
          String password) {
    if ((key == null) == (store == null)) {
      throw Failure.usage("key init needs --key URI or --store FILE");
    }
    String uri = key == null ? "pkcs12:" + store : key;
    char[] secret = Secrets.open(password);
    try {
      Kms.create(uri, Path.of(""), secret);
    } catch (KmsException e) {
      throw Failure.environment(e.getMessage(), e);
    } finally {
      Arrays.fill(secret, ' ');
    }
    spec.commandLine()
        .getOut()
        .println(
            (key == null ? store : uri)
                + " made. "
                + (uri.startsWith("pkcs12:") ? "Keep a copy elsewhere: w" : "W")
                + "ho loses it loses the journal.");
    return 0;
  }

  @Command(
      name = "list",
      description =
          "Lists the keys: the identity that signs, and the key of each month under which the"
              + " month's data keys are wrapped.",
      mixinStandardHelpOptions = true)
  int list(
      @Option(names = "--key", required = true, paramLabel = "URI", description = "As for init.")
          String key,
      @Option(
              names = "--password",
              required = true,
              paramLabel = "SECRET",
              description = "As for init.")
          String password) {
    char[] secret = Secrets.open(password);
    try (Kms kms = Kms.open(key, Path.of(""), secret)) {
      PrintWriter out = spec.commandLine().getOut();
      out.println(kms.name());
      out.println("  identity  " + kms.identity().algorithm());
      for (String name : kms.keys()) {
        out.println("  " + name + "  " + kms.standing(name).name().toLowerCase(Locale.ROOT));
      }
    } catch (KmsException e) {
      throw Failure.environment(e.getMessage(), e);
    } finally {
      Arrays.fill(secret, ' ');
    }
    return 0;
  }

  @Command(
      name = "approver",
      description = {
        "Makes the key of a person who approves holds and disposals, on that person's own machine,",
        "and prints what the configuration's journal.retention.approvers lists."
      },
      mixinStandardHelpOptions = true)
  int approver(
      @Parameters(paramLabel = "NAME", description = "Who it is: letters, digits and ._@-")
          String name,
      @Option(
              names = "--out",
              required = true,
              paramLabel = "FILE",
              description = "Where the key goes; only its owner may read it.")
          Path out) {
    try {
      spec.commandLine().getOut().println(ApproverKey.create(name, out).line());
    } catch (KmsException e) {
      throw Failure.environment(e.getMessage(), e);
    }
    return 0;
  }

  /** Secrets named on a command line. */
  static final class Secrets {
    private Secrets() {}

    static char[] open(String reference) {
      try {
        return Secret.parse(reference, Path.of("")).open(System.getenv());
      } catch (IllegalArgumentException e) {
        throw Failure.usage("--password " + e.getMessage());
      } catch (IOException e) {
        throw Failure.environment(e.getMessage(), e);
      }
    }
  }
}
