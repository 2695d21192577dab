package io.sallyport.policy.redact;

import io.sallyport.policy.Nearest;
import io.sallyport.policy.Problem;
import io.sallyport.policy.RoleRules.Change;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Function;

/** Every method that {@code change:} may name. */
final class Methods {
  private static final Map<String, RedactionMethod> PLAIN =
      Map.of(
          "year", new Year(),
          "zip3", new Zip3(),
          "age-cap", new AgeCap(),
          "last4", new Last4(),
          "hash", new Hash());

  /** Those that take something, which may be wrong. */
  private static final Map<String, Function<String, Optional<RedactionMethod>>> TAKING =
      Map.of("replace", Replace::with, "round", Round::to);

  private static final Map<String, String> EXAMPLES =
      Map.of(
          "replace", "{replace: \"a text of up to 100 characters\"}",
          "round", "{round: 5}, a positive number");

  private static final Set<String> NEED_KEYS = Set.of("shift", "pseudonym");

  private Methods() {}

  /** The method that a policy names; null when it is wrong, which is reported. */
  static RedactionMethod of(Change change, Consumer<Problem> problems) {
    String name = change.method();
    if (TAKING.containsKey(name)) {
      Optional<RedactionMethod> method =
          Optional.ofNullable(change.argument()).flatMap(TAKING.get(name));
      if (method.isEmpty()) {
        report(change, "write '" + name + "' as " + EXAMPLES.get(name) + ".", "E-VALUE", problems);
      }
      return method.orElse(null);
    }
    if (NEED_KEYS.contains(name)) {
      report(
          change,
          "'"
              + name
              + "' is part of the format but this version does not enforce it, so the file is not"
              + " loaded. Hide the element, or use another method.",
          "E-NOT-YET",
          problems);
      return null;
    }
    if (!PLAIN.containsKey(name)) {
      Set<String> names = new TreeSet<>(PLAIN.keySet());
      names.addAll(TAKING.keySet());
      report(
          change,
          "'"
              + name
              + "' is not one of "
              + String.join(", ", names)
              + "."
              + Nearest.hint(name, names),
          "E-VALUE",
          problems);
      return null;
    }
    if (change.argument() != null) {
      report(change, "'" + name + "' takes nothing: write it alone.", "E-VALUE", problems);
      return null;
    }
    if (name.equals("hash")) {
      problems.accept(
          Problem.warning(
              change.at(),
              change.pattern().path(),
              "a hash hides no name, number or date: who tries them all finds it."
                  + " Hide the element if it must stay unknown.",
              "W-HASH"));
    }
    return PLAIN.get(name);
  }

  private static void report(
      Change change, String message, String code, Consumer<Problem> problems) {
    problems.accept(Problem.error(change.at(), change.pattern().path(), message, code));
  }
}
