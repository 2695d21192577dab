package io.sallyport.proxy.cli;

import io.sallyport.proxy.config.Secret;
import io.sallyport.proxy.kms.KeyStores;
import io.sallyport.proxy.kms.KmsException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
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
      description = "Makes the key store that encrypts and signs a journal. Never overwrites one.",
      mixinStandardHelpOptions = true)
  int init(
      @Option(names = "--store", required = true, description = "The PKCS#12 file to make.")
          Path store,
      @Option(
              names = "--password",
              required = true,
              description = "env:NAME or file:PATH of its password.")
          String password) {
    char[] secret = Secrets.open(password);
    try {
      KeyStores.create(store, secret);
    } catch (KmsException e) {
      throw Failure.environment(e.getMessage(), e);
    } finally {
      Arrays.fill(secret, ' ');
    }
    spec.commandLine()
        .getOut()
        .println(store + " made. Keep a copy elsewhere: who loses it loses the journal.");
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
