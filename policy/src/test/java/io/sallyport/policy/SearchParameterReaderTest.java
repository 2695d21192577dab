package io.sallyport.policy;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.policy.fhir.InteractionParser;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A record system's own search parameters are judged by what their expressions read. */
class SearchParameterReaderTest {
  private static final String POLICY =
      """
      policy: 1
      fhir: R4
      identity: {role: {claim: roles}}
      search-parameters: [born.json, town.json, lost.json, doctor.json]
      roles:
        all:
          purpose: [TREAT]
          types: {Patient: {do: [search], show: all}}
        some:
          purpose: [TREAT]
          types: {Patient: {do: [search], show: all, hide: [birthDate]}}
        everything:
          purpose: [TREAT]
          types: {"*": {do: [search], show: all}}
      """;

  private final Map<String, String> files = new HashMap<>();
  private final List<String> problems = new ArrayList<>();

  SearchParameterReaderTest() {
    files.put("born.json", parameter("born", "date", "Patient.birthDate"));
    files.put("town.json", parameter("town", "string", "Patient.address.city"));
    files.put("doctor.json", parameter("doctor", "string", "Patient.generalPractitioner.display"));
    files.put("lost.json", parameter("lost", "string", "Patient.name.iif(family, given)"));
  }

  private static String parameter(String code, String type, String expression) {
    return "{\"resourceType\":\"SearchParameter\",\"url\":\"http://ehr.example/sp\",\"code\":\""
        + code
        + "\",\"base\":[\"Patient\"],\"type\":\""
        + type
        + "\",\"expression\":\""
        + expression
        + "\"}";
  }

  private PolicySet read() {
    problems.clear();
    return PolicySet.read(
        "p.yaml", POLICY, files::get, problem -> problems.add(problem.toString()));
  }

  private static String decide(PolicySet policy, String role, String query) {
    Decision decision =
        policy.decide(
            role,
            List.of("TREAT"),
            new AccessRequest(
                new Claims(Map.of()),
                new InteractionParser(policy.definitions())
                    .parse("GET", "Patient", query, "", null),
                Instant.EPOCH));
    return decision instanceof Decision.Permit permit
        ? InteractionParser.canonical(permit.interaction())
        : ((Decision.Deny) decision).reason().name();
  }

  @Test
  void oneThatReadsWhatIsHiddenIsBlocked() {
    PolicySet policy = read();
    assertThat(policy).as("%s", problems).isNotNull();
    assertThat(decide(policy, "all", "born=1970")).isEqualTo("Patient?born=1970");
    assertThat(decide(policy, "some", "born=1970")).isEqualTo("SEARCH_NOT_PERMITTED");
    assertThat(decide(policy, "some", "town:exact=Concord"))
        .isEqualTo("Patient?town:exact=Concord");
    assertThat(decide(policy, "some", "_sort=born")).isEqualTo("SEARCH_NOT_PERMITTED");
    assertThat(decide(policy, "all", "unknown=1")).isEqualTo("UNKNOWN_PARAMETER");
  }

  /** It goes with a reference to a contained resource that is not shown. */
  @Test
  @Tag("C4")
  void oneThatReadsWhatStandsBesideAReferenceIsBlockedWhereSomethingIsNotShown() {
    PolicySet policy = read();
    assertThat(decide(policy, "everything", "doctor=Who")).isEqualTo("Patient?doctor=Who");
    assertThat(decide(policy, "all", "doctor=Who")).isEqualTo("SEARCH_NOT_PERMITTED");
  }

  @Test
  void oneWhoseExpressionCannotBeReadIsNobodys() {
    PolicySet policy = read();
    assertThat(problems)
        .singleElement()
        .asString()
        .contains("p.yaml:4:43", "'lost'", "cannot be told", "W-SEARCH-PARAMETER");
    assertThat(decide(policy, "all", "lost=x")).isEqualTo("SEARCH_NOT_PERMITTED");
  }

  @Test
  void theHashVouchesForTheFiles() {
    String before = read().hash();
    files.put("town.json", parameter("town", "string", "Patient.address.state"));
    assertThat(read().hash()).isNotEqualTo(before);
  }

  @Test
  void otherPoliciesDoNotKnowThem() {
    read();
    PolicySet other = PolicySet.read("q.yaml", POLICY.replaceAll("search-par.*\n", ""), p -> {});
    assertThat(decide(other, "all", "born=1970")).isEqualTo("UNKNOWN_PARAMETER");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "|is not there, or is no JSON",
        "{\"resourceType\":|is not there, or is no JSON",
        "{\"resourceType\":\"Patient\"}|is no SearchParameter",
        "{\"resourceType\":\"SearchParameter\",\"code\":\"a b\"}|no code",
        "{\"resourceType\":\"SearchParameter\",\"code\":\"c\",\"type\":\"special\"}|a type that is not",
        "{\"resourceType\":\"SearchParameter\",\"code\":\"c\",\"type\":\"token\"}|has no base",
        "{\"resourceType\":\"SearchParameter\",\"code\":\"c\",\"type\":\"token\",\"base\":[\"Pat\"]}|'Pat', no resource",
        "{\"resourceType\":\"SearchParameter\",\"code\":\"birthdate\",\"type\":\"date\",\"base\":[\"Patient\"]}|which FHIR does"
      })
  void whatIsNoDefinitionIsAnError(String json, String why) {
    files.put("born.json", json);
    assertThat(read()).isNull();
    assertThat(problems).anyMatch(p -> p.startsWith("p.yaml:4:21") && p.contains(why));
  }
}
