package io.sallyport.proxy.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Patients who were merged, replaced or noted as duplicates, seen by one who is bound to a patient:
 * a link names somebody, and makes nobody's records another's.
 */
class MergedPatientTest {
  private static final String APP = "Bearer app/PATRQT/p1";
  private static final String NURSE = "Bearer nurse/TREAT/n1";

  private final Stage stage = new Stage();

  private static String observation(String id, String subject) {
    return "{\"resourceType\":\"Observation\",\"id\":\"%s\",\"status\":\"final\",\"code\":{\"text\":\"pulse\"},\"subject\":{\"reference\":\"%s\"}}"
        .formatted(id, subject);
  }

  private static String patient(String id, String type, String other) {
    return "{\"resourceType\":\"Patient\",\"id\":\"%s\",\"active\":false,\"link\":[{\"other\":{\"reference\":\"Patient/%s\"},\"type\":\"%s\"}]}"
        .formatted(id, other, type);
  }

  private static String bundle(String... resources) {
    return "{\"resourceType\":\"Bundle\",\"type\":\"searchset\",\"entry\":[{\"resource\":"
        + String.join("},{\"resource\":", resources)
        + "}]}";
  }

  /** Some servers answer for the one who replaces. */
  @Test
  void aReadOfAReplacedPatientIsNotAnsweredByAnother() {
    Stage.Caller caller =
        stage.json(patient("p9", "replaces", "p1")).get("/fhir/Patient/p1", NURSE);
    assertThat(caller.head.status()).isEqualTo(502);
    assertThat(caller.body).doesNotContain("p9");
  }

  @ParameterizedTest
  @ValueSource(strings = {"replaced-by", "replaces", "refer", "seealso"})
  void aRecordOfTheOtherPatientStaysTheOthersWhateverTheLink(String type) {
    // The record system merges: asked for p1 it gives p2's, too, and both patients as includes.
    Stage.Caller found =
        stage
            .json(
                bundle(
                    observation("o1", "Patient/p1"),
                    observation("canary-2", "Patient/p2"),
                    patient("p2", type, "p1"),
                    observation("canary-3", "Patient/p2/_history/3")))
            .get("/fhir/Observation", APP);
    assertThat(found.body).contains("\"o1\"").doesNotContain("canary", "p2");

    Stage.Caller read =
        stage.json(observation("canary-2", "Patient/p2")).get("/fhir/Observation/canary-2", APP);
    assertThat(read.head.status()).isEqualTo(404);
    assertThat(read.body).doesNotContain("p2");
  }

  @Test
  void aSearchForTheReplacedPatientIsRefusedBeforeAnybodyIsAsked() {
    for (String query :
        List.of("patient=p2", "subject=Patient/p2", "patient=Patient/p1,Patient/p2")) {
      assertThat(stage.get("/fhir/Observation?" + query, APP).head.status()).isEqualTo(403);
    }
    assertThat(stage.sent).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"contained\":[{\"resourceType\":\"Patient\",\"id\":\"p1\",\"link\":[{\"other\":{\"reference\":\"Patient/p1\"},\"type\":\"seealso\"}]}],\"subject\":{\"reference\":\"#p1\"}",
        "\"subject\":{\"reference\":\"Patient/p2\",\"identifier\":{\"value\":\"p1\"}}",
        "\"subject\":{\"reference\":\"Patient/p2\",\"display\":\"Patient/p1\"}",
        "\"subject\":{\"reference\":\"Patient/p2\",\"extension\":[{\"url\":\"u\",\"valueReference\":{\"reference\":\"Patient/p1\"}}]}",
        "\"subject\":{\"reference\":\"http://elsewhere.example/fhir/Patient/p1\"}",
        "\"subject\":{\"reference\":\"Patient/p1x\"}",
        "\"subject\":{\"reference\":\"patient/p1\"}"
      })
  void aLinkThatWasAddedGainsNoAccess(String members) {
    String json =
        "{\"resourceType\":\"Observation\",\"id\":\"o\",\"status\":\"final\",\"code\":{\"text\":\"canary\"},"
            + members
            + "}";
    Stage.Caller caller = stage.json(json).get("/fhir/Observation/o", APP);
    assertThat(caller.head.status()).isEqualTo(404);
    assertThat(caller.body).doesNotContain("canary");
  }

  @Test
  void anIncludedPatientWhoOnlyLinksToTheMatchesPatientIsNotReleased() {
    Stage.Caller caller =
        stage
            .json(
                bundle(
                    observation("o1", "Patient/p1"),
                    patient("p1", "replaces", "p2"),
                    patient("p2", "replaced-by", "p1")))
            .get("/fhir/Observation?_include=Observation:subject", NURSE);
    assertThat(caller.body)
        .contains("\"fullUrl\":\"" + Stage.PUBLIC + "/Patient/p1\"")
        .doesNotContain("/Patient/p2\"");
  }
}
