package io.sallyport.proxy.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.proxy.journal.JournalEntry;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The part that a caller asks for is cut by us, after the decision and from the whole resource. */
class ProjectedAnswerTest {
  private static final String APP = "Bearer app/PATRQT/p1";

  private final Stage stage = new Stage();

  private static String observation(String id, String patient) {
    return "{\"resourceType\":\"Observation\",\"id\":\""
        + id
        + "\",\"status\":\"final\",\"code\":{\"text\":\"pulse\"},\"subject\":{\"reference\":\"Patient/"
        + patient
        + "\"},\"note\":[{\"text\":\"free\"}]}";
  }

  private static String bundle(String next, String... resources) {
    String links =
        next.isEmpty() ? "" : ",\"link\":[{\"relation\":\"next\",\"url\":\"" + next + "\"}]";
    return "{\"resourceType\":\"Bundle\",\"type\":\"searchset\",\"entry\":[{\"resource\":"
        + String.join("},{\"resource\":", resources)
        + "}]"
        + links
        + "}";
  }

  /** Leak row A12: whoever asks for less is not shown more. */
  @ParameterizedTest
  @ValueSource(strings = {"_elements=status", "_summary=text", "_summary=true", "_summary=data"})
  @Tag("A12")
  void aResourceOutsideTheCompartmentStaysHiddenHoweverLittleOfItIsAskedFor(String asked) {
    Stage.Caller read =
        stage.json(observation("o2", "p2")).get("/fhir/Observation/o2?" + asked, APP);
    assertThat(read.head.status()).isEqualTo(404);
    assertThat(read.body).doesNotContain("final", "p2");

    Stage.Caller found =
        stage
            .json(bundle("", observation("o2", "p2"), observation("o1", "p1")))
            .get("/fhir/Observation?" + asked, APP);
    assertThat(found.head.status()).isEqualTo(200);
    assertThat(found.body).contains("\"id\":\"o1\"", "SUBSETTED").doesNotContain("o2", "p2");
    assertThat(stage.sent)
        .containsExactly("Observation/o2", "Observation?patient=Patient/p1&_count=50&_sort=_id");
  }

  @Test
  void theUpstreamIsAskedForAllOfItAndTheRecordSaysBoth() {
    Stage.Caller caller =
        stage.json(observation("o1", "p1")).get("/fhir/Observation/o1?_elements=note", APP);

    assertThat(caller.body).contains("free", "SUBSETTED").doesNotContain("subject");
    assertThat(stage.sent).containsExactly("Observation/o1");
    assertThat(stage.fake.entries(JournalEntry.Intent.class).get(0).query())
        .isEqualTo("_elements=note");
    assertThat(stage.fake.entries(JournalEntry.Outcome.class).get(0).resources().get(0).patients())
        .containsExactly("p1");
  }

  @Test
  void furtherPagesShowTheSamePartAndTheSelfLinkSaysIt() {
    Stage.Caller first =
        stage
            .json(bundle(Stage.UPSTREAM + "?p=2", observation("o1", "p1")))
            .json(bundle("", observation("o3", "p1"), observation("o4", "p2")))
            .get("/fhir/Observation?_elements=status&_count=1", APP);
    assertThat(first.body).doesNotContain("free", "p=2").contains("&_elements=status\"");

    String token = first.body.substring(first.body.indexOf("_page=") + "_page=".length());
    Stage.Caller second =
        stage
            .json(bundle("", observation("o3", "p1"), observation("o4", "p2")))
            .get("/fhir?_page=" + token.substring(0, token.indexOf('"')), APP);
    assertThat(second.body).contains("o3", "SUBSETTED").doesNotContain("free", "o4");
    assertThat(stage.sent)
        .isEqualTo(List.of("Observation?_count=1&patient=Patient/p1&_sort=_id", "?p=2", "?p=2"));
  }

  @Test
  void anElementThatThereIsNotIsRefusedBeforeAnybodyIsAsked() {
    Stage.Caller caller = stage.get("/fhir/Patient/p1?_elements=canary");

    assertThat(caller.head.status()).isEqualTo(400);
    assertThat(caller.body).contains("UNKNOWN_PARAMETER").doesNotContain("canary");
    assertThat(stage.sent).isEmpty();
  }

  @Test
  void whatARoleIsNotShownIsAsIfNobodyHadAsked() {
    String patient = "{\"resourceType\":\"Patient\",\"id\":\"p1\",\"gender\":\"female\"%s}";
    String with =
        stage
            .json(patient.formatted(",\"birthDate\":\"1970-01-01\""))
            .get("/fhir/Patient/p1?_elements=birthDate,gender")
            .body
            .toString();
    String without =
        stage
            .json(patient.formatted(""))
            .get("/fhir/Patient/p1?_elements=birthDate,gender")
            .body
            .toString();
    assertThat(with).isEqualTo(without).contains("female");
  }
}
