package io.sallyport.policy;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.policy.fhir.Definitions;
import io.sallyport.policy.fhir.Definitions.Element;
import io.sallyport.policy.fhir.Definitions.Kind;
import io.sallyport.policy.redact.View;
import io.sallyport.policy.redact.View.Visibility;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A role with a preset never shows more than the preset. */
class PresetTest {
  private static final Path ROOT = Path.of(System.getProperty("sallyport.root", ".."));
  private static final Definitions R4 = Definitions.r4();
  private static final List<String> TYPES =
      List.of("Patient", "Condition", "Observation", "Encounter", "Procedure", "MedicationRequest");

  private final List<String> problems = new ArrayList<>();

  private PolicySet policy(String role) {
    problems.clear();
    return PolicySet.read(
        "p.yaml",
        """
        policy: 1
        fhir: R4
        identity: {role: {claim: roles}}
        roles:
          r:
            purpose: [HRESCH]
        %s
        """
            .formatted(role.indent(4)),
        problem -> problems.add(problem.toString()));
  }

  private View view(String role) {
    PolicySet policy = policy(role);
    assertThat(policy).as("%s", problems).isNotNull();
    return policy.view("r");
  }

  private static View shipped(String name) {
    try {
      String text = Files.readString(ROOT.resolve("config-samples/policies/" + name + ".yaml"));
      return PolicySet.read(name, text, problem -> {}).view(name);
    } catch (IOException missing) {
      throw new AssertionError(missing);
    }
  }

  /** Every primitive that a view shows of a type, and what it is shown as. */
  private static TreeMap<String, String> leaves(View view, String type) {
    TreeMap<String, String> leaves = new TreeMap<>();
    leaves(view, type, type, List.of(), leaves);
    return leaves;
  }

  private static void leaves(
      View view, String path, String type, List<String> in, TreeMap<String, String> to) {
    List<String> chain = new ArrayList<>(in);
    chain.add(type);
    for (Element element : R4.type(type).elements()) {
      for (String of : element.types()) {
        String typed = Character.toUpperCase(of.charAt(0)) + of.substring(1);
        String here = path + "." + element.name() + (element.choice() ? typed : "");
        if (view.visibility(here) == Visibility.HIDDEN || chain.contains(of)) {
          continue;
        }
        if (R4.type(of).kind() == Kind.PRIMITIVE) {
          to.put(here, view.changed(here));
        } else {
          leaves(view, here, of, chain, to);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"safe-harbor", "limited-data-set"})
  void allOfATypeIsWhatThePresetShowsOfIt(String preset) {
    View shipped = shipped(preset);
    for (String type : TYPES) {
      View view = view("preset: " + preset + "\ntypes: {" + type + ": {do: [read], show: all}}");
      assertThat(leaves(view, type)).as(type).isEqualTo(leaves(shipped, type)).isNotEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"safe-harbor", "limited-data-set"})
  void aListOnlyTakesAway(String preset) {
    View shipped = shipped(preset);
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    int shown = 0;
    for (int round = 0; round < 60; round++) {
      String type = TYPES.get(random.nextInt(TYPES.size()));
      List<String> paths = new ArrayList<>();
      for (Element element : R4.type(type).elements()) {
        String of = element.types().get(random.nextInt(element.types().size()));
        String typed = Character.toUpperCase(of.charAt(0)) + of.substring(1);
        String path = element.name() + (element.choice() && random.nextBoolean() ? typed : "");
        List<Element> below = R4.type(of).elements();
        boolean deeper = path.length() == element.name().length() ? !element.choice() : true;
        if (deeper && random.nextBoolean() && !below.isEmpty() && !of.equals("Resource")) {
          path += "." + below.get(random.nextInt(below.size())).name();
        }
        paths.add(path);
      }
      Collections.shuffle(paths, random);
      List<String> some = paths.subList(0, 1 + random.nextInt(paths.size()));
      List<String> risks = new ArrayList<>();
      R4.type(type).elements().stream()
          .filter(Element::modifier)
          .forEach(element -> risks.add(element.name() + ": r"));
      PolicySet policy =
          policy(
              "preset: "
                  + preset
                  + "\ntypes:\n  "
                  + type
                  + ": {do: [read], show: "
                  + some
                  + ", accept-risk: {"
                  + String.join(", ", risks)
                  + "}}");
      if (policy == null) {
        // A modifier further down that is left out: it must be accepted by its own path.
        assertThat(problems).anyMatch(problem -> problem.contains("E-MODIFIER"));
        continue;
      }
      TreeMap<String, String> most = leaves(shipped, type);
      TreeMap<String, String> seen = leaves(policy.view("r"), type);
      assertThat(most.entrySet()).as("%s, seed %d", some, seed).containsAll(seen.entrySet());
      shown += seen.size();
    }
    assertThat(shown).isGreaterThan(200);
  }

  @Test
  void aLongerPathOfEitherIsWhatIsLeft() {
    View view =
        view(
            "preset: limited-data-set\ntypes: {Observation: {do: [read], show: [status, code, value, "
                + "note, effectivePeriod.start], hide: [valueBoolean]}}");
    assertThat(leaves(view, "Observation"))
        .containsKeys(
            "Observation.status",
            "Observation.code.coding.code",
            "Observation.valueQuantity.value",
            "Observation.effectivePeriod.start")
        .doesNotContainKeys(
            "Observation.code.text",
            "Observation.valueString",
            "Observation.valueBoolean",
            "Observation.note.text",
            "Observation.effectivePeriod.end",
            "Observation.effectiveDateTime");
    assertThat(problems).anyMatch(p -> p.contains("'note' is not shown") && p.contains("W-PRESET"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "preset: safe-harbour\\ntypes: {Patient: {do: [read], show: all}}|Did you mean 'safe-harbor'?",
        "preset: safe-harbor\\ntypes: {Claim: {do: [read], show: all}}|does not show this type",
        "preset: safe-harbor\\nversions: show\\ntypes: {Patient: {do: [read], show: all}}|r.versions: would show",
        "preset: safe-harbor\\nderived: keep\\ntypes: {Patient: {do: [read], show: all}}|r.derived: would show",
        "preset: safe-harbor\\nchange: {date: hash}\\ntypes: {Patient: {do: [read], show: all}}|r.change: would show",
        "preset: safe-harbor\\ntypes: {Patient: {do: [read], show: all, change: {deceasedDateTime: hash}}}|as 'year' already"
      })
  void whatWouldShowMoreIsAnError(String role, String why) {
    assertThat(policy(role.replace("\\n", "\n"))).isNull();
    assertThat(problems).anyMatch(problem -> problem.contains(why) && problem.contains("E-PRESET"));
  }

  @Test
  void aStarIsTheTypesOfThePreset() {
    View view = view("preset: safe-harbor\ntypes: {\"*\": {do: [read], show: all}}");
    assertThat(view.shows("Patient")).isTrue();
    assertThat(view.shows("Claim")).isFalse();
  }
}
