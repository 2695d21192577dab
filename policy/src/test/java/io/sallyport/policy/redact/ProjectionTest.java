package io.sallyport.policy.redact;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.policy.Refusal;
import io.sallyport.policy.fhir.Results;
import io.sallyport.policy.redact.Examples.Example;
import io.sallyport.policy.redact.Redactor.Layer;
import io.sallyport.policy.redact.naive.Tree;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a caller asks for is a part of what the view shows, and facts are those of the whole. */
class ProjectionTest {
  private static final String SUBSETTED =
      "{\"system\":\"http://terminology.hl7.org/CodeSystem/v3-ObservationValue\",\"code\":\"SUBSETTED\"}";

  private static final String OBSERVATION =
      """
      {"resourceType":"Observation","id":"o1","meta":{"profile":["urn:p"]},
       "text":{"status":"generated","div":"<div xmlns='http://www.w3.org/1999/xhtml'>seen</div>"},
       "identifier":[{"system":"urn:s","value":"v","assigner":{"display":"a"}}],
       "modifierExtension":[{"url":"urn:not","valueBoolean":true}],
       "status":"final","_status":{"id":"s"},"code":{"text":"pulse"},
       "subject":{"reference":"Patient/p1"},"performer":[{"reference":"Patient/p2"}],
       "note":[{"text":"free"}],"valueQuantity":{"value":60,"unit":"/min"},"_valueString":{"id":"x"},
       "component":[{"code":{"text":"c"},"referenceRange":[{"text":"r"}]}]}
      """;

  private final View all = Views.everything().compile();

  @Test
  void theElementsAskedForStayWithThoseThatMustBeThereAndThoseThatChangeMeaning() {
    assertThat(element(all, elements("value", "note")))
        .isEqualToIgnoringWhitespace(
            """
            {"resourceType":"Observation","id":"o1","meta":{"profile":["urn:p"]},
             "modifierExtension":[{"url":"urn:not","valueBoolean":true}],
             "status":"final","_status":{"id":"s"},"code":{"text":"pulse"},
             "note":[{"text":"free"}],"valueQuantity":{"value":60,"unit":"/min"},"_valueString":{"id":"x"}}
            """);
  }

  @Test
  void aSummaryGoesToEveryDepth() {
    assertThat(element(all, summary("true")))
        .isEqualToIgnoringWhitespace(
            """
            {"resourceType":"Observation","id":"o1","meta":{"profile":["urn:p"]},
             "identifier":[{"system":"urn:s","value":"v","assigner":{"display":"a"}}],
             "modifierExtension":[{"url":"urn:not","valueBoolean":true}],
             "status":"final","_status":{"id":"s"},"code":{"text":"pulse"},
             "subject":{"reference":"Patient/p1"},"performer":[{"reference":"Patient/p2"}],
             "valueQuantity":{"value":60,"unit":"/min"},"_valueString":{"id":"x"},
             "component":[{"code":{"text":"c"}}]}
            """);
  }

  @Test
  void textIsTheNarrativeAndDataAllButIt() {
    assertThat(element(all, summary("text")))
        .contains(">seen<", "\"status\":\"final\"", "pulse", "urn:not")
        .doesNotContain("identifier", "subject", "free");
    assertThat(element(all, summary("data"))).contains("identifier", "free").doesNotContain("seen");
    assertThat(element(all, summary("false"))).isEqualTo(OBSERVATION);
  }

  @Test
  void whatTheViewHidesIsNotThereForTheAsking() {
    View view = Views.role().all("Observation", "note", "text").compile();
    assertThat(element(view, elements("note", "text"))).doesNotContain("free", "seen");
    assertThat(exchange(view, summary("text"))).doesNotContain("seen");
  }

  /** Leak row A12: an answer that was cut before it was judged would belong to nobody. */
  @Test
  @Tag("A12")
  void whomAResourceIsAboutIsTakenFromAllOfIt() {
    for (Results results : List.of(elements("status"), summary("text"), summary("true"))) {
      Redacted redacted =
          Views.redact(
              new Redactor(Limits.DEFAULT),
              all.projected(results),
              Layer.EXCHANGE,
              OBSERVATION.getBytes(StandardCharsets.UTF_8));
      assertThat(redacted.facts().get(0).patients()).as("%s", results).contains("p1");
      assertThat(redacted.facts().get(0).id()).isEqualTo("o1");
      assertThat(redacted.length()).isEqualTo(Views.bytes(redacted).length);
    }
    assertThat(exchange(all, elements("status"))).doesNotContain("Patient/");
  }

  @Test
  void anAnswerSaysThatItIsASubsetWhateverTheRoleIsLabelledWith() {
    Views unlabelled = Views.role().all("Observation", "note");
    unlabelled.tags = Set.of();
    assertThat(exchange(unlabelled.compile(), elements("status")))
        .contains("\"tag\":[" + SUBSETTED + "]")
        .doesNotContain("REDACTED");
    assertThat(exchange(all, elements("status"))).contains("\"tag\":[" + SUBSETTED + "]");
    assertThat(exchange(all, summary("data"))).contains(SUBSETTED);
    assertThat(exchange(all, Results.PLAIN)).isEqualTo(OBSERVATION.strip());
    assertThat(exchange(all, summary("false"))).doesNotContain("SUBSETTED");
    View part = Views.role().all("Observation", "note").compile();
    assertThat(exchange(part, elements("status"))).contains("REDACTED").containsOnlyOnce(SUBSETTED);
  }

  @Test
  void aPlaceOfAHiddenElementThatMustBeThereStaysWithWhatIsLeft() {
    Views views = Views.role().all("Observation", "code");
    View view = views.compile();
    assertThat(exchange(view, elements("note")))
        .contains("\"note\":[{\"text\":\"free\"}],\"code\":{\"extension\"");
    // Nothing of the component is left but the place, so that it goes.
    View deep = Views.role().all("Observation", "component.code").compile();
    assertThat(exchange(deep, summary("true"))).doesNotContain("component");
    assertThat(exchange(deep, elements("component"))).contains("component", "data-absent-reason");
  }

  /** Whatever is asked of whatever view: what is left is FHIR's JSON, and no label is lost. */
  @Test
  void whatIsLeftOfAnythingIsWhole() throws IOException {
    Random random = new Random(Seed.draw(ProjectionTest.class));
    List<Example> examples = new ArrayList<>(Examples.published());
    Collections.shuffle(examples, random);
    Redactor redactor = new Redactor(Limits.DEFAULT);
    int looked = 0;
    for (Example example : examples.subList(0, 1500)) {
      Tree tree = Tree.parse(example.json());
      PolicyMaker maker = new PolicyMaker(tree, random);
      View view = PolicyMaker.view(maker.next()).projected(maker.results());
      byte[] left;
      try {
        left = Views.bytes(Views.redact(redactor, view, Layer.EXCHANGE, example.json()));
      } catch (Refusal withheld) {
        continue;
      }
      looked++;
      assertThat(Views.string(Views.redact(redactor, all, Layer.ELEMENT, left)))
          .as("%s", example)
          .contains("SUBSETTED")
          .hasSize(new String(left, StandardCharsets.UTF_8).length());
    }
    assertThat(looked).isGreaterThan(1000);
  }

  private static Results elements(String... names) {
    return new Results("", List.of(names), "");
  }

  private static Results summary(String word) {
    return new Results(word, List.of(), "");
  }

  private static String element(View view, Results results) {
    return Views.redact(view.projected(results), Layer.ELEMENT, OBSERVATION);
  }

  private static String exchange(View view, Results results) {
    return Views.redact(view.projected(results), Layer.EXCHANGE, OBSERVATION);
  }
}
