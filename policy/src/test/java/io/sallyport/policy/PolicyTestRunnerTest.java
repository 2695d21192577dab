package io.sallyport.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** An administrator's test fails exactly when the policy does not do what it says. */
class PolicyTestRunnerTest {
  private static final String POLICY =
      """
      policy: 1
      fhir: R4
      identity:
        role: {claim: roles}
      segments:
        restricted: {labels: [v3-Confidentiality|R]}
      roles:
        clerk:
          purpose: [HPAYMT]
          deny-segments: [restricted]
          types:
            Patient: {do: [read, search], show: all, hide: [birthDate, photo]}
        app:
          purpose: [PATRQT]
          compartment: {Patient: token.who.patient, membership: subject}
          types:
            Observation: {do: [search], show: all}
      """;
  private static final String PATIENT =
      "{\"resourceType\":\"Patient\",\"id\":\"p1\",\"gender\":\"female\",\"birthDate\":\"1961-05-17\","
          + "\"contact\":[{\"gender\":\"male\"}],\"extension\":[{\"url\":\"u\",\"valueString\":\"a\\u0062c\"}]}";

  private final Map<String, String> files = new HashMap<>();
  private final PolicySet policy = PolicySet.read("p.yaml", POLICY, problem -> {});

  PolicyTestRunnerTest() {
    files.put("p1.json", PATIENT);
    files.put(
        "golden.json",
        """
        {"id": "p1", "resourceType": "Patient",
         "meta": {"security": [{"system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue", "code": "REDACTED"}],
                  "tag": [{"system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue", "code": "SUBSETTED"}]},
         "gender": "female", "contact": [{"gender": "male"}], "extension": [{"url": "u", "valueString": "abc"}]}
        """);
    files.put("other.json", "{\"id\": \"p1\", \"resourceType\": \"Patient\"}");
    files.put("broken.json", "{\"id\": ");
    files.put(
        "page.json",
        "{\"resourceType\":\"Bundle\",\"type\":\"searchset\",\"entry\":[{\"resource\":"
            + PATIENT
            + "},{\"resource\":{\"resourceType\":\"Patient\",\"id\":\"p2\",\"meta\":{\"security\":[{\"code\":\"R\"}]}}}]}");
  }

  private List<String> run(String test) {
    List<String> problems = new ArrayList<>();
    PolicyTestReader.Suite suite =
        new PolicyTestReader(problem -> problems.add(problem.toString()))
            .read("t.yaml", "policy: p.yaml\ntests:\n- " + test.strip().replace("\n", "\n  "));
    assertThat(problems).isEmpty();
    return new PolicyTestRunner(policy, files::get, Instant.EPOCH).run(suite.tests().get(0));
  }

  private List<String> read(String expect) {
    return run(
        """
        name: n
        as: {role: clerk, purpose: HPAYMT}
        request: GET /Patient/p1
        backend: p1.json
        expect: %s
        """
            .formatted(expect));
  }

  private List<String> search(String query, String expect) {
    return run(
        """
        name: n
        as: {role: clerk, purpose: HPAYMT}
        request: GET /Patient%s
        backend: page.json
        expect: %s
        """
            .formatted(query, expect));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{status: 200}|{status: 404}|status is 200, expected 404",
        "{body: golden.json}|{body: other.json}|contact is not expected",
        "{body: golden.json}|{body: broken.json}|that file is no JSON",
        "{absent: [birthDate]}|{absent: [gender]}|'gender' is in the answer",
        "{absent: [name.family]}|{absent: [contact.gender]}|'contact.gender' is in the answer",
        "{never: ['1961-05-17']}|{never: [female]}|the text 'female' is in the answer",
        "{never: [canary]}|{never: [abc]}|the text 'abc' is in the answer",
        "{sent: Patient/p1}|{sent: Patient/p2}|is sent 'Patient/p1'",
        "{backend-requests: 1}|{backend-requests: 0}|is asked 1 times"
      })
  void aReadIsAsExpectedOrNot(String right, String wrong, String why) {
    assertThat(read(right)).isEmpty();
    assertThat(read(wrong)).singleElement().asString().contains(why);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "?gender=female|{entries: [Patient/p1]}|{entries: [Patient/p1, Patient/p2]}",
        "?gender=female|{total: 1}|{total: 2}",
        "?birthdate=1961-05-17|{status: 403, reason: SEARCH_NOT_PERMITTED, backend-requests: 0}|{status: 200}",
        "?birthdate=1961-05-17|{status: 403}|{reason: NO_PURPOSE}",
        "?colour=red|{status: 400}|{status: 200}"
      })
  void aSearchIsAsExpectedOrNot(String query, String right, String wrong) {
    assertThat(search(query, right)).isEmpty();
    assertThat(search(query, wrong)).isNotEmpty();
  }

  @Test
  void theTokensClaimsAreTheCallers() {
    String test =
        """
        name: n
        as: {role: app, purpose: PATRQT, token: {who: {patient: p7}}}
        request: GET /Observation?code=1
        backend: {status: 404}
        expect: {status: 404, reason: NOT_FOUND, sent: "Observation?code=1&patient=Patient/%s&_count=50"}
        """;
    assertThat(run(test.formatted("p7"))).isEmpty();
    assertThat(run(test.formatted("p8"))).singleElement().asString().contains("is sent");
    assertThat(run(test.formatted("p7").replace("{who: {patient: p7}}", "{}")))
        .anyMatch(why -> why.contains("NOT_IN_COMPARTMENT"));
  }

  @Test
  void whatIsNotThereIsAFailure() {
    assertThat(read("{body: none.json}")).singleElement().asString().contains("'none.json'");
    assertThat(
            run(
                """
                name: n
                as: {role: clark, purpose: HPAYMT}
                request: GET /Patient/p1
                expect: {status: 404}
                """))
        .singleElement()
        .asString()
        .contains("Did you mean 'clerk'?");
  }

  @Test
  void mistakesInATestAreNamedWithTheirPlace() {
    List<String> problems = new ArrayList<>();
    new PolicyTestReader(problem -> problems.add(problem.toString()))
        .read(
            "t.yaml",
            """
            tests:
            - name: n
              as: {role: clerk, purpos: HPAYMT}
              request: GET /Patient/p1
              expect: {}
            - name: m
              as: {role: clerk, purpose: HPAYMT}
              request: GET /Patient/p1
              expect: {status: ok, reason: FORBIDEN}
              worlds: [a, b]
            """);
    assertThat(problems)
        .anyMatch(p -> p.startsWith("t.yaml:1:1") && p.contains("policy is missing"))
        .anyMatch(p -> p.startsWith("t.yaml:3:") && p.contains("Did you mean 'purpose'?"))
        .anyMatch(p -> p.startsWith("t.yaml:5:") && p.contains("cannot fail"))
        .anyMatch(p -> p.startsWith("t.yaml:9:") && p.contains("status must be a number"))
        .anyMatch(p -> p.startsWith("t.yaml:9:") && p.contains("Did you mean 'FORBIDDEN'?"))
        .anyMatch(p -> p.startsWith("t.yaml:10:") && p.contains("E-NOT-YET"));
  }
}
