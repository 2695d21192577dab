package io.sallyport.policy.redact;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.policy.Problem;
import io.sallyport.policy.redact.View.Visibility;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ViewTest {
  @Test
  void unknownElementIsAnErrorWithTheNearestName() {
    Views views = Views.role().all("Encounter", "stauts");
    views.compile();
    assertThat(views.problems).hasSize(1);
    Problem problem = views.problems.get(0);
    assertThat(problem.isError()).isTrue();
    assertThat(problem.code()).isEqualTo("E-PATH");
    assertThat(problem.message()).contains("Encounter.stauts", "R4", "status");
  }

  @Test
  @Tag("C15")
  void hiddenModifierIsAnError() {
    Views views = Views.role().all("Observation", "status");
    views.compile();
    assertThat(views.problems).extracting(Problem::code).contains("E-MODIFIER", "W-REQUIRED");
  }

  @Test
  void anElementWhoseNameBeginsLikeTheModifierDoesNotStandForIt() {
    Views views = Views.role().only("MedicationRequest", "statusReason", "doNotPerform", "intent");
    views.compile();
    assertThat(views.problems)
        .filteredOn(Problem::isError)
        .singleElement()
        .satisfies(problem -> assertThat(problem.code()).isEqualTo("E-MODIFIER"))
        .satisfies(problem -> assertThat(problem.message()).contains("'MedicationRequest.status'"));
  }

  @Test
  void oneTypeOfAModifierChoiceIsEnough() {
    Views views = Views.role().only("Patient", "active", "link", "deceasedBoolean");
    views.compile();
    assertThat(views.problems).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "Observation, contained.id",
    "Bundle, entry.resource.meta",
    "Parameters, parameter.resource.id"
  })
  void aPathIntoANestedResourceIsAnErrorThatSaysWhereToHideItInstead(String type, String path) {
    Views views = Views.role().all(type, path);
    views.compile();
    assertThat(views.problems)
        .filteredOn(Problem::isError)
        .singleElement()
        .satisfies(problem -> assertThat(problem.message()).contains("judged by its own type"));
  }

  @Test
  void everyPathThatNamesAnElementShowsIt() {
    View view =
        Views.role()
            .only("Observation", "code.coding", "*.text", "value", "valueQuantity.unit")
            .compile();
    assertThat(view.visibility("Observation.code.coding.code")).isEqualTo(Visibility.FULL);
    assertThat(view.visibility("Observation.code.text")).isEqualTo(Visibility.FULL);
    assertThat(view.visibility("Observation.valueQuantity.value")).isEqualTo(Visibility.FULL);
  }

  @Test
  void visibilityFollowsTheRules() {
    View view =
        Views.role()
            .keepDerived()
            .all("Patient", "name.given", "deceasedDateTime")
            .only("Observation", "code.coding")
            .compile();
    assertThat(view.visibility("Patient.name")).isEqualTo(Visibility.PARTIAL);
    assertThat(view.visibility("Patient.name.given")).isEqualTo(Visibility.HIDDEN);
    assertThat(view.visibility("Patient.gender")).isEqualTo(Visibility.FULL);
    assertThat(view.visibility("Patient.deceased")).isEqualTo(Visibility.PARTIAL);
    assertThat(view.visibility("Observation.code.text")).isEqualTo(Visibility.HIDDEN);
    assertThat(view.visibility("Observation.code.coding.code")).isEqualTo(Visibility.FULL);
    assertThat(view.visibility("Observation.value")).isEqualTo(Visibility.HIDDEN);
    assertThat(view.visibility("Person.name")).isEqualTo(Visibility.HIDDEN);
    assertThat(view.shows("Person")).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "Observation.status, Observation.status",
    "*.status, *.status",
    "Identifier.use, Identifier.use",
    "**.doNotPerform, **.doNotPerform",
    "Patient.deceasedBoolean, Patient.deceasedBoolean",
    "Patient.deceased, Patient.deceased",
    "code, code",
  })
  void aRoleLevelPatternThatHidesAModifierIsAnErrorUntilTheRiskIsAccepted(
      String pattern, String accepted) {
    Views views = Views.everything(pattern);
    views.compile();
    assertThat(views.problems).extracting(Problem::code).contains("E-MODIFIER");
    Views accepting = Views.everything(pattern);
    accepting.risk = Set.of(accepted);
    accepting.compile();
    assertThat(accepting.problems).filteredOn(Problem::isError).isEmpty();
  }

  @Test
  void aNestedModifierIsReportedWhereItIsHidden() {
    Views views = Views.role().all("Patient", "identifier.use", "name.family");
    views.compile();
    assertThat(views.problems)
        .filteredOn(Problem::isError)
        .singleElement()
        .satisfies(problem -> assertThat(problem.message()).contains("'Identifier.use'"));
  }
}
