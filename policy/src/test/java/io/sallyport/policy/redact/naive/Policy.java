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
 */
public record Policy(
    Map<String, Rule> types, List<String> hide, List<Change> change, boolean keepDerived) {
  public Policy {
    types = new TreeMap<>(types);
    hide = List.copyOf(hide);
    change = List.copyOf(change);
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
