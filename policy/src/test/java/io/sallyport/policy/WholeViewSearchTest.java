package io.sallyport.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a role that sees everything of a type may search by. */
class WholeViewSearchTest {
  private static PolicySet policy(String rule) {
    return PolicySet.read(
        "whole.yaml",
        """
        policy: 1
        fhir: R4
        identity: {role: {claim: role}, purpose: {claim: purpose}}
        roles:
          all: {purpose: [TREAT], versions: show, types: {%s}}
        """
            .formatted(rule),
        problem -> assertThat(problem.isError()).as(problem.toString()).isFalse());
  }

  @Test
  void itMaySearchByEveryParameterWhoseExpressionIsKnown() {
    PolicySet policy = policy("\"*\": {do: [search], show: all}");
    Set<String> blocked = new TreeSet<>();
    int open = 0;
    for (String type : policy.definitions().resources()) {
      for (var parameter : policy.definitions().searchParameters(type)) {
        if (policy.blocker("all", type, parameter.code()) != null) {
          blocked.add(parameter.code());
        } else {
          open++;
        }
      }
    }

    assertThat(blocked).containsExactly(BLOCKED);
    assertThat(open).isGreaterThan(2000);
  }

  /** Those that read no element we could name: text searches, entry[0], and %resource. */
  private static final String[] BLOCKED = {
    "_content",
    "_query",
    "_text",
    "chromosome-variant-coordinate",
    "composition",
    "message",
    "referenceseqid-variant-coordinate"
  };

  /** A choice is searched by the parts of those of its types that have them. */
  @ParameterizedTest
  @CsvSource({
    "Observation, date, effectivePeriod.end",
    "Observation, date, effectiveDateTime",
    "Observation, date, effective",
    "Procedure, date, performedPeriod.start",
    "Condition, onset-date, onsetPeriod.start",
  })
  void aPartThatOneTypeOfAChoiceHasIsEnoughToCloseIt(String type, String code, String hidden) {
    PolicySet whole = policy(type + ": {do: [search], show: all}");
    PolicySet partial = policy(type + ": {do: [search], show: all, hide: [" + hidden + "]}");

    assertThat(whole.searchable("all", type)).contains(code);
    assertThat(partial.searchable("all", type)).doesNotContain(code);
  }
}
