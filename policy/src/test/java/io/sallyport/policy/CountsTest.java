package io.sallyport.policy;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.policy.fhir.Definitions;
import io.sallyport.policy.fhir.InteractionParser;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may be told how many there are. */
class CountsTest {
  private static final String POLICY =
      """
      policy: 1
      fhir: R4
      identity: {role: {claim: roles}, purpose: {claim: pou}}
      roles:
        researcher:
          purpose: [HRESCH]
          counts: {smallest: 11}
          types:
            Patient:
              do: [search]
              show: [active, deceased, link, gender]
              search: [gender]
              accept-risk: {modifierExtension: "for this test"}
            Bundle: {do: [search], show: all}
        nurse:
          purpose: [TREAT]
          types: {Patient: {do: [search], show: all}}
        app:
          purpose: [PATRQT]
          compartment: {Patient: token.patient, membership: subject}
          types: {Observation: {do: [search], show: all}}
      """;

  @Test
  @Tag("A13")
  void aNumberIsAskedForOnlyWhereNothingIsWithheld() {
    for (String count : List.of("_summary=count", "_count=0")) {
      assertThat(decide("researcher", "HRESCH", "Patient?gender=male&" + count))
          .isInstanceOfSatisfying(
              Decision.Permit.class, permit -> assertThat(permit.unfiltered()).isTrue());
      for (Decision denied :
          List.of(
              decide("app", "PATRQT", "Observation?" + count),
              decide("researcher", "HRESCH", "Bundle?" + count),
              decide("researcher", "HRESCH", "Patient?birthdate=1970&" + count))) {
        assertThat(denied)
            .isInstanceOfSatisfying(
                Decision.Deny.class,
                deny -> assertThat(deny.reason()).isEqualTo(Reason.SEARCH_NOT_PERMITTED));
      }
    }
    assertThat(decide("app", "PATRQT", "Observation?_total=accurate"))
        .isInstanceOfSatisfying(
            Decision.Permit.class, permit -> assertThat(permit.unfiltered()).isFalse());
  }

  /** What bears one that is not shown is withheld: a number would count it. */
  @Test
  @Tag("C8")
  void aNumberIsNotAskedForWhereAModifierExtensionWithholds() {
    String strict = POLICY.replaceAll(" +accept-risk:.*\n", "");
    assertThat(strict).isNotEqualTo(POLICY);
    assertThat(decide(strict, "researcher", "HRESCH", "Patient?gender=male&_count=0"))
        .isInstanceOfSatisfying(
            Decision.Deny.class,
            deny -> assertThat(deny.reason()).isEqualTo(Reason.SEARCH_NOT_PERMITTED));
    assertThat(decide(strict, "researcher", "HRESCH", "Patient?gender=male"))
        .isInstanceOfSatisfying(
            Decision.Permit.class, permit -> assertThat(permit.unfiltered()).isFalse());
  }

  @Test
  @Tag("A21")
  void aRolesSmallestNumberGoesWithItsPermits() {
    assertThat(((Decision.Permit) decide("researcher", "HRESCH", "Patient")).total().smallest())
        .isEqualTo(11);
    assertThat(((Decision.Permit) decide("nurse", "TREAT", "Patient")).total().smallest())
        .isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "1001", "-1", "eleven", "''", "[11]", "11.0"})
  void aSmallestNumberThatIsNoneIsAnError(String smallest) {
    assertThat(problems(POLICY.replace("smallest: 11", "smallest: " + smallest)))
        .anySatisfy(
            problem ->
                assertThat(problem)
                    .startsWith("p.yaml:7:")
                    .contains("roles.researcher.counts.smallest"));
  }

  @Test
  void aMisspeltKeyIsAnError() {
    assertThat(problems(POLICY.replace("smallest: 11", "smalest: 11")))
        .anySatisfy(problem -> assertThat(problem).contains("Did you mean 'smallest'", "E-KEY"));
    assertThat(problems(POLICY.replace("smallest: 11", "smallest: 1000"))).isEmpty();
  }

  private static List<String> problems(String text) {
    List<String> problems = new ArrayList<>();
    PolicySet.read("p.yaml", text, p -> problems.add(p.toString()));
    problems.removeIf(problem -> problem.contains("[W-"));
    return problems;
  }

  private static Decision decide(String role, String purpose, String url) {
    return decide(POLICY, role, purpose, url);
  }

  private static Decision decide(String policy, String role, String purpose, String url) {
    int question = url.indexOf('?');
    return PolicySet.read("p.yaml", policy, problem -> {})
        .decide(
            new AccessRequest(
                new Claims(Map.of("roles", role, "pou", purpose, "patient", "p1")),
                new InteractionParser(Definitions.r4())
                    .parse(
                        "GET",
                        question < 0 ? url : url.substring(0, question),
                        question < 0 ? null : url.substring(question + 1),
                        "",
                        null),
                Instant.EPOCH));
  }
}
