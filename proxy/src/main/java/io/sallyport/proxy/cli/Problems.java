package io.sallyport.proxy.cli;

import io.sallyport.policy.Problem;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Problems as they are found, and as a person reads them. */
final class Problems {
  private final List<Problem> all = new ArrayList<>();

  void add(Problem problem) {
    all.add(problem);
  }

  long errors() {
    return all.stream().filter(Problem::isError).count();
  }

  /** One line a problem, in the order of the files' lines. */
  void print(PrintWriter out) {
    all.stream()
        .sorted(
            Comparator.<Problem, String>comparing(p -> p.at().file())
                .thenComparingInt(p -> p.at().line())
                .thenComparingInt(p -> p.at().column()))
        .forEach(p -> out.println((p.isError() ? "" : "warning: ") + p));
  }

  /** {@code 2 errors, 1 warning}. */
  String count() {
    long errors = errors();
    long warnings = all.size() - errors;
    return errors
        + (errors == 1 ? " error, " : " errors, ")
        + warnings
        + (warnings == 1 ? " warning" : " warnings");
  }
}
