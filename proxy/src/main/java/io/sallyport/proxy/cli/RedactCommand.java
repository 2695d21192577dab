package io.sallyport.proxy.cli;

import io.sallyport.policy.Claims;
import io.sallyport.policy.PolicySet;
import io.sallyport.policy.Refusal;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sallyport policy redact}: the engine itself, offline. */
@Command(
    name = "redact",
    description = {
      "What a role sees of a resource: standard input to standard output, or files to a directory.",
      "Exit 3 when denied, 1 when the input cannot be judged."
    },
    mixinStandardHelpOptions = true)
final class RedactCommand implements Callable<Integer> {
  private enum Fhir {
    R4
  }

  /** How the input is laid out. */
  enum Format {
    json,
    ndjson
  }

  private enum Answer {
    read,
    search,
    history,
    batch
  }

  @Spec private CommandSpec spec;

  @Option(names = "--policy", paramLabel = "F", required = true, description = "The policy.")
  private Path policy;

  @Option(names = "--role", paramLabel = "R", required = true, description = "The role.")
  private String role;

  @Option(
      names = "--purpose",
      paramLabel = "P",
      description =
          "The stated purpose of use; may be given several times. Default: the role's own.")
  private List<String> purposes;

  @Option(
      names = "--claim",
      paramLabel = "k=v",
      description = "A claim of the caller's token, as patient=p1; may be given several times.")
  private List<String> claims;

  @Mixin private KeyOptions keys = new KeyOptions();

  @Option(
      names = "--relation",
      paramLabel = "N",
      description =
          "A relation of the policy that holds, as care-team; may be given several times."
              + " No other does.")
  private List<String> relations = List.of();

  @Option(
      names = "--fhir",
      paramLabel = "V",
      description = "The FHIR version of the input: ${COMPLETION-CANDIDATES}.",
      defaultValue = "R4")
  private Fhir fhir;

  @Option(
      names = "--as",
      paramLabel = "A",
      description =
          "As the answer to: ${COMPLETION-CANDIDATES}. Without it only what the role hides goes."
              + " A history has the current version first, and needs the right to it; of a"
              + " batch-response each entry is judged as a read or search alone, and one that is"
              + " refused says so in its place.")
  private Answer answer;

  @Option(
      names = "--type",
      paramLabel = "T",
      description =
          "With --as search, history or batch: the type searched, or of the versions (default: what"
              + " the entries tell).")
  private String type;

  @Option(
      names = "--format",
      paramLabel = "L",
      description =
          "${COMPLETION-CANDIDATES} (default: json; of a file, what its name's end says).")
  private Format format;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Where the files go, under their own names. Prints a line a file.")
  private Path out;

  @Parameters(paramLabel = "FILE", arity = "0..*", description = "With --out: what to redact.")
  private List<Path> files = List.of();

  @Override
  public Integer call() throws IOException {
    if ((out == null) != files.isEmpty()) {
      throw Failure.usage("--out DIR and FILE... belong together; else standard input is redacted");
    }
    boolean bundle = answer != null && answer != Answer.read;
    if (type != null && !bundle) {
      throw Failure.usage("--type belongs to --as search, history or batch");
    }
    if (bundle && format == Format.ndjson) {
      throw Failure.usage("--as " + answer + " takes a Bundle, and a line is one resource");
    }
    PolicySet set = PolicyCommand.load(spec, policy, role, keys);
    keys.tell(spec.commandLine().getErr());
    if (!fhir.name().equals(set.definitions().version())) {
      throw Failure.usage("--fhir " + fhir + " is not the version of " + policy);
    }
    if (type != null && !set.definitions().isResource(type)) {
      throw Failure.usage("--type " + type + " is no resource type of this FHIR version");
    }
    for (String relation : relations) {
      if (!set.relations().contains(relation)) {
        throw Failure.usage("--relation " + relation + " is no relation of " + policy);
      }
    }
    Claims caller = ClaimOptions.read(claims == null ? List.of() : claims);
    Judge judge =
        new Judge(
            set,
            role,
            purposes == null ? set.purposes(role) : purposes,
            relations.isEmpty() ? caller : set.withUser(caller),
            relations);
    var as =
        answer == null ? OfflineRedaction.As.element : OfflineRedaction.As.valueOf(answer.name());
    OfflineRedaction redaction = new OfflineRedaction(judge, as, type);
    if (out != null) {
      return directory(redaction, bundle);
    }
    try {
      return stream(redaction);
    } catch (Refusal refused) {
      throw failure(refused);
    }
  }

  private int stream(OfflineRedaction redaction) throws IOException {
    OutputStream stdout = new BufferedOutputStream(System.out, 64 << 10);
    if (format != Format.ndjson) {
      // Only when all of it is there: half a resource is a leak.
      stdout.write(redaction.json(System.in));
      stdout.flush();
      return 0;
    }
    OfflineRedaction.Lines lines;
    try {
      lines = redaction.ndjson(System.in, stdout);
    } finally {
      stdout.flush();
    }
    if (!lines.denied().isEmpty()) {
      PrintWriter err = spec.commandLine().getErr();
      err.println("sallyport: lines denied: " + lines.denied());
    }
    return lines.written() == 0 && !lines.denied().isEmpty() ? Failure.DENIED : 0;
  }

  private int directory(OfflineRedaction redaction, boolean bundle) throws IOException {
    return new RedactedFiles(redaction, bundle ? Format.json : format, out)
        .redact(files, spec.commandLine().getOut());
  }

  private static Failure failure(Refusal refused) {
    return OfflineRedaction.isDenial(refused)
        ? Failure.denied("denied: " + refused.getMessage())
        : Failure.bad("refused: " + refused.getMessage());
  }
}
