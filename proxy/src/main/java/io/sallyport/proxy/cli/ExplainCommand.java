package io.sallyport.proxy.cli;

import io.sallyport.policy.Explanation;
import io.sallyport.policy.PolicySet;
import io.sallyport.policy.Problem;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code sallyport policy explain}: what a role sees, what it may search by, and why not. */
@Command(
    name = "explain",
    description = "What a role may do with, and see of, a resource type, and which line says so.",
    mixinStandardHelpOptions = true)
final class ExplainCommand implements Callable<Integer> {
  private static final int WIDTH = 100;

  /** A longer path stands on a line of its own. */
  private static final int FIRST_MAX = 42;

  @Spec private CommandSpec spec;

  @Option(names = "--policy", paramLabel = "F", required = true, description = "The policy.")
  private Path file;

  @Option(names = "--role", paramLabel = "R", required = true, description = "The role.")
  private String role;

  @Option(
      names = "--type",
      paramLabel = "T",
      required = true,
      description = "The resource type, as Patient.")
  private String type;

  @Option(names = "--json", description = "As one JSON object.")
  private boolean json;

  @Override
  public Integer call() {
    PolicySet policy = PolicyCommand.load(spec, file, role, new KeyOptions());
    if (!policy.definitions().isResource(type)) {
      throw Failure.usage("--type " + type + " is no resource type of this FHIR version");
    }
    Explanation why = policy.explain(role, type);
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(ExplanationJson.of(why));
    } else {
      table(why, out);
    }
    return 0;
  }

  private static void table(Explanation why, PrintWriter out) {
    out.println(why.role() + " on " + why.type());
    out.println("  purposes      " + words(why.purposes()));
    why.terms().forEach(term -> out.println("  only with     " + term));
    out.println("  interactions  " + words(why.interactions()));
    why.forbidden().forEach(forbidden -> out.println("  forbidden     " + forbidden));
    why.withheld().forEach(withheld -> out.println("  withheld      " + withheld));
    if (!why.includes().isEmpty()) {
      out.println("  includes      " + words(why.includes()));
    }
    out.println("  versions      " + (why.versions() ? "shown" : "hidden"));
    out.println();
    List<String[]> elements = new ArrayList<>();
    elements.add(new String[] {"ELEMENT", "SEEN", "WHY, OR SEARCHED BY"});
    for (Explanation.Element element : why.elements()) {
      String path = element.path().substring(why.type().length() + 1);
      elements.add(
          new String[] {path, element.seen().name().toLowerCase(Locale.ROOT), why(element)});
    }
    print(elements, out);
    out.println();
    List<String[]> parameters = new ArrayList<>();
    parameters.add(new String[] {"PARAMETER", "TYPE", "USE"});
    for (Explanation.Parameter parameter : why.parameters()) {
      parameters.add(
          new String[] {
            parameter.code(),
            parameter.type(),
            parameter.searchable() ? "searchable" : "blocked by " + parameter.blockedBy()
          });
    }
    print(parameters, out);
  }

  private static String why(Explanation.Element element) {
    String searched = String.join(", ", element.searchedBy());
    if (element.by().isEmpty()) {
      return searched;
    }
    Problem.Location at = element.at();
    return element.by()
        + (at == null ? "" : ", line " + at.line() + ":" + at.column())
        + (searched.isEmpty() ? "" : "; searched by " + searched);
  }

  private static String words(Iterable<String> words) {
    String joined = String.join(", ", words);
    return joined.isEmpty() ? "none" : joined;
  }

  /** Three columns; the last one wraps so that nothing is wider than {@link #WIDTH}. */
  private static void print(List<String[]> rows, PrintWriter out) {
    int first = Math.min(FIRST_MAX, rows.stream().mapToInt(r -> r[0].length()).max().orElse(0)) + 2;
    int second = rows.stream().mapToInt(r -> r[1].length()).max().orElse(0) + 2;
    int room = WIDTH - first - second;
    for (String[] row : rows) {
      if (row[0].length() > FIRST_MAX) {
        out.println(row[0]);
        row[0] = "";
      }
      String lead = String.format("%-" + first + "s%-" + second + "s", row[0], row[1]);
      String rest = row[2];
      while (rest.length() > room) {
        int cut = rest.lastIndexOf(' ', room);
        cut = cut <= 0 ? room : cut;
        out.println(lead + rest.substring(0, cut));
        rest = rest.substring(cut).strip();
        lead = " ".repeat(first + second);
      }
      out.println((lead + rest).stripTrailing());
    }
  }
}
