package io.sallyport.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A policy's author is told which free text stays visible. */
class FreeTextWarningsTest {
  private static final Path ROOT = Path.of(System.getProperty("sallyport.root", ".."));

  @Test
  @Tag("C7")
  void aRoleIsToldOncePerTypeWhereItStands() {
    assertThat(warnings("Observation: {do: [read], show: [status, code, value, note]}"))
        .singleElement()
        .asString()
        .startsWith("p.yaml:7:7  roles.a.types.Observation: ")
        .endsWith(": valueString, note.authorString, note.text [W-FREETEXT]");
  }

  @Test
  void whatIsNotListedOrHiddenOrChangedIsNotNamed() {
    assertThat(warnings("Observation: {do: [read], show: [status, code.coding, effective]}"))
        .isEmpty();
    assertThat(
            warnings(
                "Observation: {do: [read], show: [status, code, value, note],"
                    + " change: {valueString: {replace: 'x'}}, hide: [note.text, note.author]}"))
        .isEmpty();
    assertThat(
            warnings("Observation: {do: [read], show: [status, code.text, code.coding.display]}"))
        .singleElement()
        .asString()
        .endsWith(": code.text, code.coding.display [W-FREETEXT]");
  }

  @Test
  void moreThanAPersonReadsIsCounted() {
    assertThat(warnings("Observation: {do: [read], show: all, hide: [note]}"))
        .singleElement()
        .asString()
        .contains("valueString, ")
        .doesNotContain("note.text", "text.div", "extension")
        .matches(".* and [0-9]+ more \\[W-FREETEXT]");
  }

  @Test
  void aNarrativeIsNamedWhereItStays() {
    assertThat(warnings("Observation: {do: [read], show: all, hide: [note]}\n    derived: keep"))
        .anySatisfy(w -> assertThat(w).contains(": text, "));
  }

  @Test
  void aStarThatShowsAllSaysSoItself() {
    assertThat(warnings("'*compartment': {do: [read], show: all}")).isEmpty();
  }

  @Test
  void theSamplesForDeIdentificationShowNone() throws IOException {
    for (String sample : List.of("safe-harbor", "limited-data-set")) {
      String text = Files.readString(ROOT.resolve("config-samples/policies/" + sample + ".yaml"));
      List<String> told = new ArrayList<>();
      PolicySet.read(sample, text, problem -> {}).tellFreeText(problem -> told.add(problem.code()));
      assertThat(told).as(sample).doesNotContain("W-FREETEXT").contains("W-MODIFIER");
    }
  }

  private static List<String> warnings(String types) {
    return told(types).stream().filter(told -> told.contains("W-FREETEXT")).toList();
  }

  private static List<String> told(String types) {
    List<String> told = new ArrayList<>();
    PolicySet policy =
        PolicySet.read(
            "p.yaml",
            """
        policy: 1
        identity: {role: {claim: r}, purpose: {claim: p}}
        roles:
          a:
            purpose: [TREAT]
            types:
        """
                + "      "
                + types
                + "\n",
            problem -> {});
    policy.tellFreeText(problem -> told.add(problem.toString()));
    return told;
  }
}
