package io.sallyport.policy;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.policy.Explanation.Seen;
import io.sallyport.policy.fhir.Definitions;
import io.sallyport.policy.fhir.InteractionParser;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code change:} in a policy file: its grammar, what it does to searches, and how it is told. */
class ChangePolicyTest {
  private static final String HEAD =
      """
      policy: 1
      identity: {role: {claim: r}, purpose: {claim: p}}
      roles:
        researcher:
          purpose: [HRESCH]
          change: {%s}
          types:
            Patient:
              do: [search]
              show: [active, link, gender, birthDate, deceased, address.state, address.postalCode]
              change: {%s}
              search: [%s]
      """;

  private final List<String> problems = new ArrayList<>();

  private PolicySet read(String role, String type, String search) {
    problems.clear();
    return PolicySet.read(
        "h.yaml", HEAD.formatted(role, type, search), p -> problems.add(p.toString()));
  }

  private PolicySet researcher() {
    PolicySet policy =
        read(
            "ContactPoint.value: {replace: \"555\"}",
            "birthDate: year, deceased: year, address.postalCode: zip3",
            "gender, address-state");
    assertThat(problems).noneMatch(problem -> problem.contains("[E-"));
    return policy;
  }

  @Test
  void theSpecificationsExampleLoads() {
    assertThat(researcher().view("researcher").changed("Patient.birthDate")).isEqualTo("year");
  }

  @ParameterizedTest
  @CsvSource({
    "birthdate, birthdate, Patient.birthDate, year, date, birthDate",
    "death-date, death-date, Patient.deceased, year, date, deceased",
    "address-postalcode, address-postalcode, Patient.address.postalCode, zip3, value, address.postalCode",
  })
  void aSearchByWhatIsChangedIsAnErrorAtItsPlace(
      String search, String code, String path, String method, String what, String show) {
    PolicySet policy =
        read("", "birthDate: year, deceased: year, address.postalCode: zip3", "gender, " + search);
    assertThat(policy).isNull();
    assertThat(problems)
        .singleElement()
        .satisfies(
            problem ->
                assertThat(problem)
                    .startsWith("h.yaml:12:26  roles.researcher.types.Patient.search[1]: ")
                    .contains("'" + code + "' reads " + path)
                    .contains(
                        ", which this role sees as '"
                            + method
                            + "'. Searching it would reveal the full "
                            + what
                            + ". Remove it, or show "
                            + show)
                    .endsWith(" unchanged. [E-SEARCH-CHANGED]"));
  }

  @Test
  @Tag("A22")
  void whatIsChangedCannotBeSearchedOrSortedByWhateverIsListed() {
    String unlisted =
        HEAD.formatted("", "birthDate: year, deceased: year", "").replace("search: []", "");
    PolicySet policy = PolicySet.read("h.yaml", unlisted, p -> problems.add(p.toString()));
    assertThat(policy.searchable("researcher", "Patient"))
        .contains("gender", "active")
        .doesNotContain("birthdate", "death-date", "deceased");
    for (String asked :
        List.of("birthdate=1974", "birthdate:missing=true", "_sort=birthdate", "death-date=2020")) {
      Decision decision =
          policy.decide(
              new AccessRequest(
                  new Claims(Map.of("r", "researcher", "p", "HRESCH")),
                  new InteractionParser(Definitions.r4()).parse("GET", "Patient", asked, "", null),
                  Instant.EPOCH));
      assertThat(decision)
          .as(asked)
          .isInstanceOfSatisfying(
              Decision.Deny.class,
              deny -> assertThat(deny.reason()).isEqualTo(Reason.SEARCH_NOT_PERMITTED));
    }
  }

  @Test
  void anExplanationNamesTheMethodAndItsLine() {
    Explanation why = researcher().explain("researcher", "Patient");
    assertThat(why.elements())
        .filteredOn(element -> element.seen() == Seen.CHANGED)
        .extracting(element -> element.path() + " " + element.by() + " " + element.at())
        .containsExactly(
            "Patient.birthDate year h.yaml:11:18",
            "Patient.deceased year h.yaml:11:35",
            "Patient.address.postalCode zip3 h.yaml:11:51");
    assertThat(why.elements())
        .filteredOn(element -> element.path().equals("Patient.address"))
        .singleElement()
        .satisfies(element -> assertThat(element.seen()).isEqualTo(Seen.PART));
    assertThat(why.parameters())
        .filteredOn(parameter -> parameter.code().equals("birthdate"))
        .singleElement()
        .satisfies(parameter -> assertThat(parameter.blockedBy()).isEqualTo("Patient.birthDate"));
  }

  @Test
  void aRoleLevelLineIsExplainedToo() {
    PolicySet policy = read("date: year", "deceased: year", "gender");
    assertThat(policy.explain("researcher", "Patient").elements())
        .filteredOn(element -> element.path().equals("Patient.birthDate"))
        .singleElement()
        .satisfies(element -> assertThat(element.by()).isEqualTo("year"))
        .satisfies(element -> assertThat(element.at()).hasToString("h.yaml:6:14"));
  }

  @Test
  void whatIsWrongIsToldAtItsPlace() {
    assertThat(
            read(
                "Patient.brithDate: year, '**.family': {replace: \"\"}",
                "birthDate: yaer, deceased: [year], address.state: shift, gender: {replace: x}",
                "gender"))
        .isNull();
    assertThat(problems)
        .anySatisfy(
            p ->
                assertThat(p)
                    .startsWith("h.yaml:6:14  roles.researcher.change.Patient.brithDate: ")
                    .contains("Did you mean 'birthDate'? [E-PATH]"))
        .anySatisfy(
            p ->
                assertThat(p)
                    .startsWith("h.yaml:6:53  roles.researcher.change.**.family: write 'replace'")
                    .contains("[E-VALUE]"))
        .anySatisfy(
            p ->
                assertThat(p)
                    .startsWith("h.yaml:11:29  roles.researcher.types.Patient.change.birthDate: ")
                    .contains("Did you mean 'year'? [E-VALUE]"))
        .anySatisfy(p -> assertThat(p).startsWith("h.yaml:11:45").contains("[E-TYPE]"))
        .anySatisfy(
            p -> assertThat(p).startsWith("h.yaml:11:68").contains("{days: 365", "[E-VALUE]"))
        .anySatisfy(p -> assertThat(p).startsWith("h.yaml:11:75").contains("code", "[E-CHANGE]"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"change: [birthDate]", "change: year"})
  void aListIsNoMapping(String written) {
    String text =
        """
        policy: 1
        identity: {role: {claim: r}, purpose: {claim: p}}
        roles: {a: {purpose: [TREAT], types: {Patient: {do: [read], show: all, %s}}}}
        """
            .formatted(written);
    assertThat(PolicySet.read("p.yaml", text, p -> problems.add(p.toString()))).isNull();
    assertThat(problems).singleElement().asString().contains("p.yaml:3:80", "[E-TYPE]");
  }

  @Test
  void abstredIsAWordOfTag() {
    String text =
        """
        policy: 1
        identity: {role: {claim: r}, purpose: {claim: p}}
        roles: {a: {purpose: [TREAT], tag: [%s], types: {Patient: {do: [read], show: all}}}}
        """;
    assertThat(PolicySet.read("p.yaml", text.formatted("ABSTRED"), p -> {})).isNotNull();
    assertThat(PolicySet.read("p.yaml", text.formatted("ABSTRACTED"), p -> {})).isNull();
  }
}
