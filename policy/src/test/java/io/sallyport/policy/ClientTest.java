package io.sallyport.policy;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.policy.fhir.Definitions;
import io.sallyport.policy.fhir.InteractionParser;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code client}: through which program a role applies, and which role a program has. */
class ClientTest {
  private static final String POLICY =
      """
      policy: 1
      identity: {role: {claim: role%s}, purpose: {claim: pou}}
      roles:
        bridge:
          purpose: [TREAT]
          client: [lab-bridge, lab-bridge-2]
          types: {Patient: {do: [read], show: all}}
        ward:
          purpose: [TREAT]
          client: [ward-app]
          types: {Patient: {do: [read], show: all}}
        nurse:
          purpose: [TREAT]
          types: {Patient: {do: [read], show: all}}
        late:
          purpose: [TREAT]
          client: [lab-bridge, late-app]
          types: {Patient: {do: [read], show: all}}
      """;

  private static final PolicySet MAPPED =
      read(POLICY.formatted(", map: {w: ward, rn: nurse}"), new ArrayList<>());
  private static final PolicySet NAMED = read(POLICY.formatted(""), new ArrayList<>());

  private static PolicySet read(String text, List<Problem> problems) {
    return PolicySet.read("p.yaml", text, problems::add);
  }

  private static AccessRequest request(String role, String client) {
    Claims claims =
        new Claims(role == null ? Map.of("pou", "TREAT") : Map.of("pou", "TREAT", "role", role));
    return new AccessRequest(
        claims,
        new InteractionParser(Definitions.r4()).parse("GET", "Patient/p1", null, "", null),
        Instant.EPOCH,
        client == null ? "" : client);
  }

  @ParameterizedTest
  @CsvSource({
    "rn,,nurse",
    "rn,ward-app,nurse",
    // A claim that maps comes before the client.
    "rn,lab-bridge,nurse",
    // Mapped, and for one client: both are needed.
    "w,ward-app,ward",
    "w,,''",
    "w,other,''",
    ",ward-app,''",
    // By the client alone: the first in the file's order.
    ",lab-bridge,bridge",
    "nobody,lab-bridge-2,bridge",
    "w,lab-bridge,bridge",
    ",late-app,late",
    ",other,''",
    ",,''",
  })
  void oneRoleByClaimAndClient(String role, String client, String expected) {
    assertThat(MAPPED.decide(request(role, client)).role()).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "nurse,,nurse",
    "ward,ward-app,ward",
    "ward,,''",
    "bridge,lab-bridge,bridge",
    ",lab-bridge,''",
    "nobody,lab-bridge,''",
  })
  void whereAClaimsValuesAreTheRolesAClientGivesNone(String role, String client, String expected) {
    assertThat(NAMED.decide(request(role, client)).role()).isEqualTo(expected);
  }

  @Test
  void aNamedRoleOfAnOfflineRunNeedsItsClient() {
    Decision.Deny deny =
        (Decision.Deny) MAPPED.decide("ward", List.of("TREAT"), request(null, "other"));
    assertThat(deny.reason()).isEqualTo(Reason.NO_ROLE);
    assertThat(deny.rule()).isEqualTo("roles.ward.client");
    assertThat(MAPPED.decide("ward", List.of("TREAT"), request(null, "ward-app")))
        .isInstanceOf(Decision.Permit.class);
    AccessRequest offline = request(null, "");
    Claims claims = new Claims(Map.of("pou", "TREAT", "client_id", "ward-app"));
    assertThat(
            MAPPED.decide(
                "ward",
                List.of("TREAT"),
                new AccessRequest(claims, offline.interaction(), Instant.EPOCH)))
        .isInstanceOf(Decision.Permit.class);
    assertThat(MAPPED.explain("bridge", "Patient").terms())
        .containsExactly("client: lab-bridge, lab-bridge-2");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "client: []; roles.ward.client",
        "client: ''; roles.ward.client",
        "client: [a, '']; roles.ward.client",
        "when: []; roles.ward.when"
      },
      quoteCharacter = '`')
  void whatWouldRestrictNothingIsAnError(String key, String path) {
    List<Problem> problems = new ArrayList<>();
    assertThat(read(POLICY.formatted("").replace("client: [ward-app]", key), problems)).isNull();
    problems.removeIf(problem -> !problem.isError());
    assertThat(problems)
        .singleElement()
        .satisfies(
            problem -> {
              assertThat(problem.path()).isEqualTo(path);
              assertThat(problem.at().line()).isEqualTo(10);
              assertThat(problem.code()).isEqualTo("E-VALUE");
            });
  }
}
