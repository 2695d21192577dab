package io.sallyport.proxy.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.policy.PolicySet;
import io.sallyport.proxy.exchange.IdTable;
import io.sallyport.proxy.journal.AdminEntry.ConfigDiff;
import io.sallyport.proxy.journal.AdminEntry.RoleView;
import io.sallyport.proxy.journal.JournalEntry;
import io.sallyport.proxy.journal.JournalReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ConfigChangesTest {
  private static final String POLICY =
      """
      policy: 1
      fhir: R4
      identity:
        role: {claim: roles}
        purpose: {claim: purpose_of_use}
      roles:
        doctor:
          purpose: [TREAT]
          types:
            Patient: {do: [read, search], show: all}
            Observation: {do: [read], show: all}
        clerk:
          purpose: [HPAYMT]
          types:
            Patient: {do: [read], show: [active, deceased, link, gender, birthDate]}
            Coverage: {do: [read], show: all}
      """;

  private final LoadedTexts texts = new LoadedTexts();
  private long seq;

  private static Sources sources(String policy, Map<String, String> more) {
    Map<String, String> all = new TreeMap<>(more);
    all.put("policy.yaml", policy);
    List<String> problems = new java.util.ArrayList<>();
    PolicySet set =
        PolicySet.read(
            "policy.yaml", policy, more::get, name -> null, p -> problems.add(p.toString()));
    assertThat(set).as(problems.toString()).isNotNull();
    return new Sources(
        Path.of("conf").toAbsolutePath(), all, Map.of("policy.yaml", set), Map.of(), new IdTable());
  }

  /** What a load records, which is what is known at the next. */
  private List<JournalEntry> load(Sources now) {
    List<JournalEntry> changes = ConfigChanges.of(texts, now);
    changes.forEach(this::apply);
    return changes;
  }

  private void apply(JournalEntry entry) {
    texts.apply(new JournalReader.Entry(seq++, Instant.EPOCH, -1, entry));
  }

  private List<String> views(String policy) {
    return load(sources(policy, Map.of())).stream()
        .filter(RoleView.class::isInstance)
        .map(RoleView.class::cast)
        .map(e -> e.role() + " " + e.types())
        .toList();
  }

  @Test
  void theFirstLoadTellsEveryTextAndTheSameAgainNothing() {
    Sources now = sources(POLICY, Map.of("codes.csv", "a,b\n"));
    List<JournalEntry> first = load(now);
    assertThat(first).hasSize(2).allMatch(ConfigDiff.class::isInstance);
    assertThat(texts.texts().get("policy.yaml").text()).isEqualTo(POLICY);
    assertThat(texts.texts().get("codes.csv").text()).isEqualTo("a,b\n");
    assertThat(load(now)).isEmpty();
    // One goes.
    assertThat(load(sources(POLICY, Map.of())))
        .containsExactly(
            new ConfigDiff(
                "codes.csv", LoadedTexts.sha256("a,b\n"), "", 1, 1, "@@ -1,2 +0,0 @@\n-a,b\n-\n"));
    assertThat(texts.texts()).containsOnlyKeys("policy.yaml");
  }

  @Test
  void whatARoleSeesIsToldByRoleAndType() {
    views(POLICY);
    assertThat(views(POLICY + "# a word\n")).as("a comment changes no view").isEmpty();
    assertThat(
            views(
                POLICY.replace(
                    "[active, deceased, link, gender, birthDate]",
                    "[active, deceased, link, gender]")))
        .containsExactly("clerk Patient");
    assertThat(views(POLICY.replace("purpose: [HPAYMT]", "purpose: [HPAYMT, TREAT]")))
        .containsExactly("clerk Coverage,Patient");
    assertThat(
            views(
                POLICY.replace(
                    "Patient: {do: [read, search], show: all}",
                    "Patient: {do: [read, search], show: all, change: {birthDate: year}}")))
        .contains("doctor Patient");
    assertThat(views(POLICY.replace("clerk:", "cashier:")))
        .contains("cashier Coverage,Patient", "clerk Coverage,Patient");
  }

  @Test
  void beforeAndAfterAreTheSameForTheSameView() {
    views(POLICY);
    RoleView there =
        view(
            POLICY.replace(
                "[active, deceased, link, gender, birthDate]", "[active, deceased, link, gender]"));
    RoleView back = view(POLICY);
    assertThat(there.before()).isEqualTo(back.after()).matches("[0-9a-f]{64}");
    assertThat(there.after()).isEqualTo(back.before()).isNotEqualTo(back.after());
  }

  private RoleView view(String policy) {
    return load(sources(policy, Map.of())).stream()
        .filter(RoleView.class::isInstance)
        .map(RoleView.class::cast)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void aLongDifferenceGoesOnInTheNextRecordsAndAnInterruptedOneIsNotHalfTaken() throws IOException {
    StringBuilder codes = new StringBuilder();
    for (int i = 0; i < 9_000; i++) {
      codes.append("http://snomed.info/sct,").append(i).append(",\uD83D\uDE00\n");
    }
    Sources now = sources(POLICY, Map.of("codes.csv", codes.toString()));
    List<JournalEntry> changes = ConfigChanges.of(texts, now);
    assertThat(changes.size()).isGreaterThan(5);
    int half = changes.size() / 2;
    changes.subList(0, half).forEach(this::apply);
    LoadedTexts later = again();
    assertThat(later.texts()).doesNotContainKey("codes.csv");
    // A snapshot in between, and the rest.
    changes.subList(half, changes.size()).forEach(this::apply);
    for (JournalEntry entry : changes.subList(half, changes.size())) {
      later.apply(new JournalReader.Entry(seq++, Instant.EPOCH, -1, entry));
    }
    assertThat(texts.texts().get("codes.csv").text()).isEqualTo(codes.toString());
    assertThat(later.texts()).isEqualTo(texts.texts());
    assertThat(again().texts()).isEqualTo(texts.texts());
    // Cut off by a stop: the next load tells it from the beginning.
    Sources other = sources(POLICY, Map.of("codes.csv", codes.reverse().toString()));
    ConfigChanges.of(texts, other).stream().limit(2).forEach(this::apply);
    load(other);
    assertThat(texts.texts().get("codes.csv").text()).isEqualTo(codes.toString());
  }

  @Test
  void ofAHugeFileTheHashesAreTold() {
    String huge = "x".repeat(LoadedTexts.CHARS_MAX + 1);
    load(sources(POLICY, Map.of("huge", huge)));
    assertThat(texts.texts().get("huge"))
        .isEqualTo(new LoadedTexts.Text(LoadedTexts.sha256(huge), null));
    assertThat(load(sources(POLICY, Map.of("huge", huge)))).isEmpty();
    List<JournalEntry> small = load(sources(POLICY, Map.of("huge", "small")));
    assertThat(small)
        .containsExactly(
            new ConfigDiff(
                "huge",
                LoadedTexts.sha256(huge),
                LoadedTexts.sha256("small"),
                1,
                1,
                "@@ -0,0 +1,1 @@\n+small\n"));
    assertThat(texts.texts().get("huge").text()).isEqualTo("small");
  }

  private LoadedTexts again() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    texts.write(new DataOutputStream(bytes));
    LoadedTexts read = new LoadedTexts();
    read.read(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));
    return read;
  }
}
