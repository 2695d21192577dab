package io.sallyport.policy;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.policy.fhir.Definitions;
import io.sallyport.policy.fhir.InteractionParser;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code needs}: how a caller must have logged in. */
class NeedsTest {
  private static final String POLICY =
      """
      policy: 1
      identity: {role: {claim: role}, purpose: {claim: pou}}
      roles:
        auditor:
          purpose: [TREAT]
          needs: {token-acr: [mfa, phr]}
          types: {Patient: {do: [read], show: all}}
        nurse:
          purpose: [TREAT]
          types:
            Patient: {do: [read], show: all}
            Consent: {do: [read], show: all, needs: {token-acr: mfa}}
            Encounter: {do: [search], show: all}
            Observation: {do: [search], show: all, include: ["Observation:subject", "Observation:encounter"]}
        surgeon:
          purpose: [TREAT]
          types:
            Encounter: {do: [search], show: all, needs: {token-acr: mfa}}
            Observation: {do: [search], show: all, include: ["Observation:encounter"]}
      """;

  private static Decision decide(String role, String request, Map<String, Object> more) {
    PolicySet policy = PolicySet.read("p.yaml", POLICY, problem -> {});
    String[] parts = request.split("\\?");
    Map<String, Object> claims = new HashMap<>(Map.of("role", role, "pou", "TREAT"));
    claims.putAll(more);
    return policy.decide(
        new AccessRequest(
            new Claims(claims),
            new InteractionParser(Definitions.r4())
                .parse("GET", parts[0], parts.length == 1 ? null : parts[1], "", null),
            Instant.EPOCH));
  }

  @Test
  void theLevelOrAMethodMustBeOneOfThose() {
    for (Map<String, Object> enough :
        List.<Map<String, Object>>of(
            Map.of("acr", "mfa"),
            Map.of("acr", "phr"),
            Map.of("acr", "1", "amr", List.of("pwd", "mfa")),
            Map.of("amr", "mfa"))) {
      assertThat(decide("auditor", "Patient/p1", enough))
          .as("%s", enough)
          .isInstanceOf(Decision.Permit.class);
    }
    for (Map<String, Object> little :
        List.<Map<String, Object>>of(
            Map.of(),
            Map.of("acr", "1"),
            Map.of("acr", "MFA"),
            Map.of("acr", "mfa phr"),
            Map.of("acr", 7L, "amr", List.of("pwd")),
            Map.of("acr", Map.of("mfa", true)))) {
      Decision.Deny deny = (Decision.Deny) decide("auditor", "Patient/p1", little);
      assertThat(deny.reason()).as("%s", little).isEqualTo(Reason.INSUFFICIENT_AUTHENTICATION);
      assertThat(deny.rule()).isEqualTo("roles.auditor.needs");
      assertThat(deny.acr()).containsExactly("mfa", "phr");
    }
  }

  @Test
  void aTypesNeedIsTheTypesOnly() {
    assertThat(decide("nurse", "Patient/p1", Map.of())).isInstanceOf(Decision.Permit.class);
    Decision.Deny deny = (Decision.Deny) decide("nurse", "Consent/c1", Map.of("acr", "phr"));
    assertThat(deny.rule()).isEqualTo("roles.nurse.types.Consent.needs");
    assertThat(deny.acr()).containsExactly("mfa");
    assertThat(decide("nurse", "Consent/c1", Map.of("acr", "mfa")))
        .isInstanceOf(Decision.Permit.class);
  }

  @Test
  void noOtherTypesSearchLeadsAroundATypesNeed() {
    for (String query :
        List.of("_include=Observation:encounter", "encounter:Encounter.status=planned")) {
      assertThat(decide("nurse", "Observation?" + query, Map.of()))
          .as(query)
          .isInstanceOf(Decision.Permit.class);
      for (Map<String, Object> token :
          List.<Map<String, Object>>of(Map.of(), Map.of("acr", "mfa"))) {
        assertThat(decide("surgeon", "Observation?" + query, token))
            .as(query)
            .isInstanceOf(Decision.Deny.class);
      }
    }
  }

  @Test
  void whatIsNotAllowedAnywayIsNoReasonToLogInAgain() {
    Decision.Deny deny = (Decision.Deny) decide("nurse", "Claim/c1", Map.of());
    assertThat(deny.reason()).isEqualTo(Reason.NO_RULE_PERMITS);
    assertThat(deny.acr()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "{}; E-VALUE",
        "{token-acr: []}; E-VALUE",
        "{token-acr: ['']}; E-VALUE",
        "{token-acr: ['a b']}; E-VALUE",
        "{token-acr: ['a\"b']}; E-VALUE",
        "{token-acr: [mfa], reason: 20}; E-NOT-YET",
        "{token-arc: [mfa]}; E-KEY",
        "mfa; E-TYPE",
      },
      quoteCharacter = '`')
  void whatWouldRestrictNothingIsAnError(String needs, String code) {
    List<Problem> problems = new ArrayList<>();
    String text = POLICY.replace("needs: {token-acr: [mfa, phr]}", "needs: " + needs);
    assertThat(PolicySet.read("p.yaml", text, problems::add)).isNull();
    problems.removeIf(problem -> !problem.isError());
    assertThat(problems)
        .allSatisfy(p -> assertThat(p.at().line()).isEqualTo(6))
        .extracting(Problem::code)
        .contains(code);
  }
}
