package io.sallyport.proxy.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Row A4 of the leak catalogue: the order of what a search leaves open, and of what ties. */
@Tag("A4")
class MatchOrderTest {
  private static final String NURSE = "Bearer nurse/TREAT/n1";
  private static final String CHIEF = "Bearer chief/TREAT/c1";
  private static final String EMPTY =
      "{\"resourceType\":\"Bundle\",\"type\":\"searchset\",\"link\":[{\"relation\":\"self\","
          + "\"url\":\"http://ehr.internal:8080/fhir/Patient%s\"}]}";

  private final Stage stage = new Stage();

  private static String self(String query) {
    return EMPTY.formatted(query);
  }

  private double counted() {
    Double value =
        stage.registry.getSampleValue(
            "sallyport_order_ignored_total", new String[] {"route"}, new String[] {"/fhir"});
    return value == null ? 0 : value;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Patient                            | Patient?_sort=_id",
        "Patient?gender=female&_count=3     | Patient?gender=female&_count=3&_sort=_id",
        "Patient?_sort=gender&_count=3      | Patient?_sort=gender,_id&_count=3",
        "Patient?_sort=-gender,family       | Patient?_sort=-gender,family,_id",
        "Patient?_sort=_id                  | Patient?_sort=_id",
        "Patient?_sort=gender,-_id          | Patient?_sort=gender,-_id",
        "Patient?_sort=-_id,gender          | Patient?_sort=-_id,gender",
        "Observation?_include=Observation:subject"
            + " | Observation?_include=Observation:subject&_sort=_id",
        "Patient/p1/Observation             | Observation?patient=Patient/p1&_sort=_id",
        "Patient?_summary=count             | Patient?_summary=count",
        "Patient?_count=0                   | Patient?_summary=count",
        "Patient?_elements=gender           | Patient?_sort=_id",
      })
  void whatTheSearchLeavesOpenIsOrderedById(String asked, String sent) {
    stage.json(self("?_sort=_id")).get("/fhir/" + asked, NURSE);
    assertThat(stage.sent).containsExactly(sent);
  }

  @Test
  void whoseMatchesAreWithheldIsGivenThemInThatOrderToo() {
    stage.json(self("?_sort=_id")).get("/fhir/Observation", "Bearer app/PATRQT/p1");
    stage.json(self("?_sort=_id")).get("/fhir/Patient", "Bearer registrar/HPAYMT/r1");
    assertThat(stage.sent)
        .containsExactly(
            "Observation?patient=Patient/p1&_count=50&_sort=_id", "Patient?_count=50&_sort=_id");
  }

  /** All of one type is not enough: an Observation may be in the order of its patient's name. */
  @Test
  void whoSeesAllOfOneTypeOnlyIsGivenThemInThatOrderToo() {
    stage.json(self("?_sort=_id")).get("/fhir/Observation", NURSE);
    assertThat(stage.sent).containsExactly("Observation?_sort=_id");
  }

  @Test
  void whoSeesEverythingIsGivenTheRecordSystemsOwnOrder() {
    stage.json(self("")).get("/fhir/Patient", CHIEF);
    stage.json(self("")).get("/fhir/Patient?_sort=birthdate", CHIEF);
    assertThat(stage.sent).containsExactly("Patient", "Patient?_sort=birthdate");
    assertThat(counted()).isZero();
  }

  /** The order may be what is shown of when things changed, and a role may not see that. */
  @Test
  void whoSeesAllButTheTimesOfChangeIsNot() {
    String unversioned = Stage.POLICY.replaceAll("versions: show\n", "versions: hide\n");
    String everything =
        unversioned
            .replace("read, vread, history, $everything]", "read]")
            .replace("read, vread, search, history, $everything, $lastn]", "read, search]");
    Stage other = new Stage(everything, false);
    other.json(self("?_sort=_id")).get("/fhir/Patient", CHIEF);
    assertThat(other.sent).containsExactly("Patient?_sort=_id");
  }

  @Test
  void theCallersSelfLinkAndItsRightToSortAreItsOwn() {
    Stage.Caller caller =
        stage.json(self("?gender=female&_sort=_id")).get("/fhir/Patient?gender=female");
    assertThat(caller.body.toString())
        .contains("\"url\":\"" + Stage.PUBLIC + "/Patient?gender=female\"")
        .doesNotContain("_sort");
    String listed =
        Stage.POLICY.replace(
            "show: all, hide: [birthDate, photo]}",
            "show: all, hide: [birthDate, photo], search: [gender]}");
    Stage other = new Stage(listed, false);
    assertThat(other.get("/fhir/Patient?_sort=_id").head.status()).isEqualTo(403);
    other.json(self("?gender=female&_sort=_id")).get("/fhir/Patient?gender=female");
    assertThat(other.sent).containsExactly("Patient?gender=female&_sort=_id");
  }

  @Test
  void theNextPageIsTheRecordSystemsLinkAsItIs() {
    String next =
        self("?_sort=_id")
            .replace(
                "}]}",
                "},{\"relation\":\"next\",\"url\":\"" + Stage.UPSTREAM + "?_getpages=7\"}]}");
    String link = stage.json(next).get("/fhir/Patient").body.toString();
    String token = link.replaceAll("(?s).*\"next\",\"url\":\"[^\"]*(_page=[^\"]*)\".*", "$1");
    stage.json(self("?_sort=_id")).get("/fhir?" + token);
    assertThat(stage.sent).containsExactly("Patient?_sort=_id", "?_getpages=7");
    assertThat(counted()).isZero(); // of a page the self link says nothing of the search
  }

  @Test
  void aRecordSystemThatCannotSortByIdIsLeftAlone() {
    stage.ordered = false;
    stage.json(self("")).get("/fhir/Patient?_sort=gender");
    assertThat(stage.sent).containsExactly("Patient?_sort=gender");
    assertThat(counted()).isZero();
  }

  @ParameterizedTest
  @CsvSource({
    "?_sort=_id,                       0",
    "?_count=5&_sort=_id,              0",
    "'?_sort=gender,_id',              0",
    "?_sort=gender%2C_id&_count=50,    0",
    "?_sort=-gender%2c-_id,            0",
    "'?_sort=_id,gender',              0",
    "?_sort=gender,                    1",
    "?_sort=other_id,                  1",
    "?x_sort=_id,                      1",
    "?_id=_sort,                       1",
    "'',                               1",
  })
  void aSelfLinkWithoutTheOrderIsCounted(String query, int ignored) {
    assertThat(stage.json(self(query)).get("/fhir/Patient").head.status()).isEqualTo(200);
    assertThat(counted()).isEqualTo(ignored);
  }

  /** In observe mode the record system's own order comes, for then all is shown. */
  @Test
  void whoIsObservedIsGivenWhatSeeingEverythingGives() {
    Stage observed =
        new Stage(Stage.POLICY.replaceAll("(?s)forbid:.*?break-glass", "break-glass"), true);
    observed.json(self("")).get("/fhir/Patient", NURSE);
    assertThat(observed.sent).containsExactly("Patient");
    Stage forbidding = new Stage(Stage.POLICY, true);
    forbidding.json(self("?_sort=_id")).get("/fhir/Patient", "Bearer registrar/HPAYMT/r1");
    assertThat(forbidding.sent.get(0)).endsWith("&_sort=_id");
  }
}
