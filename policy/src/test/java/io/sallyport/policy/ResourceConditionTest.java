package io.sallyport.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sallyport.policy.fhir.Definitions;
import io.sallyport.policy.fhir.Interaction;
import io.sallyport.policy.fhir.InteractionParser;
import io.sallyport.policy.redact.Limits;
import io.sallyport.policy.redact.Rebase;
import io.sallyport.policy.redact.Redacted;
import io.sallyport.policy.redact.Redactor;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code when}: conditions on what a resource says. */
class ResourceConditionTest {
  private static final Rebase REBASE =
      new Rebase("http://ehr.internal/fhir", "https://fhir.example/r4");

  private static final String CODE_ONLY = "[code]\n        accept-risk: {status: why not}";

  /** The condition stands in line 8, its text from column 16 on. */
  private static final String POLICY =
      """
      policy: 1
      identity: {role: {claim: role}, purpose: {claim: pou}}
      roles:
        lab:
          purpose: [TREAT]
          types:
            %s:
              when: [%s]
              do: [read, search]
              show: %s
            Device: {do: [read, search], show: all}
            Specimen: {do: [read, search], show: all}
      """;

  private static List<Problem> problems(String type, String when, String show) {
    List<Problem> problems = new ArrayList<>();
    PolicySet.read("p.yaml", POLICY.formatted(type, when, show), problems::add);
    return problems;
  }

  private static PolicySet policy(String type, String when, String show) {
    List<Problem> problems = new ArrayList<>();
    PolicySet set =
        PolicySet.read("p.yaml", POLICY.formatted(type, '"' + when + '"', show), problems::add);
    assertThat(problems).noneMatch(Problem::isError);
    return set;
  }

  private static Decision decide(PolicySet policy, Map<String, Object> more, String request) {
    Map<String, Object> claims = new HashMap<>(Map.of("role", "lab", "pou", "TREAT"));
    claims.putAll(more);
    int question = request.indexOf('?');
    Interaction asked =
        new InteractionParser(Definitions.r4())
            .parse(
                "GET",
                question < 0 ? request : request.substring(0, question),
                question < 0 ? null : request.substring(question + 1),
                "",
                null);
    return policy.decide(
        new AccessRequest(new Claims(claims), asked, Instant.parse("2026-03-01T10:00:00Z")));
  }

  private static Redacted redact(Decision.Permit permit, String json) {
    byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
    return new Redactor(Limits.DEFAULT)
        .redact(
            permit.view(),
            Redactor.Layer.EXCHANGE,
            Arrays.copyOf(bytes, bytes.length + Redactor.PADDING),
            0,
            bytes.length,
            null,
            REBASE);
  }

  private static boolean released(PolicySet policy, Map<String, Object> claims, String json) {
    String type = json.replaceAll("(?s).*\"resourceType\":\"(\\w+)\".*", "$1");
    Decision.Permit permit = (Decision.Permit) decide(policy, claims, type + "/x");
    return permit.release().holds(redact(permit, json).facts().get(0));
  }

  private static boolean released(String type, String when, String members) {
    String json = "{\"resourceType\":\"" + type + "\",\"id\":\"x\"," + members + "}";
    return released(policy(type, when, "all"), Map.of("unit", "icu", "n", 2L), json);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "Observation; resource.status == 'final'; \"status\":\"final\"",
        "Observation; resource.status in ['final', 'amended']; \"status\":\"amended\"",
        "Observation; resource.status == 'final'; \"st\\u0061tus\":\"fin\\u0061l\"",
        "Observation; 'http://c|lab' in resource.category; \"category\":[{\"coding\":[{\"system\":\"http://c\",\"code\":\"lab\"}]}]",
        "Observation; resource.category.exists(c, c == '|lab'); \"category\":[{\"text\":\"x\"},{\"coding\":[{\"code\":\"a\"},{\"code\":\"lab\"}]}]",
        "Observation; size(resource.code) == 0; \"code\":{\"text\":\"free\"}",
        "Observation; resource.code.all(c, c.startsWith('http://loinc.org|')); \"code\":{\"coding\":[{\"system\":\"http://loinc.org\",\"code\":\"1\"}]}",
        "Observation; resource.valueQuantity.value > 5; \"valueQuantity\":{\"value\":5.5}",
        "Observation; resource.valueQuantity.value > token.n; \"valueQuantity\":{\"value\":3}",
        "Observation; resource.valueInteger == 7; \"valueInteger\":7",
        "Observation; resource.valueBoolean; \"valueBoolean\":true",
        "Observation; resource.subject == 'Patient/p1'; \"subject\":{\"reference\":\"http://ehr.internal/fhir/Patient/p1\"}",
        "Observation; resource.subject == 'Patient/p1'; \"subject\":{\"display\":\"x\",\"reference\":\"Patient/p1/_history/3\"}",
        "Observation; 'Practitioner/d' in resource.performer; \"performer\":[{\"reference\":\"Practitioner/c\"},{\"reference\":\"Practitioner/d\"}]",
        "Observation; resource.effectivePeriod.start.startsWith('2026'); \"effectivePeriod\":{\"start\":\"2026-01-01\"}",
        "Observation; timestamp(resource.issued) < now; \"issued\":\"2026-02-01T10:00:00Z\"",
        "Observation; resource.component.exists(c, 'http://l|1' in c.code && c.valueQuantity.value > 1); \"component\":[{\"code\":{\"text\":\"t\"}},{\"code\":{\"coding\":[{\"system\":\"http://l\",\"code\":\"1\"}]},\"valueQuantity\":{\"value\":2}}]",
        "Observation; has(resource.status); \"status\":\"final\"",
        "Observation; !has(resource.status); \"code\":{\"text\":\"x\"}",
        "Observation; resource.status == 'final' || token.unit == 'icu'; \"code\":{\"text\":\"x\"}",
        "Observation; resource.id == 'x'; \"status\":\"final\"",
        "Observation; resource.meta.tag.exists(t, t == 'http://t|a'); \"meta\":{\"tag\":[{\"system\":\"http://t\",\"code\":\"a\"}]}",
        "Encounter; resource.class == 'http://v3|IMP'; \"class\":{\"system\":\"http://v3\",\"code\":\"IMP\"}",
        "Encounter; resource.participant.exists(p, p.individual == 'Practitioner/d'); \"participant\":[{\"individual\":{\"reference\":\"Practitioner/d\"}}]",
        "Patient; 'http://mrn|1' in resource.identifier; \"identifier\":[{\"system\":\"http://mrn\",\"value\":\"1\"}]",
        "Patient; resource.name.exists(n, 'Ann' in n.given); \"name\":[{\"family\":\"X\",\"given\":[\"Ann\",\"B\"],\"_given\":[null,{\"id\":\"g\"}]}]",
        "Patient; resource.active == true; \"active\":true,\"_active\":{\"extension\":[{\"url\":\"http://x\",\"valueCode\":\"y\"}]}",
        "Patient; resource.name.exists(n, n.family == 'X'); \"name\":[{\"family\":\"X\",\"extension\":[{\"url\":\"u\",\"valueString\":\"y\"}]}]",
      })
  void isReleasedWhenItHolds(String type, String when, String members) {
    assertThat(released(type, when, members)).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "Observation; resource.status == 'final'; \"status\":\"preliminary\"",
        "Observation; resource.status != 'final'; \"status\":\"final\"",
        // Missing: neither it nor its contrary holds.
        "Observation; resource.status == 'final'; \"code\":{\"text\":\"x\"}",
        "Observation; resource.status != 'final'; \"code\":{\"text\":\"x\"}",
        "Observation; !('http://c|x' in resource.category); \"status\":\"final\"",
        "Observation; resource.category.all(c, c == 'x'); \"status\":\"final\"",
        "Observation; resource.effectivePeriod.end > '2020'; \"effectivePeriod\":{\"start\":\"2026-01-01\"}",
        // Of another type than it should be: whatever else the condition says.
        "Observation; resource.status != 'final' || true; \"status\":5",
        "Observation; resource.status != 'final' || true; \"status\":[\"x\"]",
        "Observation; resource.status != 'final' || true; \"status\":{\"x\":\"y\"}",
        "Observation; !has(resource.status); \"status\":null",
        "Observation; !has(resource.status); \"_status\":{\"extension\":[{\"url\":\"u\",\"valueCode\":\"x\"}]}",
        "Observation; !has(resource.category) || true; \"category\":{\"coding\":[{\"code\":\"x\"}]}",
        "Observation; !has(resource.category) || true; \"category\":[\"x\"]",
        "Observation; !has(resource.category) || true; \"category\":[null]",
        "Observation; true || size(resource.category) > 0; \"category\":[{\"coding\":[{\"display\":\"x\"}]}]",
        "Observation; true || size(resource.category) > 0; \"category\":[{\"coding\":[{\"system\":\"http://a|b\",\"code\":\"x\"}]}]",
        "Observation; true || size(resource.category) > 0; \"category\":[{\"coding\":[{\"code\":\"a\"},\"b\"]}]",
        "Observation; true || resource.subject == ''; \"subject\":{\"display\":\"x\"}",
        "Observation; true || resource.subject == ''; \"subject\":{\"reference\":7}",
        "Observation; true || resource.valueInteger == 1; \"valueInteger\":1.5",
        "Observation; true || resource.valueInteger == 1; \"valueInteger\":\"1\"",
        "Observation; true || resource.valueBoolean; \"valueBoolean\":\"true\"",
        "Observation; true || resource.valueQuantity.value > 1; \"valueQuantity\":{\"value\":1e999}",
        "Observation; true || resource.component.exists(c, true); \"component\":[{\"code\":{\"text\":\"t\"},\"modifierExtension\":[{\"url\":\"u\",\"valueCode\":\"x\"}]}]",
        "Patient; resource.name.exists(n, 'Ann' in n.given); \"name\":[{\"given\":[null,\"Ann\"],\"_given\":[{\"id\":\"g\"},null]}]",
        "Patient; resource.active; \"active\":false",
        // What only a contained resource says.
        "Observation; resource.status == 'final'; \"contained\":[{\"resourceType\":\"Observation\",\"id\":\"c\",\"status\":\"final\"}]",
        "Observation; resource.subject == 'Patient/p2'; \"subject\":{\"reference\":\"#Patient/p2\"}",
        // Elsewhere of the same name.
        "Observation; has(resource.code); \"component\":[{\"code\":{\"text\":\"t\"}}]",
      })
  void isWithheldWhenItDoesNotHoldOrCannotBeTold(String type, String when, String members) {
    assertThat(released(type, when, members)).isFalse();
  }

  @Test
  void whatIsLargerThanARuleNeedsCannotBeTold() {
    String item = "{\"reference\":\"Practitioner/d\"}";
    String when = "'Practitioner/d' in resource.performer";
    for (int items : List.of(400, 600)) {
      String members = "\"performer\":[" + (item + ",").repeat(items - 1) + item + "]";
      assertThat(released("Observation", when, members)).isEqualTo(items == 400);
    }
    for (int length : List.of(60_000, 70_000)) {
      String members = "\"valueString\":\"" + "x".repeat(length) + "\"";
      assertThat(released("Observation", "resource.valueString != ''", members))
          .isEqualTo(length == 60_000);
    }
  }

  @Test
  void aHiddenElementAndAChangedOneAreAskedAsTheyAre() {
    PolicySet hidden = policy("Observation", "resource.status == 'final'", CODE_ONLY);
    String json = "{\"resourceType\":\"Observation\",\"id\":\"x\",\"status\":\"%s\"}";
    assertThat(released(hidden, Map.of(), json.formatted("final"))).isTrue();
    assertThat(released(hidden, Map.of(), json.formatted("draft"))).isFalse();
    PolicySet changed =
        policy(
            "Patient",
            "resource.birthDate == '1970-05-17'",
            "all\n        change: {birthDate: year}");
    String patient = "{\"resourceType\":\"Patient\",\"id\":\"x\",\"birthDate\":\"%s\"}";
    assertThat(released(changed, Map.of(), patient.formatted("1970-05-17"))).isTrue();
    assertThat(released(changed, Map.of(), patient.formatted("1970-05-18"))).isFalse();
  }

  @Test
  void whatStandsThereTwiceIsNotReleased() {
    PolicySet policy = policy("Observation", "resource.status == 'final'", "all");
    Decision.Permit permit = (Decision.Permit) decide(policy, Map.of(), "Observation/x");
    for (String second : List.of("status", "stat\\u0075s")) {
      String json =
          "{\"resourceType\":\"Observation\",\"status\":\"draft\",\"" + second + "\":\"final\"}";
      assertThatThrownBy(() -> redact(permit, json)).isInstanceOf(Refusal.class);
    }
  }

  @Test
  void aResourceInsideAnotherIsNotReleasedWhereItsTypesReleaseDependsOnIt() {
    PolicySet policy = policy("Observation", "resource.status == 'final'", "all");
    Decision.Permit permit = (Decision.Permit) decide(policy, Map.of(), "Specimen/x");
    for (String status : List.of("final", "draft")) {
      String inside =
          "{\"resourceType\":\"Observation\",\"id\":\"c\",\"status\":\"" + status + "\"}";
      Redacted redacted =
          redact(
              permit,
              "{\"resourceType\":\"Specimen\",\"id\":\"x\",\"contained\":["
                  + inside
                  + ",{\"resourceType\":\"Device\",\"id\":\"d\"}]}");
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      redacted.writeTo(out::write);
      assertThat(out.toString(StandardCharsets.UTF_8))
          .contains("Device")
          .doesNotContain("Observation");
    }
  }

  @Test
  void aConditionOfARoleIsAskedOfEveryTypeAndWithItsTypesOwn() {
    PolicySet policy = rolePolicy("resource.id != 'secret'");
    String device = "{\"resourceType\":\"Device\",\"id\":\"%s\",\"status\":\"%s\"}";
    assertThat(released(policy, Map.of(), device.formatted("a", "active"))).isTrue();
    assertThat(released(policy, Map.of(), device.formatted("secret", "active"))).isFalse();
    assertThat(released(policy, Map.of(), device.formatted("a", "inactive"))).isFalse();
    assertThat(policy.explain("lab", "Device").terms())
        .containsExactly("when: resource.id != 'secret'", "when: resource.status == 'active'");
    Decision.Permit capabilities = (Decision.Permit) decide(policy, Map.of(), "metadata");
    assertThat(capabilities.release().unconditional("Device")).isTrue();
  }

  private static PolicySet rolePolicy(String when) {
    List<Problem> problems = new ArrayList<>();
    PolicySet set =
        PolicySet.read(
            "p.yaml",
            """
            policy: 1
            identity: {role: {claim: role}, purpose: {claim: pou}}
            roles:
              lab:
                purpose: [TREAT]
                when: "%s"
                types:
                  Device: {do: [read], show: all, when: "resource.status == 'active'"}
                  "*": {do: [read], show: all}
            """
                .formatted(when),
            problems::add);
    assertThat(problems).noneMatch(Problem::isError);
    return set;
  }

  @Test
  void aRequestsConditionStillDeniesBeforeTheRecordSystemIsAsked() {
    PolicySet policy =
        policy("Observation", "token.unit == 'icu'\", \"resource.status == 'final'", "all");
    assertThat(decide(policy, Map.of(), "Observation/x")).isInstanceOf(Decision.Deny.class);
    assertThat(decide(policy, Map.of("unit", "icu"), "Observation/x"))
        .isInstanceOf(Decision.Permit.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Device?_has:Observation:device:code=x",
        "Specimen?_has:Observation:specimen:code=x",
        "Observation?_summary=count",
        "Observation?_count=0",
      })
  void nothingIsCountedOrHoppedThatDependsOnAResource(String request) {
    PolicySet free = policy("Observation", "request.purpose == 'TREAT'", "all");
    PolicySet bound = policy("Observation", "resource.status == 'final'", "all");
    if (request.startsWith("Observation")) {
      assertThat(((Decision.Permit) decide(free, Map.of(), request)).unfiltered()).isTrue();
    }
    Decision.Deny deny = (Decision.Deny) decide(bound, Map.of(), request);
    assertThat(deny.reason()).isEqualTo(Reason.SEARCH_NOT_PERMITTED);
  }

  @Test
  void aSearchIsFilteredAndItsPagesAreFilled() {
    PolicySet policy = policy("Observation", "resource.status == 'final'", "all");
    Decision.Permit permit = (Decision.Permit) decide(policy, Map.of(), "Observation?code=x");
    assertThat(permit.unfiltered()).isFalse();
    assertThat(InteractionParser.canonical(permit.interaction()))
        .isEqualTo("Observation?code=x&_count=50");
    Decision.Permit other = (Decision.Permit) decide(policy, Map.of(), "Specimen");
    assertThat(other.unfiltered()).isTrue();
  }

  @Test
  void aHiddenElementIsNotSearchedByAndTheWarningTellsThatItShows() {
    PolicySet policy = policy("Observation", "resource.status == 'final'", CODE_ONLY);
    Decision.Deny deny = (Decision.Deny) decide(policy, Map.of(), "Observation?status=preliminary");
    assertThat(deny.reason()).isEqualTo(Reason.SEARCH_NOT_PERMITTED);
    assertThat(problems("Observation", "\"resource.status == 'final'\"", CODE_ONLY))
        .filteredOn(problem -> problem.code().equals("W-CONDITION"))
        .singleElement()
        .satisfies(
            problem ->
                assertThat(problem.toString())
                    .startsWith("p.yaml:8:17  roles.lab.types.Observation.when[0]")
                    .contains("Observation.status"));
    assertThat(problems("Observation", "\"resource.status == 'final'\"", "all"))
        .noneMatch(problem -> problem.code().equals("W-CONDITION"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "\"resource.statu == 'x'\"; 17; Did you mean 'status'?; E-PATH",
        "\"true && resource.statu == 'x'\"; 25; Did you mean 'status'?; E-PATH",
        "\"has(resource.statu)\"; 21; there is no element 'resource.statu' of Observation; E-PATH",
        "\"resource.effectivePeriod.begin == 'x'\"; 17; 'resource.effectivePeriod.begin'; E-PATH",
        "\"resource.effective == 'x'\"; 17; effectiveDateTime or effectivePeriod; E-PATH",
        "\"resource.component.exists(c, c.cod == 'x')\"; 47; there is no element 'cod'; E-PATH",
        "\"resource.extension.exists(e, true)\"; 17; 'resource.extension'; E-PATH",
        "\"resource.contained == 'x'\"; 17; 'resource.contained'; E-PATH",
        "\"resource.text.div == 'x'\"; 17; 'resource.text'; E-PATH",
        "\"resource.resourceType == 'x'\"; 17; 'resource.resourceType'; E-PATH",
        "\"resource.status.coding == 'x'\"; 32; nothing is below that; E-CEL",
        "\"resource.code.coding.exists(c, true)\"; 30; the text 'system|code'; E-CEL",
        "\"resource.code == 'x'\"; 31; found no matching overload; E-CEL",
        "\"resource.status == 1\"; 33; found no matching overload; E-CEL",
        "\"resource == 'x'\"; 26; found no matching overload; E-CEL",
        "\"resource == resource\"; 17; 'resource' is no value by itself; E-CEL",
        "\"dyn(resource).status == 'x'\"; 21; 'resource' is no value by itself; E-CEL",
        "\"resource.status\"; 17; of type string; E-CEL",
        "\"resource.status == tokn.x\"; 36; Did you mean 'token'?; E-CEL",
        "\"resource.status ==\"; 35; is not CEL; E-CEL",
      })
  void aMistakeIsToldAtItsPlace(String when, int column, String says, String code) {
    List<Problem> problems = problems("Observation", when, "all");
    problems.removeIf(problem -> !problem.isError());
    assertThat(problems)
        .anySatisfy(
            problem -> {
              assertThat(problem.toString()).startsWith("p.yaml:8:" + column + "  ");
              assertThat(problem.path()).isEqualTo("roles.lab.types.Observation.when[0]");
              assertThat(problem.message()).contains(says).doesNotContain("(candidates");
              assertThat(problem.code()).isEqualTo(code);
            });
  }

  @Test
  void aConditionMustMakeSenseForEveryTypeItIsAskedOf() {
    List<Problem> problems = problems("\"*compartment\"", "\"resource.status == 'final'\"", "all");
    assertThat(problems)
        .filteredOn(Problem::isError)
        .singleElement()
        .satisfies(
            problem ->
                assertThat(problem.toString())
                    .startsWith("p.yaml:8:17  ")
                    .contains("'resource.status' is no element of ", "more types", "E-PATH"));
  }
}
