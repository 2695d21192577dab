package io.sallyport.policy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sallyport.policy.fhir.Definitions;
import io.sallyport.policy.fhir.InteractionParser;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Rows of the leak catalogue that deciding alone answers. */
class LeakRowsTest {
  private static final String HEAD =
      """
      policy: 1
      fhir: R4
      identity: {role: {claim: role}, purpose: {claim: pou}, patient: {claim: patient}}
      roles:
      """;

  private static PolicySet read(String roles) {
    List<Problem> problems = new ArrayList<>();
    PolicySet policy = PolicySet.read("rows.yaml", HEAD + roles, problems::add);
    assertThat(problems).noneMatch(Problem::isError);
    return policy;
  }

  private static Decision decide(PolicySet policy, String role, String type, String query) {
    return policy.decide(
        role,
        List.of("TREAT"),
        new AccessRequest(
            new Claims(Map.of("patient", "p1")),
            new InteractionParser(Definitions.r4()).parse("GET", type, query, "", null),
            Instant.EPOCH));
  }

  /** By type: the published parameters, by code, and the top elements that their text names. */
  private static Map<String, Map<String, Set<String>>> published() throws IOException {
    Map<String, Map<String, Set<String>>> published = new TreeMap<>();
    String name = "/org/hl7/fhir/r4/model/sp/search-parameters.json";
    try (InputStream in = LeakRowsTest.class.getResourceAsStream(name)) {
      for (JsonNode entry : new ObjectMapper().readTree(in).get("entry")) {
        JsonNode parameter = entry.get("resource");
        for (JsonNode base : parameter.get("base")) {
          String expression = parameter.path("expression").asText();
          Matcher named = Pattern.compile("\\b" + base.asText() + "\\.(\\w+)").matcher(expression);
          while (named.find()) {
            published
                .computeIfAbsent(base.asText(), t -> new TreeMap<>())
                .computeIfAbsent(parameter.get("code").asText(), c -> new TreeSet<>())
                .add(named.group(1));
          }
        }
      }
    }
    published.keySet().removeAll(Set.of("Resource", "DomainResource"));
    return published;
  }

  /** Every element that a parameter of its type names, hidden alone: one role each. */
  @Test
  @Tag("A1")
  void aSearchByAHiddenElementIsDeniedWhateverTheElementAndTheParameter() throws IOException {
    Map<String, Map<String, Set<String>>> published = published();
    StringBuilder roles = new StringBuilder();
    Set<String> spots = new TreeSet<>();
    published.forEach(
        (type, parameters) ->
            parameters.values().forEach(e -> e.forEach(name -> spots.add(type + "." + name))));
    for (String spot : spots) {
      String[] parts = spot.split("\\.");
      roles.append(
          ("  %s:\n    purpose: [TREAT]\n    types:\n      %s: {do: [search], show: all, hide: [%s],"
                  + " accept-risk: {%s: tested}}\n")
              .formatted(spot.replace('.', '-'), parts[0], parts[1], parts[1]));
    }
    PolicySet policy = read(roles.toString());
    int closed = 0;
    for (String spot : spots) {
      String[] parts = spot.split("\\.");
      Set<String> open = policy.searchable(spot.replace('.', '-'), parts[0]);
      for (Map.Entry<String, Set<String>> parameter : published.get(parts[0]).entrySet()) {
        if (parameter.getValue().contains(parts[1])) {
          assertThat(open).as("%s hidden", spot).doesNotContain(parameter.getKey());
          closed++;
        }
      }
    }
    System.out.println("LeakRowsTest: " + spots.size() + " elements hidden, " + closed + " closed");
    assertThat(closed).isGreaterThan(1_300);
  }

  @Test
  @Tag("A6")
  void aCompositeIsClosedWithAnyOfItsComponents() {
    PolicySet policy =
        read(
            """
              all: {purpose: [TREAT], types: {Observation: {do: [search], show: all}}}
              some: {purpose: [TREAT], types: {Observation: {do: [search], show: all, hide: [value]}}}
              inside: {purpose: [TREAT], types: {Observation: {do: [search], show: all, hide: [component.value]}}}
            """);
    List<String> composites =
        policy.searchable("all", "Observation").stream()
            .filter(p -> p.contains("code-value-"))
            .toList();
    assertThat(composites)
        .containsExactlyInAnyOrder(
            "code-value-concept",
            "code-value-date",
            "code-value-quantity",
            "code-value-string",
            "combo-code-value-concept",
            "combo-code-value-quantity",
            "component-code-value-concept",
            "component-code-value-quantity");
    assertThat(policy.searchable("some", "Observation"))
        .doesNotContainAnyElementsOf(
            composites.stream().filter(p -> !p.startsWith("component")).toList());
    assertThat(policy.searchable("inside", "Observation"))
        .doesNotContainAnyElementsOf(composites.stream().filter(p -> p.startsWith("com")).toList());
    assertThat(decide(policy, "some", "Observation", "code-value-quantity=8480-6$gt140"))
        .isInstanceOf(Decision.Deny.class);
  }

  private static final String MET =
      """
        seer: {purpose: [TREAT], types: {Patient: {do: [search], show: all}}}
        part: {purpose: [TREAT], types: {Patient: {do: [search], show: all, hide: [meta.%s]}}}
      """;

  @ParameterizedTest
  @Tag("A16")
  @CsvSource({
    "security, _security=R",
    "tag, _tag=vip",
    "profile, _profile=http://example.org/hiv",
    "source, _source=http://example.org/clinic",
    "lastUpdated, _lastUpdated=gt2020"
  })
  void metadataIsSearchedByOnlyWhereItIsSeen(String element, String query) {
    PolicySet policy = read(MET.formatted(element));
    assertThat(decide(policy, "part", "Patient", query)).isInstanceOf(Decision.Deny.class);
    if (!element.equals("lastUpdated")) {
      assertThat(decide(policy, "seer", "Patient", query)).isInstanceOf(Decision.Permit.class);
    }
  }

  @Test
  @Tag("A23")
  void aLinkThatIsNotShownIsNotProvedByASearch() {
    PolicySet policy =
        read(
            """
              all: {purpose: [TREAT], types: {Encounter: {do: [search], show: all}, Condition: {do: [read], show: all}}}
              part: {purpose: [TREAT], types: {Encounter: {do: [search], show: all, hide: [diagnosis]}, Condition: {do: [read], show: all}}}
              inside: {purpose: [TREAT], types: {Encounter: {do: [search], show: all, hide: [diagnosis.condition]}, Condition: {do: [read], show: all}}}
            """);
    String query = "diagnosis=Condition/sud-1";
    assertThat(decide(policy, "all", "Encounter", query)).isInstanceOf(Decision.Permit.class);
    for (String role : List.of("part", "inside")) {
      assertThat(decide(policy, role, "Encounter", query)).isInstanceOf(Decision.Deny.class);
      assertThat(
              decide(
                  policy,
                  role,
                  "Encounter",
                  query.replace("=", ":missing=").replace("Condition/sud-1", "true")))
          .isInstanceOf(Decision.Deny.class);
    }
  }
}
