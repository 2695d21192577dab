package io.sallyport.policy;

import java.util.List;
import java.util.Map;

/**
 * One test of a policy, as an administrator writes it: who asks for what, what the record system
 * would answer, and what must come of it.
 *
 * @param name what it shows
 * @param role the caller's role
 * @param purposes the caller's purposes of use
 * @param claims more claims of the caller's token
 * @param reason why the caller breaks the glass; "" when it says none
 * @param relations which relations of the policy hold, and with whom: {@code care-team} with {@code
 *     Patient/p1}
 * @param request as {@code GET /Patient/p1}, below the route's base
 * @param backend what the record system answers
 * @param expect what must come of it
 * @param at where it stands
 */
public record PolicyTest(
    String name,
    String role,
    List<String> purposes,
    Map<String, Object> claims,
    String reason,
    Map<String, List<String>> relations,
    String request,
    Backend backend,
    Expect expect,
    Problem.Location at) {

  /**
   * The record system's answer.
   *
   * @param file a resource or searchset, by its name beside the test; "" for a status only
   */
  public record Backend(String file, int status) {}

  /**
   * What a test expects; what it does not name may be as it likes.
   *
   * @param status the HTTP status; -1 when not named
   * @param reason the reason of a refusal, as {@code SEARCH_NOT_PERMITTED}; "" when not named
   * @param sent the request that the record system gets, canonical; null when not named
   * @param body a file with the answer, compared as JSON; "" when not named
   * @param absent elements that are nowhere in the answer, each a name or a path from its resource
   * @param never texts that are nowhere in the answer
   * @param entries the released entries, as {@code Condition/c1}, in their order; null when not
   *     named
   * @param total the total of a searchset; -1 when not named
   * @param backendRequests how often the record system is asked, 0 or 1; -1 when not named
   * @param outcome what the journal says of it: permitted, denied or break-glass; "" when not named
   * @param notified who is told of it, as {@code privacy-office}; "" when not named
   */
  public record Expect(
      int status,
      String reason,
      String sent,
      String body,
      List<String> absent,
      List<String> never,
      List<String> entries,
      int total,
      int backendRequests,
      String outcome,
      String notified) {}
}
