package io.sallyport.proxy.cli;

import io.sallyport.policy.AudienceKey;
import io.sallyport.proxy.config.PolicyKeys;
import io.sallyport.proxy.config.Secret;
import io.sallyport.proxy.kms.KmsException;
import io.sallyport.proxy.kms.NamedKey;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import picocli.CommandLine.Option;

/**
 * The keys that a policy names, for commands that have no configuration. One that nobody gives is
 * thrown away when the command ends: with a key that anybody could have, what is written would be
 * no secret.
 */
final class KeyOptions {
  @Option(
      names = "--key",
      paramLabel = "NAME=SECRET",
      description = {
        "A key that the policy names, as irb-117=file:PATH or irb-117=env:NAME; may be given several times.",
        "Without it the key is a new one, thrown away at the end."
      })
  private List<String> given = List.of();

  private final Map<String, AudienceKey> keys = new HashMap<>();
  private final Set<String> thrownAway = new TreeSet<>();
  private boolean read;

  /** The key of a name. */
  AudienceKey of(String name) {
    read();
    return keys.computeIfAbsent(
        name,
        key -> {
          thrownAway.add(key);
          return PolicyKeys.of(NamedKey.random());
        });
  }

  /** Says which keys are nobody's, for what is made with them is made nowhere else. */
  void tell(PrintWriter err) {
    if (!thrownAway.isEmpty()) {
      err.println(
          "sallyport: no --key for "
              + String.join(", ", thrownAway)
              + ": a new one, thrown away at the end; the appliance makes other pseudonyms, dates and"
              + " hashes");
    }
  }

  private void read() {
    if (read) {
      return;
    }
    read = true;
    for (String option : given) {
      int equals = option.indexOf('=');
      if (equals <= 0) {
        throw Failure.usage("--key is NAME=file:PATH or NAME=env:NAME");
      }
      keys.put(option.substring(0, equals), key(option.substring(equals + 1)));
    }
  }

  private static AudienceKey key(String reference) {
    try {
      char[] secret = Secret.parse(reference, Path.of("").toAbsolutePath()).open(System.getenv());
      try {
        return PolicyKeys.of(NamedKey.of(secret));
      } finally {
        Arrays.fill(secret, ' ');
      }
    } catch (IllegalArgumentException | KmsException wrong) {
      throw Failure.usage("--key: " + wrong.getMessage());
    } catch (IOException missing) {
      throw Failure.environment("--key: " + missing.getMessage(), missing);
    }
  }
}
