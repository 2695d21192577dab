package io.sallyport.policy;

import java.util.Set;
import java.util.function.Consumer;

/** {@code observe:} of a role: whether what it says is told and not done. */
final class ObserveReader {
  private ObserveReader() {}

  static boolean read(Fields fields, Consumer<Problem> problems) {
    Problem.Location at = fields.at("observe");
    boolean observe = fields.word("observe", "false", Set.of("true", "false")).equals("true");
    if (observe) {
      problems.accept(
          Problem.warning(
              at,
              fields.path("observe"),
              "this role is given everything but what a forbid keeps back; what its rules would"
                  + " deny and hide is only told. Remove it to enforce them.",
              "W-OBSERVE"));
    }
    return observe;
  }
}
