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
      Map.of("year", new Year(), "zip3", new Zip3(), "age-cap", new AgeCap(), "last4", new Last4());

  /** Those that take something, which may be wrong. */
  private static final Map<String, Function<Change, Optional<RedactionMethod>>> TAKING =
      Map.of(
          "replace",
          change -> argument(change).flatMap(Replace::with),
          "round",
          change -> argument(change).flatMap(Round::to),
          "shift",
          Shift::with,
          "hash",
          Hash::with);

  private static final Map<String, String> EXAMPLES =
      Map.of(
          "replace",
          "{replace: \"a text of up to 100 characters\"}",
          "round",
          "{round: 5}, a positive number",
          "shift",
          "{shift: {days: 365, key: irb-117}}, from 1 to " + Shift.DAYS_MAX + " days",
          "hash",
          "{hash: {key: irb-117}}: what is hashed without a key is found by who tries all names,"
              + " numbers or dates");

  private Methods() {}

  private static Optional<String> argument(Change change) {
    return Optional.ofNullable(change.argument());
  }

  /** The method that a policy names; null when it is wrong, which is reported. */
  static RedactionMethod of(Change change, Consumer<Problem> problems) {
    String name = change.method();
    if (change.named().containsKey("key") && change.key() == null) {
      return null; // reported where the key is named
    }
    if (TAKING.containsKey(name)) {
      Optional<RedactionMethod> method = TAKING.get(name).apply(change);
      if (method.isEmpty()) {
        report(change, "write '" + name + "' as " + EXAMPLES.get(name) + ".", "E-VALUE", problems);
      }
      return method.orElse(null);
    }
    if (name.equals("pseudonym")) {
      report(
          change,
          "pseudonyms stand in the place of ids, wherever those are: write pseudonym: {key: NAME}"
              + " for the role. For another text write {hash: {key: NAME}}.",
          "E-VALUE",
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
    if (change.argument() != null || !change.named().isEmpty()) {
      report(change, "'" + name + "' takes nothing: write it alone.", "E-VALUE", problems);
      return null;
    }
    return PLAIN.get(name);
  }

  private static void report(
      Change change, String message, String code, Consumer<Problem> problems) {
    problems.accept(Problem.error(change.at(), change.pattern().path(), message, code));
  }
}
