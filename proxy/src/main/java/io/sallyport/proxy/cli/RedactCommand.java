package io.sallyport.proxy.cli;

import io.sallyport.policy.PolicySet;
import io.sallyport.policy.Reason;
import io.sallyport.policy.Refusal;
import io.sallyport.policy.redact.Limits;
import io.sallyport.policy.redact.Redacted;
import io.sallyport.policy.redact.Redactor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code sallyport policy redact}: the engine itself, from standard input to standard output. */
@Command(
    name = "redact",
    description = "What a role sees of a resource. Exit 3 when denied.",
    mixinStandardHelpOptions = true)
final class RedactCommand implements Callable<Integer> {
  private enum As {
    read
  }

  private enum Format {
    json
  }

  @Spec private CommandSpec spec;

  @Option(names = "--policy", paramLabel = "F", required = true, description = "The policy.")
  private Path policy;

  @Option(names = "--role", paramLabel = "R", required = true, description = "The role.")
  private String role;

  @Option(
      names = "--as",
      description =
          "As the answer to: ${COMPLETION-CANDIDATES}. Without it only what the role hides goes.")
  private As as;

  @Option(names = "--format", description = "${COMPLETION-CANDIDATES}.", defaultValue = "json")
  private Format format;

  @Override
  public Integer call() throws IOException {
    PolicySet set = PolicyCommand.load(spec, policy, role);
    byte[] in = read(System.in);
    Redactor.Layer layer = as == null ? Redactor.Layer.ELEMENT : Redactor.Layer.EXCHANGE;
    byte[] out;
    try {
      Redacted redacted =
          new Redactor(Limits.DEFAULT)
              .redact(set.view(role), layer, in, 0, in.length - Redactor.PADDING, null, null);
      ByteArrayOutputStream whole = new ByteArrayOutputStream(redacted.length());
      redacted.writeTo(whole::write);
      out = whole.toByteArray();
    } catch (Refusal e) {
      if (e.reason() == Reason.NO_RULE_PERMITS) {
        throw Failure.denied("denied: " + e.getMessage());
      }
      throw Failure.bad(e.getMessage());
    }
    // Only when all of it is there: half a resource is a leak.
    OutputStream stdout = System.out;
    stdout.write(out);
    stdout.flush();
    return 0;
  }

  private static byte[] read(InputStream stdin) throws IOException {
    byte[] in = stdin.readNBytes(Limits.DEFAULT.resourceBytesMax() + 1);
    return Arrays.copyOf(in, in.length + Redactor.PADDING);
  }
}
