package io.sallyport.policy.redact;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.policy.redact.Redactor.Layer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a resource says without its modifier extension may be the opposite: the walk tells. */
@Tag("C8")
class ModifierExtensionTest {
  private static final String NOT =
      "\"modifierExtension\":[{\"url\":\"http://h/not\",\"valueBoolean\":true}]";

  private static boolean stripped(View view, String json) {
    return Views.redact(
            new Redactor(Limits.DEFAULT),
            view,
            Layer.EXCHANGE,
            json.getBytes(StandardCharsets.UTF_8))
        .facts()
        .get(0)
        .stripped();
  }

  private static String observation(String members) {
    return "{\"resourceType\":\"Observation\",\"id\":\"o\",\"status\":\"final\"," + members + "}";
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"modifierExtension\":[{\"url\":\"http://h/not\",\"valueBoolean\":true}]",
        "\"modifierExtension\":{\"url\":\"http://h/not\"}",
        "\"modifierExtension\":null",
        "\"modifier\\u0045xtension\":[{\"url\":\"http://h/not\"}]",
        "\"component\":[{\"valueString\":\"v\"},{\"valueString\":\"w\",\"modifierExtension\":[{\"url\":\"u\"}]}]",
        "\"component\":[{\"modifierExtension\":[{\"url\":\"u\"}],\"valueString\":\"v\"}]"
      })
  void oneThatTheListLeavesOutIsTold(String members) {
    View view = Views.role().only("Observation", "status", "component").compile();
    assertThat(stripped(view, observation(members))).isTrue();
    assertThat(view.showsEvery("Observation")).isFalse();
  }

  @Test
  void oneThatAPatternHidesIsTold() {
    for (String pattern :
        List.of("**.modifierExtension", "Extension", "Extension(http://h/not)", "Extension.url")) {
      View view = Views.role().all("Observation").hide(pattern).compile();
      assertThat(stripped(view, observation(NOT))).as(pattern).isTrue();
      assertThat(view.showsEvery("Observation")).as(pattern).isFalse();
    }
    View own = Views.role().all("Observation", "component.modifierExtension").compile();
    assertThat(stripped(own, observation(NOT))).isFalse();
    assertThat(stripped(own, observation("\"component\":[{\"valueString\":\"v\"," + NOT + "}]")))
        .isTrue();
  }

  @Test
  void oneThatIsShownIsNot() {
    View view = Views.role().all("Observation", "note").hide("HumanName.family").compile();
    assertThat(stripped(view, observation(NOT))).isFalse();
    assertThat(view.showsEvery("Observation")).isTrue();
    View listed = Views.role().only("Observation", "status", "modifierExtension").compile();
    assertThat(stripped(listed, observation(NOT))).isFalse();
    assertThat(listed.showsEvery("Observation")).isTrue();
  }

  /** Its URL says that what it is in must not be read without it, and so it stays. */
  @Test
  void oneWithoutItsValueStays() {
    View view = Views.role().all("Observation").hide("Extension.valueBoolean").compile();
    assertThat(stripped(view, observation(NOT))).isFalse();
    assertThat(Views.redact(view, Layer.EXCHANGE, observation(NOT)))
        .contains("\"modifierExtension\":[{\"url\":\"http://h/not\",\"extension\":[{\"url\":");
  }

  @Test
  void otherUrlsThanTheHiddenOneAreShown() {
    View view = Views.role().all("Observation").hide("Extension(http://h/other)").compile();
    assertThat(stripped(view, observation(NOT))).isFalse();
    String both = NOT.replace("}]", "},{\"url\":\"http://h/other\",\"valueCode\":\"c\"}]");
    assertThat(stripped(view, observation(both))).isTrue();
  }

  @Test
  void insideWhatIsHiddenItInvertsNothing() {
    String inside = observation("\"component\":[{\"valueString\":\"v\"," + NOT + "}]");
    View hidden = Views.role().only("Observation", "status").compile();
    assertThat(stripped(hidden, inside)).isFalse();
    // Of this component nothing is left that it could change the meaning of.
    View other = Views.role().only("Observation", "status", "component.valueQuantity").compile();
    assertThat(stripped(other, inside)).isFalse();
    assertThat(stripped(other, observation(NOT))).isTrue();
    View gone = Views.role().all("Observation").hide("Timing").compile();
    assertThat(
            stripped(gone, observation("\"valueTiming\":{\"code\":{\"text\":\"t\"}," + NOT + "}")))
        .isFalse();
  }

  @Test
  void whoAcceptsTheRiskIsShownTheRest() {
    Views type =
        Views.role().only("Observation", "status").accept("Observation", "modifierExtension");
    Views role = Views.role().only("Observation", "status").only("Patient", "active");
    role.risk = Set.of("modifierExtension");
    for (Views accepts : List.of(type, role)) {
      View view = accepts.compile();
      assertThat(stripped(view, observation(NOT))).isFalse();
      assertThat(view.showsEvery("Observation")).isTrue();
      assertThat(Views.redact(view, Layer.EXCHANGE, observation(NOT)))
          .doesNotContain("modifierExtension");
    }
    View other =
        Views.role()
            .only("Patient", "active")
            .only("Observation", "status")
            .accept("Patient", "modifierExtension")
            .compile();
    assertThat(stripped(other, observation(NOT))).isTrue();
  }

  @Test
  @Tag("C4")
  void aContainedResourceWithOneGoesWithTheReferencesToIt() {
    View view = Views.role().all("Observation").only("Patient", "active").compile();
    String json =
        observation(
            "\"subject\":{\"reference\":\"#p\"},\"focus\":[{\"reference\":\"#q\"}],\"contained\":["
                + "{\"resourceType\":\"Patient\",\"id\":\"p\",\"active\":true,"
                + NOT
                + "},{\"resourceType\":\"Patient\",\"id\":\"q\",\"active\":true}]");
    assertThat(stripped(view, json)).isFalse();
    assertThat(Views.redact(view, Layer.EXCHANGE, json))
        .doesNotContain("#p", "\"p\"", "subject")
        .contains("#q", "\"id\":\"q\"");
  }

  @Test
  @Tag("C13")
  void anEntryWithOneGoesFromACollection() {
    View view = Views.role().all("Bundle").only("Patient", "active").compile();
    String json =
        "{\"resourceType\":\"Bundle\",\"id\":\"b\",\"type\":\"collection\",\"entry\":["
            + "{\"fullUrl\":\"urn:a\",\"resource\":{\"resourceType\":\"Patient\",\"id\":\"p\",\"active\":true,"
            + NOT
            + "}},{\"fullUrl\":\"urn:b\",\"resource\":{\"resourceType\":\"Patient\",\"id\":\"q\",\"active\":true}}]}";
    assertThat(stripped(view, json)).isFalse();
    assertThat(Views.redact(view, Layer.EXCHANGE, json))
        .doesNotContain("urn:a", "\"p\"")
        .contains("urn:b", "\"q\"");
  }
}
