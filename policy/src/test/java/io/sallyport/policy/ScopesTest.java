package io.sallyport.policy;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.policy.Scope.Code;
import io.sallyport.policy.Scope.Constraint;
import io.sallyport.policy.Scope.Context;
import io.sallyport.policy.fhir.Definitions;
import io.sallyport.policy.fhir.Interaction;
import io.sallyport.policy.fhir.InteractionParser;
import io.sallyport.policy.redact.Fact;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;
import org.junit.jupiter.params.provider.ValueSource;

/** SMART scopes narrow what a role may do, and never widen it. */
class ScopesTest {
  private static final String OWN =
      """
      policy: 1
      identity: {role: {claim: roles}, purpose: {claim: purpose_of_use}, user: {claim: user}}
      roles:
        bound:
          purpose: [PATRQT]
          scopes: enforce
          versions: show
          types:
            Patient: {do: [read, search, $everything], show: all}
            Observation: {do: [read, vread, search, history], show: all}
        twice:
          purpose: [PATRQT]
          scopes: enforce
          compartment: {Patient: token.user, membership: compartment}
          types:
            Patient: {do: [read, search], show: all}
        free:
          purpose: [PATRQT]
          scopes: ignore
          types:
            Observation: {do: [read, search], show: all}
      """;
  private static final Map<String, PolicySet> POLICIES = new HashMap<>();

  private static PolicySet policy(String name) {
    return POLICIES.computeIfAbsent(
        name, n -> n.equals("own") ? read(OWN) : DecisionTableTest.load(n));
  }

  private static PolicySet read(String text) {
    List<Problem> problems = new ArrayList<>();
    PolicySet set = PolicySet.read("p.yaml", text, problems::add);
    assertThat(problems).noneMatch(Problem::isError);
    return set;
  }

  private static Map<String, Object> token(String role) {
    Map<String, Object> claims = new HashMap<>();
    claims.put("roles", role);
    claims.put("realm_access", Map.of("roles", List.of(role)));
    claims.put("purpose_of_use", "PATRQT");
    return claims;
  }

  private static Decision decide(PolicySet policy, Claims claims, String request) {
    int question = request.indexOf('?');
    Interaction asked =
        new InteractionParser(Definitions.r4())
            .parse(
                "GET",
                question < 0 ? request : request.substring(0, question),
                question < 0 ? null : request.substring(question + 1),
                "",
                null);
    return policy.decide(new AccessRequest(claims, asked, Instant.EPOCH));
  }

  @ParameterizedTest
  @CsvFileSource(resources = "/scopes.csv", numLinesToSkip = 1)
  void decides(
      String policy,
      String role,
      String scope,
      String patient,
      String user,
      String request,
      String expected) {
    Map<String, Object> claims = token(role);
    put(claims, "scope", scope);
    put(claims, "patient", patient);
    put(claims, "user", user);
    Decision decision = decide(policy(policy), new Claims(claims), request);
    assertThat(told(decision, request)).isEqualTo(expected);
  }

  private static void put(Map<String, Object> claims, String name, String value) {
    if (value != null) {
      claims.put(name, value);
    }
  }

  /** A permit with the patient it is bound to, and the request that goes on where it is another. */
  private static String told(Decision decision, String request) {
    if (decision instanceof Decision.Permit permit) {
      String sent = InteractionParser.canonical(permit.interaction());
      return "permit"
          + (permit.release().compartment() == null
              ? ""
              : " " + permit.release().compartment().patient())
          + (sent.equals(request) ? "" : " " + sent);
    }
    return ((Decision.Deny) decision).reason().name();
  }

  @Test
  void aPatientScopeReleasesWhatIsAboutThePatientOnly() {
    Map<String, Object> claims = token("bound");
    claims.put("scope", "patient/Observation.rs");
    claims.put("patient", "p1");
    Decision.Permit permit =
        (Decision.Permit) decide(policy("own"), new Claims(claims), "Observation/o1");
    assertThat(permit.release().holds(observation("p1"))).isTrue();
    assertThat(permit.release().holds(observation("p2"))).isFalse();
    assertThat(permit.release().holds(observation())).isFalse();
    // Among the members is also who merely performed it.
    assertThat(
            permit
                .release()
                .holds(new Fact("Observation", "o1", List.of("p2"), List.of("p2", "p1"), 0)))
        .isFalse();
  }

  private static Fact observation(String... patients) {
    return new Fact("Observation", "o1", List.of(patients));
  }

  @Test
  void scopesAreATextOrAListInOneOfTwoClaimsOrWhereThePolicySays() {
    String scope = "user/Observation.r";
    for (Map<String, Object> where :
        List.<Map<String, Object>>of(
            Map.of("scope", scope),
            Map.of("scope", List.of("openid", scope)),
            Map.of("scp", scope),
            Map.of("scp", List.of(scope, "openid")),
            Map.of("scope", "openid " + scope, "scp", "patient/*.rs"))) {
      assertThat(decide(policy("own"), named(where), "Observation/o1"))
          .as("%s", where)
          .isInstanceOf(Decision.Permit.class);
    }
    for (Map<String, Object> where :
        List.<Map<String, Object>>of(
            Map.of("scope", "openid", "scp", scope),
            Map.of("scope", 7),
            Map.of("scope", Map.of("scope", scope)),
            Map.of("scope", "openid\t" + scope),
            Map.of("granted", Map.of("smart", scope)))) {
      assertThat(reason(decide(policy("own"), named(where), "Observation/o1")))
          .as("%s", where)
          .isEqualTo(Reason.INSUFFICIENT_SCOPE);
    }
    PolicySet elsewhere =
        read(
            OWN.replace(
                "user: {claim: user}", "user: {claim: user}, scope: {claim: granted.smart}"));
    assertThat(
            decide(elsewhere, named(Map.of("granted", Map.of("smart", scope))), "Observation/o1"))
        .isInstanceOf(Decision.Permit.class);
    assertThat(reason(decide(elsewhere, named(Map.of("scope", scope)), "Observation/o1")))
        .isEqualTo(Reason.INSUFFICIENT_SCOPE);
  }

  private static Claims named(Map<String, Object> more) {
    Map<String, Object> claims = token("bound");
    claims.put("user", "Practitioner/u1");
    claims.putAll(more);
    return new Claims(claims);
  }

  private static Reason reason(Decision decision) {
    return ((Decision.Deny) decision).reason();
  }

  @Test
  void theDenialNamesTheKeyAndNoValue() {
    Decision.Deny deny =
        (Decision.Deny)
            decide(
                policy("own"),
                named(Map.of("scope", "user/Observation.r?colour=canary")),
                "Observation/o1");
    assertThat(deny.rule()).isEqualTo("roles.bound.scopes");
    assertThat(deny.toString()).doesNotContain("canary");
  }

  @Test
  void aTokensScopesAreParsedOnceForEachClaim() {
    Claims claims = named(Map.of("scope", "user/Observation.r", "scp", "user/Patient.r"));
    Scopes first = claims.scopes("scope");
    assertThat(claims.scopes("scope")).isSameAs(first);
    assertThat(claims.scopes("scp").grants(Context.USER, "Patient", Scope.bit('r'))).isTrue();
    assertThat(claims.scopes("scope").grants(Context.USER, "Patient", Scope.bit('r'))).isFalse();
  }

  @Test
  void aSearchThatReachesOtherTypesNeedsAScopeOnEveryone() {
    ScopeRule rule = new ScopeRule(null, "patient", "user");
    for (String name : List.of("_include", "_revinclude", "_has", "subject.name")) {
      Interaction asked =
          new Interaction(
              Interaction.Kind.SEARCH,
              "Observation",
              "",
              "",
              List.of(new Interaction.Parameter(name, "", "x")));
      assertThat(refused(rule, "user/Observation.cruds user/Patient.cruds user/*.r", asked))
          .as(name)
          .isTrue();
      assertThat(refused(rule, "user/*.rs", asked)).as(name).isFalse();
    }
  }

  private static boolean refused(ScopeRule rule, String scope, Interaction asked) {
    try {
      rule.granted(named(Map.of("scope", scope)), asked, TokenParameters.NONE);
      return false;
    } catch (Refusal refusal) {
      return refusal.reason() == Reason.INSUFFICIENT_SCOPE;
    }
  }

  @Test
  void aConstraintIsAParameterAndItsCodes() {
    Scope scope =
        ScopeParser.parse(
            "patient/Observation.rs?category=http://terminology.hl7.org/CodeSystem/observation-category"
                + "|laboratory,survey&status=%7Cfinal&code=http%3A%2F%2Floinc.org|");
    assertThat(scope.context()).isEqualTo(Context.PATIENT);
    assertThat(scope.type()).isEqualTo("Observation");
    assertThat(scope.interactions()).isEqualTo(Scope.bit('r') | Scope.bit('s'));
    assertThat(scope.constraints())
        .containsExactly(
            new Constraint(
                "category",
                List.of(
                    new Code(
                        "http://terminology.hl7.org/CodeSystem/observation-category", "laboratory"),
                    new Code(null, "survey"))),
            new Constraint("status", List.of(new Code("", "final"))),
            new Constraint("code", List.of(new Code("http://loinc.org", null))));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "category:in=x",
        "category:not=laboratory",
        "subject.name=x",
        "_filter=code eq x",
        "_security=R",
        "category",
        "category=",
        "=x",
        "category=a&",
        "category=a,",
        "category=|",
        "category=a|b|c",
        "category=|a|b",
        "category=a\\,b",
        "category=%2",
        "category=%00",
        "category=%ff",
        "category=a&subject:Patient=x"
      })
  void whatCannotBeHeldToIsNoScope(String constraint) {
    assertThat(ScopeParser.parse("patient/Observation.rs?category=x")).isNotNull();
    assertThat(ScopeParser.parse("patient/Observation.rs?" + constraint)).isNull();
  }

  @Test
  void anUnknownWordIsAnErrorAtItsPlaceAndTheExplanationTellsTheRest() {
    List<String> problems = new ArrayList<>();
    PolicySet.read(
        "p.yaml",
        OWN.replace("scopes: ignore", "scopes: enforced"),
        p -> problems.addAll(p.isError() ? List.of("" + p) : List.of()));
    assertThat(problems)
        .singleElement()
        .satisfies(
            p ->
                assertThat(p)
                    .startsWith("p.yaml:19:13  roles.free.scopes")
                    .contains("Did you mean 'enforce'?", "E-VALUE"));
    assertThat(policy("own").explain("bound", "Patient").terms())
        .satisfiesExactly(
            term -> assertThat(term).isEqualTo("scopes: enforce"),
            term -> assertThat(term).startsWith("scope constraints: by active, address-use"));
    assertThat(policy("own").explain("free", "Observation").terms()).isEmpty();
  }
}
