package io.sallyport.policy;

import io.sallyport.policy.RoleRules.Pattern;
import io.sallyport.policy.RoleRules.TypeRule;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/** The words of {@code do:}: what may be done with a type. */
final class InteractionWords {
  /** Those that exist. */
  static final Set<String> BUILT =
      Set.of("read", "vread", "search", "history", "$everything", "$lastn");

  private static final Set<String> UNBUILT =
      Set.of("create", "update", "patch", "delete", "export");

  /** The one type that an operation is of. */
  private static final Map<String, String> OPERATIONS =
      Map.of("$everything", "Patient", "$lastn", "Observation");

  /** They tell how often a resource was changed, and when. */
  private static final Set<String> OF_VERSIONS = Set.of("vread", "history");

  private final Consumer<Problem> problems;

  InteractionWords(Consumer<Problem> problems) {
    this.problems = problems;
  }

  /**
   * @param type null where the rule is one for many
   */
  Set<String> read(Fields fields, String type) {
    Set<String> does = new TreeSet<>();
    for (Pattern word : fields.texts("do")) {
      String wrong = wrong(word.text(), type);
      if (wrong == null) {
        does.add(word.text());
      } else {
        boolean later = UNBUILT.contains(word.text()) || isUnknownOperation(word.text());
        problems.accept(
            Problem.error(
                word.at(),
                word.path(),
                "'" + word.text() + "' " + wrong,
                later ? "E-NOT-YET" : "E-VALUE"));
      }
    }
    if (does.isEmpty()) {
      fields.error(fields.at(), "do is missing: the interactions, as [read, search]", "E-MISSING");
    }
    return does;
  }

  private static String wrong(String word, String type) {
    if (BUILT.contains(word)) {
      String of = OPERATIONS.get(word);
      boolean another = of != null && type != null && !of.equals(type);
      return another ? "is an operation of " + of + " only. Remove it here." : null;
    }
    return UNBUILT.contains(word) || isUnknownOperation(word)
        ? "is part of the format but this version refuses it to everyone,"
            + " so the file is not loaded. Remove it."
        : "is no interaction." + Nearest.hint(word, BUILT);
  }

  private static boolean isUnknownOperation(String word) {
    return word.startsWith("$") && !OPERATIONS.containsKey(word);
  }

  /** What of a rule's words is of a type. */
  static Set<String> of(String type, Set<String> does) {
    Set<String> of = new TreeSet<>(does);
    of.removeIf(word -> !OPERATIONS.getOrDefault(word, type).equals(type));
    return of;
  }

  /** Versions that are hidden and can be asked for by number would be told by every answer. */
  void requireVersions(boolean shown, String path, Collection<TypeRule> rules) {
    Set<Problem.Location> told = new HashSet<>();
    for (TypeRule rule : rules) {
      Set<String> asked = new TreeSet<>(rule.does());
      asked.retainAll(OF_VERSIONS);
      if (!shown && !asked.isEmpty() && told.add(rule.at())) {
        problems.accept(
            Problem.error(
                rule.at(),
                path + "." + rule.type() + ".do",
                String.join(" and ", asked)
                    + ": each version that is there tells of a change, and this role does not see"
                    + " versions. Add versions: show to the role, or remove "
                    + (asked.size() > 1 ? "them." : "it."),
                "E-VERSIONS"));
      }
    }
  }
}
