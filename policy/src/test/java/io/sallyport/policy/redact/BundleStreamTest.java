package io.sallyport.policy.redact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sallyport.policy.Compartment;
import io.sallyport.policy.CompartmentRule;
import io.sallyport.policy.Reason;
import io.sallyport.policy.Refusal;
import io.sallyport.policy.ReleaseRule;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BundleStreamTest {
  private static final View VIEW = Views.role().keepDerived().all("Patient", "birthDate").compile();

  private static final String HEAD = "{\"resourceType\":\"Bundle\",\"type\":\"searchset\"";
  private static final String LINKS =
      ",\"link\":[{\"relation\":\"self\",\"url\":\"http://ehr.internal/fhir/Patient\"},"
          + "{\"relation\":\"next\",\"url\":\"http://ehr.internal/fhir?page=2\"}]";
  private static final String ENTRIES =
      ",\"total\":4, \"entry\" : [ "
          + "{\"fullUrl\":\"http://ehr.internal/fhir/Patient/a\",\"resource\":{\"resourceType\":\"Patient\",\"id\":\"a\",\"birthDate\":\"1970\"},\"search\":{\"mode\":\"match\"}} , "
          + "{\"resource\":{\"resourceType\":\"Practitioner\",\"id\":\"secret\"},\"search\":{\"mode\":\"include\"}},"
          + "{\"resource\":{\"resourceType\":\"OperationOutcome\",\"issue\":[{\"severity\":\"information\"}]},\"search\":{\"mode\":\"outcome\"}},"
          + "{\"resource\":{\"id\":\"b\",\"gender\":\"\\u00e9 }]\\\"\",\"resourceType\":\"Patient\"}}]";

  private record Outcome(String json, int withheld, List<Fact> facts) {}

  private static Outcome run(
      String json, String onlyId, Limits limits, int windowBytes, int... cuts) {
    return run(VIEW, json, onlyId, limits, windowBytes, cuts);
  }

  private static Outcome run(
      View view, String json, String onlyId, Limits limits, int windowBytes, int... cuts) {
    byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
    BundleStream stream =
        new BundleStream(
            new Redactor(limits),
            view,
            limits,
            new Envelope(
                "Patient",
                onlyId == null ? ReleaseRule.ANY : only(onlyId),
                Views.REBASE,
                url -> "https://fhir.example/r4?sealed=1",
                "https://fhir.example/r4/Patient",
                windowBytes));
    int at = 0;
    for (int cut : cuts) {
      stream.feed(bytes, at, cut - at);
      at = cut;
    }
    stream.feed(bytes, at, bytes.length - at);
    stream.finish();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int withheld = 0;
    List<Fact> facts = new ArrayList<>();
    while (!stream.done()) {
      Redacted window = stream.window();
      window.writeTo(out::write);
      withheld += window.withheld();
      facts.addAll(window.facts());
    }
    return new Outcome(out.toString(StandardCharsets.UTF_8), withheld, facts);
  }

  private static ReleaseRule only(String patient) {
    Compartment compartment =
        new Compartment(
            patient, new CompartmentRule("patient", CompartmentRule.Membership.SUBJECT, Set.of()));
    return new ReleaseRule(compartment, 0);
  }

  private static Outcome run(String json, int... cuts) {
    return run(json, null, Limits.DEFAULT, 64, cuts);
  }

  @Test
  void onlyMatchesOfTheTypeAreReleased() {
    Outcome outcome = run(HEAD + LINKS + ENTRIES + "}");
    assertThat(outcome.json())
        .contains("\"fullUrl\":\"https://fhir.example/r4/Patient/a\"", "\"id\":\"b\"", "sealed=1")
        .doesNotContain("ehr.internal", "secret", "OperationOutcome", "1970", "\"total\"");
    assertThat(outcome.withheld()).isEqualTo(1);
    assertThat(outcome.facts()).extracting(Fact::id).containsExactly("a", "b");
  }

  @Test
  void anIdThatIsNotShownIsInNoUrlEither() {
    View view = Views.role().keepDerived().all("Patient", "id").compile();
    Outcome outcome = run(view, HEAD + ENTRIES + "}", null, Limits.DEFAULT, 64);
    assertThat(outcome.json()).contains("1970").doesNotContain("fullUrl", "Patient/a", "\"id\"");
    assertThat(outcome.facts()).extracting(Fact::id).containsExactly("a", "b");
  }

  @Test
  void linksMayComeLast() {
    assertThat(run(HEAD + ENTRIES + LINKS + "}")).isEqualTo(run(HEAD + LINKS + ENTRIES + "}"));
  }

  @Test
  void onlyTheOwnPatientIsReleased() {
    Outcome outcome = run(HEAD + ENTRIES + "}", "b", Limits.DEFAULT, 64);
    assertThat(outcome.facts()).extracting(Fact::id).containsExactly("b");
    assertThat(outcome.json()).doesNotContain("Patient/a").contains("\"total\":1");
    assertThat(outcome.withheld()).isEqualTo(2);
  }

  @Test
  void emptyResultHasNoEntryList() {
    assertThat(run(HEAD + ",\"total\":0}").json())
        .doesNotContain("entry")
        .contains("\"total\":0")
        .startsWith(HEAD);
  }

  @Test
  void anEmptyEntryListIsTakenForNone() {
    assertThat(run(HEAD + ",\"entry\":[ ],\"total\":0}")).isEqualTo(run(HEAD + ",\"total\":0}"));
    assertThatThrownBy(() -> run(HEAD + ",\"entry\":[{},]}")).isInstanceOf(Refusal.class);
  }

  @Test
  void whatIsWrongInAnEntryIsNamedAtItsByteOfTheBundle() {
    String json = HEAD + ENTRIES.replace("\"1970\"", "\"1970") + "}";
    int[] pieces = new int[json.length() / 7];
    for (int i = 0; i < pieces.length; i++) {
      pieces[i] = i * 7;
    }
    String ok = ENTRIES + LINKS;
    String wrong = HEAD + ok.substring(0, ok.lastIndexOf("}}]")) + ",01}}]}";
    int at = wrong.indexOf(",01") + 1;
    for (int[] cuts : new int[][] {{}, {at}, {100, at - 1, at + 2}}) {
      assertThatThrownBy(() -> run(wrong, cuts)).hasMessageContaining("byte " + at + ":");
    }
    assertThatThrownBy(() -> run(json, pieces)).isInstanceOf(Refusal.class);
  }

  @Test
  void cutAnywhereTheResultIsTheSame() {
    String json = HEAD + LINKS + ENTRIES + "} \n";
    Outcome whole = run(json);
    int length = json.getBytes(StandardCharsets.UTF_8).length;
    for (int i = 0; i <= length; i++) {
      assertThat(run(json, i)).as("cut at %d", i).isEqualTo(whole);
    }
    int[] every = new int[length];
    for (int i = 0; i < length; i++) {
      every[i] = i;
    }
    assertThat(run(json, every)).isEqualTo(whole);
  }

  @Test
  void truncatedAnywhereIsRefused() {
    String json = HEAD + LINKS + ENTRIES + "}";
    for (int i = 0; i < json.length(); i++) {
      String cut = json.substring(0, i);
      assertThatThrownBy(() -> run(cut)).as("cut at %d", i).isInstanceOf(Refusal.class);
    }
  }

  @Test
  void oversizeResourceIsWithheldAndTheRestComes() {
    Limits limits = new Limits(256, 256, 100, 8 << 20, 400, 400);
    String big =
        "{\"resource\":{\"resourceType\":\"Patient\",\"id\":\"" + "x".repeat(2000) + "\"}}";
    String json =
        HEAD
            + ",\"entry\":["
            + big
            + ",{\"resource\":{\"resourceType\":\"Patient\",\"id\":\"a\"}}]}";
    for (int step : new int[] {1, 7, 100, 1000}) {
      int[] cuts = new int[json.length() / step];
      for (int i = 0; i < cuts.length; i++) {
        cuts[i] = i * step;
      }
      Outcome outcome = run(json, null, limits, 64, cuts);
      assertThat(outcome.facts()).extracting(Fact::id).containsExactly("a");
      assertThat(outcome.withheld()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"resourceType\":\"Bundle\",\"type\":\"searchset\"}x",
        "{\"resourceType\":\"Bundle\",\"type\":\"searchset\",}",
        "{\"resourceType\":\"Bundle\",\"type\":\"searchset\",\"type\":\"searchset\"}",
        "{\"resourceType\":\"Bundle\",\"type\":\"searchset\",\"\\u0074ype\":\"searchset\"}",
        "{\"resourceType\":\"Bundle\",\"type\":\"history\"}",
        "{\"resourceType\":\"Patient\",\"type\":\"searchset\"}",
        "{\"type\":\"searchset\"}",
        "{\"resourceType\":\"Bundle\",\"type\":\"searchset\",\"entry\":[1]}",
        "{\"resourceType\":\"Bundle\",\"type\":\"searchset\",\"total\":01}",
        "[]",
        "<html>",
      })
  void whatIsNoSearchsetIsRefused(String json) {
    assertThatThrownBy(() -> run(json))
        .isInstanceOfSatisfying(
            Refusal.class, r -> assertThat(r.reason()).isEqualTo(Reason.UPSTREAM_INVALID));
  }

  @Test
  void endlessEnvelopeIsRefused() {
    String spaces = HEAD + ",\"x\"" + " ".repeat(100_000);
    assertThatThrownBy(() -> run(spaces)).isInstanceOf(Refusal.class);
    StringBuilder members = new StringBuilder(HEAD);
    for (int i = 0; i < 1000; i++) {
      members.append(",\"k").append(i).append("\":1");
    }
    assertThatThrownBy(() -> run(members + "}"))
        .isInstanceOfSatisfying(
            Refusal.class, r -> assertThat(r.reason()).isEqualTo(Reason.UPSTREAM_TOO_LARGE));
  }
}
