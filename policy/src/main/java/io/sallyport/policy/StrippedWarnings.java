package io.sallyport.policy;

import io.sallyport.policy.RoleRules.TypeRule;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;

/** Tells where resources are withheld for a modifier extension, once for each line of a policy. */
final class StrippedWarnings {
  private StrippedWarnings() {}

  static void tell(Role role, Consumer<Problem> problems) {
    Set<Problem.Location> told = new HashSet<>();
    for (TypeRule rule : role.rules().types().values()) {
      if (role.view().strips(rule.type()) && told.add(rule.at())) {
        problems.accept(
            Problem.warning(
                rule.at(),
                role.path(rule.type()),
                "a modifierExtension is not shown: what bears one is withheld, and what may be"
                    + " withheld is not counted. Show it, or add accept-risk: {modifierExtension:"
                    + " \"reason\"}.",
                "W-MODIFIER"));
      }
    }
  }
}
