package io.sallyport.policy;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.policy.fhir.Definitions;
import io.sallyport.policy.fhir.Interaction;
import io.sallyport.policy.fhir.InteractionParser;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code when}: conditions on the token and the request. */
class ConditionTest {
  /** The condition stands in line 6, its text from column 12 on. */
  private static final String POLICY =
      """
      policy: 1
      identity: {role: {claim: role}, purpose: {claim: pou}}
      roles:
        nurse:
          purpose: [TREAT, ETREAT]
          when: [%s]
          types:
            Patient: {do: [read], show: all}
            "*":
              do: [read]
              show: all
              when: ["token.unit == 'icu'"]
      """;

  private static List<Problem> problems(String when) {
    List<Problem> problems = new ArrayList<>();
    PolicySet.read("p.yaml", POLICY.formatted(when), problems::add);
    problems.removeIf(problem -> !problem.isError());
    return problems;
  }

  private static PolicySet policy(String... when) {
    List<Problem> problems = new ArrayList<>();
    String list = "\"" + String.join("\", \"", when) + "\"";
    PolicySet set = PolicySet.read("p.yaml", POLICY.formatted(list), problems::add);
    assertThat(problems).noneMatch(Problem::isError);
    return set;
  }

  private static Decision decide(PolicySet policy, Map<String, Object> more, String request) {
    Map<String, Object> claims = new HashMap<>(Map.of("role", "nurse", "pou", "TREAT"));
    claims.putAll(more);
    Interaction asked =
        new InteractionParser(Definitions.r4()).parse("GET", request, null, "", null);
    return policy.decide(
        new AccessRequest(new Claims(claims), asked, Instant.parse("2026-03-01T10:00:00Z")));
  }

  private static boolean permits(String when, Map<String, Object> claims) {
    return decide(policy(when), claims, "Patient/p1") instanceof Decision.Permit;
  }

  private static final Map<String, Object> TOKEN =
      Map.of(
          "irb",
          "IRB-117",
          "level",
          2L,
          "score",
          2.0,
          "groups",
          List.of("a", "b"),
          "org",
          Map.of("ward", "icu"),
          "ok",
          true);

  @ParameterizedTest
  @ValueSource(
      strings = {
        "token.irb == 'IRB-117'",
        "token['irb'] == 'IRB-117'",
        "token.level >= 2 && token.score == 2",
        "'b' in token.groups",
        "token.groups.exists(g, g.startsWith('b'))",
        "token.org.ward == 'icu'",
        "token.ok == true",
        "!has(token.suspended)",
        "token.irb.matches('IRB-[0-9]+')",
        "request.purpose == 'TREAT'",
        "request.interaction == 'read' && request.type == 'Patient'",
        "request.method == 'GET'",
        "now < timestamp('2027-01-01T00:00:00Z')",
        "now.getHours('Europe/Berlin') == 11",
        "token.missing == 1 || true",
      })
  void whatIsTruePermits(String when) {
    assertThat(permits(when, TOKEN)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "token.irb == 'IRB-118'",
        "token.missing == 'x'",
        "token.missing != 'x'",
        "!(token.missing == 'x')",
        "token.org.missing.deeper == 'x'",
        "token.irb > 2",
        "token.irb.ward == 'icu'",
        "token.level.startsWith('2')",
        "token.groups[7] == 'a'",
        "token.level / 0 == 1",
        "token.irb.matches('(')",
        "request.purpose == 'ETREAT'",
        "now > timestamp('2027-01-01T00:00:00Z')",
        "now.getHours('Middle/Earth') >= 0",
      })
  void whatIsFalseOrCannotBeEvaluatedDenies(String when) {
    assertThat(permits(when, TOKEN)).isFalse();
  }

  @Test
  void everyConditionMustHoldAndTheDenialNamesTheOneThatDoesNot() {
    PolicySet policy = policy("token.a == 'x'", "token.b == 'canary'");
    assertThat(decide(policy, Map.of("a", "x", "b", "canary"), "Patient/p1"))
        .isInstanceOf(Decision.Permit.class);
    Decision.Deny deny =
        (Decision.Deny) decide(policy, Map.of("a", "x", "b", "secret"), "Patient/p1");
    assertThat(deny.rule()).isEqualTo("roles.nurse.when[1]");
    assertThat(deny.reason()).isEqualTo(Reason.NO_RULE_PERMITS);
    assertThat(deny.detail()).doesNotContain("canary", "secret");
    assertThat(decide(policy, Map.of(), "metadata")).isInstanceOf(Decision.Deny.class);
  }

  @Test
  void aTypesConditionIsTheTypesOnly() {
    PolicySet policy = policy("true");
    assertThat(decide(policy, Map.of(), "Patient/p1")).isInstanceOf(Decision.Permit.class);
    Decision.Deny deny = (Decision.Deny) decide(policy, Map.of(), "Observation/o1");
    assertThat(deny.rule()).isEqualTo("roles.nurse.types.*.when[0]");
    assertThat(decide(policy, Map.of("unit", "icu"), "Observation/o1"))
        .isInstanceOf(Decision.Permit.class);
    assertThat(policy.explain("nurse", "Observation").terms())
        .containsExactly("when: true", "when: token.unit == 'icu'");
    assertThat(policy.explain("nurse", "Patient").terms()).containsExactly("when: true");
  }

  @Test
  void aRequestCannotMakeAConditionExpensive() {
    List<String> many = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      many.add("x" + i);
    }
    String cubic = "token.g.all(a, token.g.all(b, token.g.all(c, a + b + c != '')))";
    assertThat(permits(cubic, Map.of("g", many.subList(0, 5)))).isTrue();
    assertThat(permits(cubic, Map.of("g", many))).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "\"tokn.irb == 'x'\"; 13; Did you mean 'token'?; E-CEL",
        "\"token.a == 'x' && tokn.b == 'y'\"; 31; there is no 'tokn'; E-CEL",
        "'tokn.irb == \"x\"'; 13; Did you mean 'token'?; E-CEL",
        "tokn.irb == 1; 12; Did you mean 'token'?; E-CEL",
        "\"request.porpose == 'x'\"; 13; Did you mean 'request.purpose'?; E-CEL",
        "\"request == 'x'\"; 13; request.purpose, request.type; E-CEL",
        "\"token.a ==\"; 23; is not CEL; E-CEL",
        "\"token.a = 'x'\"; 21; is not CEL; E-CEL",
        "\"1 + 'x' == 2\"; 15; found no matching overload for '_+_'; E-CEL",
        "\"token.a\"; 13; as token.a == true; E-CEL",
        "\"token\"; 13; must be true or false; E-CEL",
        "\"1 + 1\"; 13; it is of type int; E-CEL",
        "\"true && lower('A') == 'a'\"; 21; there is no function 'lower'; E-CEL",
        "care-team; 12; there is no relation 'care-team'; E-RELATION",
        "\"resource.status == 'x'\"; 13; 'resource.status' is no element of; E-PATH",
        "\"resorce.status == 'x'\"; 13; Did you mean 'resource'?; E-CEL",
        "\"request.zone == 'x'\"; 13; 'request.zone' is part of the format; E-NOT-YET",
        "\"request.device == 'x'\"; 13; nothing tells this version of it; E-NOT-YET",
        "{a: b}; 12; must be a condition; E-TYPE",
        "'token.a == ''x'' && tokn.b'; 12; Did you mean 'token'?; E-CEL",
      })
  void aMistakeIsToldAtItsPlace(String when, int column, String says, String code) {
    assertThat(problems(when))
        .anySatisfy(
            problem -> {
              assertThat(problem.toString()).startsWith("p.yaml:6:" + column + "  ");
              assertThat(problem.path()).isEqualTo("roles.nurse.when[0]");
              assertThat(problem.message())
                  .contains(says)
                  .doesNotContain("(candidates", "expecting");
              assertThat(problem.code()).isEqualTo(code);
            });
  }

  @Test
  void aConditionIsBoundedWhenItIsRead() {
    String lengthy = "token.a == '" + "x".repeat(1100) + "'";
    assertThat(problems("\"" + lengthy + "\"")).extracting(Problem::code).containsExactly("E-CEL");
    String deep = "(".repeat(100) + "true" + ")".repeat(100);
    assertThat(problems("\"" + deep + "\"")).extracting(Problem::code).containsExactly("E-CEL");
    assertThat(problems("''")).extracting(Problem::code).contains("E-CEL");
  }
}
