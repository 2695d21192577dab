package io.sallyport.policy;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.policy.fhir.Definitions;
import io.sallyport.policy.fhir.Interaction;
import io.sallyport.policy.fhir.InteractionParser;
import io.sallyport.policy.fhir.SearchClosure;
import io.sallyport.policy.redact.Fact;
import io.sallyport.policy.redact.Limits;
import io.sallyport.policy.redact.Rebase;
import io.sallyport.policy.redact.Redactor;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a resource must say so that a constrained SMART scope grants it. */
class ScopeConstraintTest {
  private static final String POLICY =
      """
      policy: 1
      identity: {role: {claim: role}, purpose: {claim: pou}}
      roles:
        app:
          purpose: [PATRQT]
          scopes: enforce
          types:
            Observation: {do: [read, search], show: all}
            Encounter: {do: [read, search], show: all}
            Patient: {do: [read, search], show: all}
            Condition: {do: [read, search], show: all, hide: [code, note.text]}
            DiagnosticReport: {do: [read, search], show: all, search: [status]}
      """;

  private static final PolicySet SET = read();

  private static PolicySet read() {
    List<Problem> problems = new ArrayList<>();
    PolicySet set = PolicySet.read("p.yaml", POLICY, problems::add);
    assertThat(problems).noneMatch(Problem::isError);
    return set;
  }

  private static Decision decide(String scope, String request) {
    Claims claims =
        new Claims(
            Map.of(
                "role", "app", "pou", "PATRQT", "scope", scope, "patient", "p1", "fhirUser", "u"));
    int question = request.indexOf('?');
    Interaction asked =
        new InteractionParser(Definitions.r4())
            .parse(
                "GET",
                question < 0 ? request : request.substring(0, question),
                question < 0 ? null : request.substring(question + 1),
                "",
                null);
    return SET.decide(new AccessRequest(claims, asked, Instant.EPOCH));
  }

  private static Fact fact(Decision.Permit permit, String type, String members) {
    String json = "{\"resourceType\":\"" + type + "\",\"id\":\"x\"," + members + "}";
    byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
    return new Redactor(Limits.DEFAULT)
        .redact(
            permit.view(),
            Redactor.Layer.EXCHANGE,
            Arrays.copyOf(bytes, bytes.length + Redactor.PADDING),
            0,
            bytes.length,
            type,
            new Rebase("http://ehr/fhir", "https://us/fhir"))
        .facts()
        .get(0);
  }

  private static boolean released(String scope, String type, String members) {
    Decision.Permit permit = (Decision.Permit) decide(scope, type + "/x");
    return permit.release().holds(fact(permit, type, members));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "Observation.rs?category=http://c|lab; \"category\":[{\"coding\":[{\"system\":\"http://c\",\"code\":\"lab\"}]}]; true",
        "Observation.rs?category=http://c|lab; \"category\":[{\"coding\":[{\"system\":\"http://d\",\"code\":\"lab\"}]}]; false",
        "Observation.rs?category=http://c|lab; \"category\":[{\"coding\":[{\"code\":\"lab\"}]}]; false",
        "Observation.rs?category=http://c|lab; \"category\":[{\"coding\":[{\"system\":\"http://c\",\"code\":\"LAB\"}]}]; false",
        "Observation.rs?category=http://c|lab; \"category\":[{\"text\":\"lab\"},{\"coding\":[{\"code\":\"x\"},{\"system\":\"http://c\",\"code\":\"lab\"}]}]; true",
        "Observation.rs?category=lab; \"category\":[{\"coding\":[{\"system\":\"http://d\",\"code\":\"lab\"}]}]; true",
        "Observation.rs?category=lab; \"category\":[{\"coding\":[{\"code\":\"lab\"}]}]; true",
        "Observation.rs?category=|lab; \"category\":[{\"coding\":[{\"code\":\"lab\"}]}]; true",
        "Observation.rs?category=|lab; \"category\":[{\"coding\":[{\"system\":\"http://d\",\"code\":\"lab\"}]}]; false",
        "Observation.rs?category=http://c|; \"category\":[{\"coding\":[{\"system\":\"http://c\",\"code\":\"any\"}]}]; true",
        "Observation.rs?category=http://c|; \"category\":[{\"coding\":[{\"system\":\"http://d\",\"code\":\"any\"}]}]; false",
        // Of several values one is enough; of several parameters none may fail.
        "Observation.rs?category=a,b; \"category\":[{\"coding\":[{\"code\":\"b\"}]}]; true",
        "Observation.rs?category=a&status=final; \"status\":\"final\",\"category\":[{\"coding\":[{\"code\":\"a\"}]}]; true",
        "Observation.rs?category=a&status=final; \"status\":\"draft\",\"category\":[{\"coding\":[{\"code\":\"a\"}]}]; false",
        "Observation.rs?category=a&category=b; \"category\":[{\"coding\":[{\"code\":\"a\"},{\"code\":\"b\"}]}]; true",
        "Observation.rs?category=a&category=b; \"category\":[{\"coding\":[{\"code\":\"a\"}]}]; false",
        "Observation.rs?category=a user/Observation.rs?category=b; \"category\":[{\"coding\":[{\"code\":\"b\"}]}]; true",
        "Observation.rs?category=a user/Observation.rs?category=b; \"category\":[{\"coding\":[{\"code\":\"c\"}]}]; false",
        // Codes, Booleans, Codings, Identifiers, choices, elements of elements.
        "Observation.rs?status=final; \"st\\u0061tus\":\"f\\u0069nal\"; true",
        "Observation.rs?status=|final; \"status\":\"final\"; false",
        "Patient.rs?active=true; \"active\":true; true",
        "Patient.rs?active=true; \"active\":false; false",
        "Patient.rs?identifier=http://mrn|7; \"identifier\":[{\"system\":\"http://mrn\",\"value\":\"7\"}]; true",
        "Patient.rs?identifier=http://mrn|7; \"identifier\":[{\"system\":\"http://mrn\",\"value\":\"8\"}]; false",
        "Encounter.rs?class=http://v3|AMB; \"class\":{\"system\":\"http://v3\",\"code\":\"AMB\"}; true",
        "Observation.rs?value-concept=http://x|1; \"valueCodeableConcept\":{\"coding\":[{\"system\":\"http://x\",\"code\":\"1\"}]}; true",
        "Observation.rs?value-concept=http://x|1; \"valueString\":\"1\"; false",
        "Observation.rs?combo-code=http://l|1; \"component\":[{\"code\":{\"text\":\"x\"}},{\"code\":{\"coding\":[{\"system\":\"http://l\",\"code\":\"1\"}]}}]; true",
        "Observation.rs?combo-code=http://l|1; \"code\":{\"coding\":[{\"system\":\"http://l\",\"code\":\"1\"}]}; true",
        "Observation.rs?code=http://l|1; \"component\":[{\"code\":{\"coding\":[{\"system\":\"http://l\",\"code\":\"1\"}]}}]; false",
        // Missing, unreadable, said elsewhere.
        "Observation.rs?category=lab; \"status\":\"final\"; false",
        "Observation.rs?category=lab; \"category\":[{\"coding\":[{\"code\":\"lab\"},{\"display\":\"x\"}]}]; false",
        "Observation.rs?category=lab; \"category\":{\"coding\":[{\"code\":\"lab\"}]}; false",
        "Observation.rs?category=lab; \"category\":[\"lab\"]; false",
        "Observation.rs?category=lab; \"category\":[{\"text\":\"lab\"}]; false",
        "Observation.rs?status=final; \"status\":[\"final\"]; false",
        "Observation.rs?status=final; \"_status\":{\"extension\":[{\"url\":\"u\",\"valueCode\":\"final\"}]}; false",
        "Observation.rs?category=lab; \"contained\":[{\"resourceType\":\"Observation\",\"id\":\"c\",\"category\":[{\"coding\":[{\"code\":\"lab\"}]}]}]; false",
        "Observation.rs?category=lab; \"extension\":[{\"url\":\"u\",\"valueCoding\":{\"code\":\"lab\"}}]; false",
      })
  void aConstraintIsHeldToTheResource(String scope, String members, boolean released) {
    String type = scope.substring(0, scope.indexOf('.'));
    assertThat(released("user/" + scope, type, members)).isEqualTo(released);
  }

  @Test
  void aScopeOnTheLaunchesPatientAndOneOnSomeOfEverybodysAreUnited() {
    String scope = "patient/Observation.rs?status=final user/Observation.rs?category=lab";
    String status = "\"status\":\"%s\",\"subject\":{\"reference\":\"Patient/%s\"}";
    String lab = ",\"category\":[{\"coding\":[{\"code\":\"lab\"}]}]";
    assertThat(released(scope, "Observation", status.formatted("final", "p1"))).isTrue();
    assertThat(released(scope, "Observation", status.formatted("final", "p2"))).isFalse();
    assertThat(released(scope, "Observation", status.formatted("draft", "p1"))).isFalse();
    assertThat(released(scope, "Observation", status.formatted("draft", "p2") + lab)).isTrue();
  }

  @Test
  void anAppCannotAskByItsScopesWhatItMayNotSearch() {
    for (String request : List.of("Condition/x", "Condition")) {
      for (String scope : List.of("user/Condition.rs?code=F11.20", "user/*.rs?code=F11.20")) {
        assertThat(((Decision.Deny) decide(scope, request)).reason())
            .as(scope)
            .isEqualTo(Reason.INSUFFICIENT_SCOPE);
      }
      assertThat(decide("user/Condition.rs?category=x", request))
          .isInstanceOf(Decision.Permit.class);
    }
    // Narrowed by search:, although it is seen.
    assertThat(decide("user/DiagnosticReport.rs?code=x", "DiagnosticReport/x"))
        .isInstanceOf(Decision.Deny.class);
    assertThat(decide("user/DiagnosticReport.rs?status=x", "DiagnosticReport/x"))
        .isInstanceOf(Decision.Permit.class);
  }

  @Test
  void nothingIsCountedAndNothingReachesOtherTypes() {
    String scope = "user/Observation.rs?category=lab user/Patient.rs";
    Decision.Permit permit = (Decision.Permit) decide(scope, "Observation");
    assertThat(permit.unfiltered()).isFalse();
    for (String request : List.of("Observation?_summary=count", "Observation?_count=0")) {
      assertThat(((Decision.Deny) decide(scope, request)).reason())
          .isEqualTo(Reason.SEARCH_NOT_PERMITTED);
    }
    for (String request :
        List.of(
            "Observation?subject:Patient.active=true",
            "Observation?_include=Observation:subject")) {
      assertThat(((Decision.Deny) decide(scope, request)).reason())
          .isEqualTo(Reason.INSUFFICIENT_SCOPE);
    }
    assertThat(((Decision.Permit) decide("user/*.rs", "Observation")).unfiltered()).isTrue();
  }

  @Test
  void aTokenWithoutConstraintsAsksNothingOfAResource() {
    String category = "\"category\":[{\"coding\":[{\"code\":\"lab\"}]}]";
    Decision.Permit free = (Decision.Permit) decide("user/Observation.rs", "Observation/x");
    assertThat(fact(free, "Observation", category).elements()).isEmpty();
    Decision.Permit some =
        (Decision.Permit) decide("user/Observation.rs?category=lab", "Observation/x");
    assertThat(fact(some, "Observation", category + ",\"status\":\"final\"").elements())
        .containsOnlyKeys("category");
  }

  @Test
  void everyTokenParameterButAFewCanConstrainAScope() {
    SearchClosure closure = SearchClosure.of(Definitions.r4());
    Set<String> others = new TreeSet<>();
    int comparable = 0;
    for (String type : Definitions.r4().resources()) {
      for (Definitions.SearchParameter parameter : Definitions.r4().searchParameters(type)) {
        String code = parameter.code();
        if (parameter.type().equals("token") && !code.startsWith("_")) {
          boolean compared = !closure.compared(type, code).isEmpty();
          comparable += compared ? 1 : 0;
          others.addAll(compared ? Set.of() : Set.of(code));
        }
      }
    }
    assertThat(comparable).isEqualTo(645);
    // A ContactPoint's is its value, some of one kind; an event may be of another type.
    assertThat(others).containsExactly("contact", "deceased", "email", "event", "phone", "telecom");
    assertThat(closure.compared("Observation", "category")).containsExactly("Observation.category");
    assertThat(closure.compared("Observation", "combo-value-concept"))
        .containsExactly(
            "Observation.component.valueCodeableConcept", "Observation.valueCodeableConcept");
    for (String none : List.of("phone", "email", "telecom", "deceased", "birthdate", "name")) {
      assertThat(closure.compared("Patient", none)).as(none).isEmpty();
    }
  }
}
