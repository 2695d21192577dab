package io.sallyport.policy.redact;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.policy.Problem;
import io.sallyport.policy.redact.View.Visibility;
import org.junit.jupiter.api.Test;

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
}
