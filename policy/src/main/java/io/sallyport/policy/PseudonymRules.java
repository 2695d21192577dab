package io.sallyport.policy;

import io.sallyport.policy.redact.View;
import java.util.function.Consumer;

/** What a role with pseudonyms may not say besides, and what it should think about. */
final class PseudonymRules {
  private final Fields role;
  private final Consumer<Problem> problems;

  PseudonymRules(Fields role, Consumer<Problem> problems) {
    this.role = role;
    this.problems = problems;
  }

  /**
   * Takes {@code pseudonym:}; null when it is not there.
   *
   * @param keepsDerived whether narrative stays
   * @param observed whether what the role says is told and not done
   * @param preset the preset that the role is narrowed to; "" for none
   */
  AudienceKey read(KeyNames keys, boolean keepsDerived, boolean observed, String preset) {
    Problem.Location at = role.at("pseudonym");
    AudienceKey key = keys.pseudonym(role);
    if (key == null) {
      return null;
    }
    if (keepsDerived) {
      problems.accept(
          Problem.error(
              at,
              role.path("pseudonym"),
              "a narrative may name the id that a pseudonym stands for. Remove derived: keep.",
              "E-PSEUDONYM"));
    }
    if (observed) {
      problems.accept(
          Problem.error(
              at,
              role.path("pseudonym"),
              "observe shows ids as they are, and who asks by a pseudonym would find nothing. Remove"
                  + " one of both.",
              "E-PSEUDONYM"));
    }
    if (preset.equals("safe-harbor")) {
      problems.accept(
          Problem.warning(
              at,
              role.path("pseudonym"),
              "a pseudonym is made of the id, and 45 CFR 164.514(c) wants a code that is not derived"
                  + " from information about the individual: ask counsel whether what is shown is"
                  + " Safe Harbor",
              "W-SAFE-HARBOR"));
    }
    return key;
  }

  /** Warns of identifiers that are shown as they are. */
  static void tell(RoleRules rules, View view, Consumer<Problem> problems) {
    if (view.pseudonyms() == null) {
      return;
    }
    for (RoleRules.TypeRule rule : rules.types().values()) {
      String path = rule.type() + ".identifier.value";
      if (view.visibility(path) == View.Visibility.FULL) {
        problems.accept(
            Problem.warning(
                rule.at(),
                "roles." + rules.name() + ".types." + rule.type(),
                "'"
                    + path
                    + "' is shown as it is beside pseudonyms for ids: it may name whom they stand"
                    + " for. Hide it, or change it: {hash: {key: NAME}}.",
                "W-PSEUDONYM"));
      }
    }
  }
}
