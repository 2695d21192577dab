package io.sallyport.proxy.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Row A17 of the leak catalogue: a record system that ignores what a search is narrowed to. */
class SelfLinkTest {
  private static final String APP = "Bearer app/PATRQT/p1";

  private final Stage stage = new Stage();

  private static String page(String self) {
    String link = "\"link\":[{\"relation\":\"self\",\"url\":\"" + Stage.UPSTREAM + self + "\"}],";
    return "{\"resourceType\":\"Bundle\",\"type\":\"searchset\","
        + (self.isEmpty() ? "" : link)
        + "\"entry\":["
        + entry("mine", "p1")
        + ","
        + entry("others", "p2")
        + "]}";
  }

  private static String entry(String id, String patient) {
    return "{\"resource\":{\"resourceType\":\"Observation\",\"id\":\""
        + id
        + "\",\"status\":\"final\",\"subject\":{\"reference\":\"Patient/"
        + patient
        + "\"}}}";
  }

  private double counted() {
    Double value =
        stage.registry.getSampleValue(
            "sallyport_narrowing_ignored_total", new String[] {"route"}, new String[] {"/fhir"});
    return value == null ? 0 : value;
  }

  @ParameterizedTest
  @CsvSource({
    "/Observation?patient=Patient/p1,            0",
    "/Observation?patient=Patient%2Fp1&_count=50, 0",
    "/Observation?code=x&patient:Patient=p1,     0",
    "?patient=p1,                                0",
    "/Observation?code=x,                        1",
    "/Observation?patient=Patient/p2,            1",
    "/Observation?subject=Patient/p1,            1",
    "/Observation?other-patient=p1,              1",
    "/Observation,                               1",
    "'',                                         1",
  })
  void a17WhatIsIgnoredIsCountedAndTheEntriesDecide(String self, int ignored) {
    Stage.Caller caller = stage.json(page(self)).get("/fhir/Observation", APP);
    assertThat(caller.head.status()).isEqualTo(200);
    assertThat(caller.body).contains("mine").doesNotContain("others");
    assertThat(counted()).isEqualTo(ignored);
  }

  @Test
  void a17WhoIsNotNarrowedIsNotCounted() {
    stage.json(page("")).get("/fhir/Observation");
    assertThat(counted()).isZero();
    stage.json(page("")).get("/fhir/Observation", APP);
    stage.json(page("")).get("/fhir/Observation", APP);
    assertThat(counted()).isEqualTo(2);
  }
}
