package io.sallyport.policy.redact.naive;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a role may see, as the policy file writes it.
 *
 * @param types the rules by resource type; other types are not shown
 * @param hide role-level patterns
 * @param keepDerived whether narrative and signatures stay where something is hidden
 */
public record Policy(Map<String, Rule> types, List<String> hide, boolean keepDerived) {
  public Policy {
    types = new TreeMap<>(types);
    hide = List.copyOf(hide);
  }

  /**
   * One type.
   *
   * @param show the allow-list; null shows all
   * @param hide what is subtracted
   */
  public record Rule(List<String> show, List<String> hide) {}
}
