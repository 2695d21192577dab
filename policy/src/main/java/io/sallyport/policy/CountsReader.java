package io.sallyport.policy;

import io.sallyport.policy.source.Yaml;
import java.util.Set;
import java.util.function.Consumer;

/**
 * {@code counts: {smallest: 11}}: a number of matches that is smaller may point to a person (small
 * cells), so it is not told.
 */
final class CountsReader {
  private static final int SMALLEST_MAX = 1000;

  private CountsReader() {}

  /** The smallest number that is told besides 0; 1 when nothing is said. */
  static int read(Fields role, Consumer<Problem> problems) {
    Yaml node = role.take("counts");
    if (node == null) {
      return 1;
    }
    Fields fields = new Fields(node, role.path("counts"), Set.of("smallest"), problems);
    Problem.Location at = fields.at("smallest");
    String smallest = fields.text("smallest", "");
    fields.finish();
    if (smallest.matches("[1-9][0-9]{0,3}") && Integer.parseInt(smallest) <= SMALLEST_MAX) {
      return Integer.parseInt(smallest);
    }
    problems.accept(
        Problem.error(
            at,
            fields.path("smallest"),
            "must be a number from 1 to 1000: fewer matches than that, but for none, are not"
                + " counted in an answer",
            "E-VALUE"));
    return SMALLEST_MAX;
  }
}
