package io.sallyport.policy;

import java.util.List;
import java.util.Set;

/**
 * What a role may do with, and see of, one resource type, and which line of the policy says so.
 *
 * @param purposes under which the role applies
 * @param terms what else must be, so that it applies: {@code scopes: enforce}
 * @param interactions on the type
 * @param forbidden which of them a forbid takes away all the same: {@code read for TREAT by
 *     forbid[0]}
 * @param withheld whose resources are withheld whole: those of a segment, {@code psych-notes for
 *     HPAYMT by forbid[0]}, and those with a modifier extension that would be taken out
 * @param includes what its searches may bring beside their matches, as the policy writes it
 * @param versions whether version ids, times and ETags are shown
 * @param elements every element of the type, and below one that is shown in part what is not shown
 * @param parameters every search parameter of the type
 */
public record Explanation(
    String role,
    String type,
    List<String> purposes,
    List<String> terms,
    Set<String> interactions,
    List<String> forbidden,
    List<String> withheld,
    List<String> includes,
    boolean versions,
    List<Element> elements,
    List<Parameter> parameters) {

  /** How much of an element is seen. */
  public enum Seen {
    /** It and all below it, unchanged. */
    SHOWN,
    /** It, but not all below it. */
    PART,
    /** It, its value changed: by the method that {@link Element#by} names. */
    CHANGED,
    HIDDEN
  }

  /**
   * One element.
   *
   * @param path {@code Patient.address.line}
   * @param by what hides or changes it: a pattern as written, or in words; "" when nothing does
   * @param at where that stands in the policy; null when it stands nowhere
   * @param searchedBy the parameters that read it and may be used
   */
  public record Element(
      String path, Seen seen, String by, Problem.Location at, List<String> searchedBy) {}

  /**
   * One search parameter.
   *
   * @param blockedBy why it may not be used: an element, or in words; "" when it may
   */
  public record Parameter(String code, String type, String blockedBy) {
    public boolean searchable() {
      return blockedBy.isEmpty();
    }
  }
}
