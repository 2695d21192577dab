package io.sallyport.policy.redact;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.policy.ReleaseRule;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a searchset says of the number of matches. */
class TotalTest {
  private static final View VIEW = Views.role().keepDerived().all("Patient", "birthDate").compile();

  @ParameterizedTest
  @CsvSource({
    // wanted, unfiltered, only, smallest, only page, released, upstream's: what is said
    "true, false, false, 1, true, 3, 5, 3",
    "true, false, false, 1, true, 0, 5, 0",
    "true, false, false, 1, false, 3, 5, -1",
    "true, true, false, 1, false, 3, 5, 5",
    "true, true, false, 1, false, 3, -1, -1",
    "true, true, false, 1, true, 3, 5, 3",
    "false, true, false, 1, true, 3, 5, -1",
    "false, true, false, 1, false, 3, 5, -1",
    "true, false, true, 1, true, 0, 5, -1",
    "true, true, true, 1, true, 0, 5, 5",
    "true, true, true, 1, true, 0, -1, -1",
    "true, true, true, 11, true, 0, 0, 0",
    "true, true, true, 11, true, 0, 1, -1",
    "true, true, true, 11, true, 0, 10, -1",
    "true, true, true, 11, true, 0, 11, 11",
    "true, false, false, 11, true, 10, 50, -1",
    "true, false, false, 11, true, 11, 50, 11",
    "true, true, false, 11, false, 5, 10, -1",
    "true, true, false, 11, false, 5, 12, 12",
  })
  void aNumberIsSaidOnlyWhereItTellsNothing(
      boolean wanted,
      boolean unfiltered,
      boolean only,
      int smallest,
      boolean onlyPage,
      int released,
      int upstreams,
      int said) {
    assertThat(new Total(wanted, unfiltered, only, smallest).of(onlyPage, released, upstreams))
        .isEqualTo(said);
  }

  @Test
  void theUpstreamsNumberIsReadWhereverItStands() {
    Total total = new Total(true, true, false, 1);
    String next = ",\"link\":[{\"relation\":\"next\",\"url\":\"http://ehr.internal/fhir?p=2\"}]";
    String entries = ",\"entry\":[{\"resource\":{\"resourceType\":\"Patient\",\"id\":\"a\"}}]";
    for (String members :
        new String[] {next + entries + ",\"total\":70", entries + ",\"total\":70" + next}) {
      assertThat(run(members, total)).contains("\"id\":\"a\"").endsWith("],\"total\":70}");
    }
  }

  /** For who reads a Bundle in passing, and wants the number before the entries. */
  @Test
  void theNumberStandsAheadWhereItDidAndNothingIsWithheld() {
    String members =
        ",\"total\" : 70 ,\"entry\":[{\"resource\":{\"resourceType\":\"Patient\",\"id\":\"a\"}}]";
    assertThat(run(members, new Total(true, true, false, 1)))
        .startsWith("{\"resourceType\":\"Bundle\",\"type\":\"searchset\",\"total\":70,\"entry\"")
        .containsOnlyOnce("total");
    for (Total other :
        List.of(
            new Total(true, false, false, 1),
            new Total(false, true, false, 1),
            new Total(true, true, false, 71))) {
      assertThat(run(members, other).split("\"entry\"")[0]).doesNotContain("total");
    }
    assertThat(run(members, new Total(true, false, false, 1))).endsWith("],\"total\":1}");
    String none = run(",\"total\":0,\"entry\":[]", new Total(true, true, false, 1));
    assertThat(none).containsOnlyOnce("total").endsWith("],\"total\":0}");
  }

  @ParameterizedTest
  @ValueSource(strings = {"-1", "\"70\"", "7.0", "1e3", "null", "[7]", "12345678901", "{\"a\":7}"})
  void aNumberThatIsNoneIsNotSaid(String number) {
    Total total = new Total(true, true, true, 1);
    assertThat(run(",\"total\":" + number, total)).doesNotContain("total").endsWith("]}");
  }

  @Test
  void whereOnlyTheNumberIsWantedNothingElseIsReleased() {
    Total total = new Total(true, true, true, 1);
    assertThat(
            run(
                ",\"total\":1,\"entry\":[{\"resource\":{\"resourceType\":\"Patient\",\"id\":\"a\"}}],"
                    + "\"link\":[{\"relation\":\"next\",\"url\":\"http://ehr.internal/fhir?p=2\"}]",
                total))
        .isEqualTo(
            "{\"resourceType\":\"Bundle\",\"type\":\"searchset\",\"link\":[{\"relation\":\"self\","
                + "\"url\":\"https://fhir.example/r4/Patient\"}],\"total\":1}");
  }

  private static String run(String members, Total total) {
    byte[] json =
        ("{\"resourceType\":\"Bundle\",\"type\":\"searchset\"" + members + "}")
            .getBytes(StandardCharsets.UTF_8);
    BundleStream stream =
        new BundleStream(
            new Redactor(Limits.DEFAULT),
            VIEW,
            Limits.DEFAULT,
            new Envelope(
                "Patient",
                ReleaseRule.ANY,
                Views.REBASE,
                url -> "https://fhir.example/r4?sealed=1",
                "https://fhir.example/r4/Patient",
                1 << 20,
                total,
                List.of()));
    stream.feed(json, 0, json.length);
    stream.finish();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Redacted window = stream.window();
    window.writeTo(out::write);
    assertThat(window.facts()).hasSize(total.only() || !members.contains("\"id\"") ? 0 : 1);
    return out.toString(StandardCharsets.UTF_8);
  }
}
