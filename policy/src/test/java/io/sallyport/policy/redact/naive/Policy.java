package io.sallyport.policy.redact.naive;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a role may see, as the policy file writes it.
 *
 * @param types the rules by resource type; other types are not shown
 * @param hide role-level patterns
 * @param change role-level patterns, and what is made of their elements
 * @param keepDerived whether narrative and signatures stay where something is hidden
 * @param names what stands in the place of ids; null for themselves
 */
public record Policy(
    Map<String, Rule> types,
    List<String> hide,
    List<Change> change,
    boolean keepDerived,
    NaiveNames names) {
  /** The year in which it is asked how old somebody is. */
  public static final int YEAR = 2026;

  public Policy {
    types = new TreeMap<>(types);
    hide = List.copyOf(hide);
    change = List.copyOf(change);
  }

  /** One that shows ids as they are. */
  public Policy(
      Map<String, Rule> types, List<String> hide, List<Change> change, boolean keepDerived) {
    this(types, hide, change, keepDerived, null);
  }

  /** The record system's base, where references may have it; null for none. */
  String upstream() {
    return names == null ? null : names.upstream();
  }

  /**
   * One type.
   *
   * @param show the allow-list; null shows all
   * @param hide what is subtracted
   * @param change what is shown rewritten
   */
  public record Rule(List<String> show, List<String> hide, List<Change> change) {}

  /**
   * One line of {@code change:}.
   *
   * @param method as {@code year}, or {@code round: 5}
   */
  public record Change(String pattern, String method) {}
}
