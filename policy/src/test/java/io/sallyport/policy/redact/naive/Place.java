package io.sallyport.policy.redact.naive;

import java.util.Set;

/**
 * Where a walk stands: which rules have come how far.
 *
 * @param type the type of the object here
 * @param hiding rules that hide, and how far each is matched
 * @param showing paths of the allow-list likewise; null shows all
 * @param listed whether a path of the allow-list ended at or above this place
 * @param root whether the object is a resource
 */
record Place(String type, Set<Step> hiding, Set<Step> showing, boolean listed, boolean root) {
  /** A rule of which so many steps are matched. */
  record Step(java.util.List<String> steps, int done) {
    boolean last() {
      return done + 1 == steps.size();
    }
  }
}
