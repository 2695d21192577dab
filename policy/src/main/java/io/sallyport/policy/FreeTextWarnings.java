package io.sallyport.policy;

import io.sallyport.policy.RoleRules.TypeRule;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Tells which free text each role is shown: people write into it what is hidden elsewhere, and no
 * rule on elements finds it there. A star that shows all says so itself.
 */
final class FreeTextWarnings {
  private static final int NAMED_MAX = 8;

  private FreeTextWarnings() {}

  static void tell(Role role, Consumer<Problem> problems) {
    Map<Problem.Location, Integer> types = new HashMap<>();
    role.rules().types().values().forEach(rule -> types.merge(rule.at(), 1, Integer::sum));
    for (TypeRule rule : role.rules().types().values()) {
      boolean star = types.get(rule.at()) > 1;
      List<String> free = star && rule.showAll() ? List.of() : role.view().freeText(rule.type());
      if (!free.isEmpty()) {
        problems.accept(
            Problem.warning(
                rule.at(),
                role.path(rule.type()),
                "free text stays visible, whatever people wrote into it: " + named(free),
                "W-FREETEXT"));
      }
    }
  }

  private static String named(List<String> free) {
    int named = Math.min(free.size(), NAMED_MAX);
    String first = String.join(", ", free.subList(0, named));
    return free.size() == named ? first : first + " and " + (free.size() - named) + " more";
  }
}
