package io.sallyport.policy.redact.naive;

import java.util.Set;

/**
 * Where a walk stands: which rules have come how far.
 *
 * @param type the type of the object here
 * @param hiding rules that hide, and how far each is matched
 * @param changing rules that change likewise
 * @param showing paths of the allow-list likewise; null shows all
 * @param listed whether a path of the allow-list ended at or above this place
 * @param root whether the object is a resource
 */
record Place(
    String type,
    Set<Step> hiding,
    Set<Changing> changing,
    Set<Step> showing,
    boolean listed,
    boolean root) {
  /**
   * A rule that changes.
   *
   * @param own whether it stands in the rule of one type
   * @param order its place in its list
   */
  record Changing(Step step, String method, boolean own, int order) {
    Changing at(Step next) {
      return new Changing(next, method, own, order);
    }
  }

  /** A rule of which so many steps are matched. */
  record Step(java.util.List<String> steps, int done) {
    boolean last() {
      return done + 1 == steps.size();
    }
  }
}
