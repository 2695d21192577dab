package io.sallyport.policy.redact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sallyport.policy.Refusal;
import io.sallyport.policy.fhir.Definitions;
import io.sallyport.policy.redact.Redactor.Layer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** No key comes twice: known or not, few or many, however it is written. */
class DuplicatesTest {
  private static final View VIEW = Views.everything("**.display").compile();

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 15, 16, 17, 18, 300})
  void amongUnknownKeysAtEveryPlace(int keys) {
    Random random = new Random(keys);
    for (String outer : List.of("\"x\":{%s}", "\"name\":[{%s}]", "%s")) {
      List<String> members = new ArrayList<>();
      for (int i = 0; i < keys; i++) {
        members.add("\"k" + i + "\":" + i);
      }
      assertThat(redact(outer, members)).doesNotContain("\"k");
      for (int i = 0; i < Math.min(keys, 20); i++) {
        int which = random.nextInt(keys);
        for (String again : List.of("\"k" + which, "\"\\u006b" + which)) {
          List<String> twice = new ArrayList<>(members);
          twice.add(random.nextInt(keys + 1), again + "\":0");
          Collections.rotate(twice, random.nextInt(keys));
          assertThatThrownBy(() -> redact(outer, twice))
              .as("%s in %s", again, twice)
              .isInstanceOf(Refusal.class)
              .hasMessageContaining("duplicate key");
        }
      }
    }
  }

  @Test
  void theSameKeyInTwoObjectsIsNoDuplicate() {
    assertThat(redact("%s", List.of("\"x\":{\"a\":1}", "\"y\":[{\"a\":1},{\"a\":1,\"x\":1}]")))
        .isEqualTo("{\"resourceType\":\"Patient\"}");
  }

  @Test
  @Tag("G1")
  void amongTheKeysOfEveryTypeHoweverWide() {
    for (Definitions.Type type : Definitions.r4().types()) {
      if (type.kind() != Definitions.Kind.RESOURCE || !Definitions.r4().isResource(type.name())) {
        continue;
      }
      for (Definitions.Element element : type.elements()) {
        for (String of : element.types()) {
          String key = element.choice() ? element.name() + PathRule.capital(of) : element.name();
          String json =
              "{\"resourceType\":\"" + type.name() + "\",\"" + key + "\":1,\"" + key + "\":1}";
          assertThatThrownBy(() -> Views.redact(VIEW, Layer.ELEMENT, json))
              .as(json)
              .hasMessageContaining("duplicate key");
        }
      }
    }
    // The widest: more keys than the walker has bits.
    List<String> members = new ArrayList<>();
    for (Definitions.Element element : Definitions.r4().type("ElementDefinition").elements()) {
      for (String of : element.types()) {
        members.add(
            "\""
                + (element.choice() ? element.name() + PathRule.capital(of) : element.name())
                + "\":1");
      }
    }
    assertThat(members).hasSizeGreaterThan(128);
    String type = "{\"resourceType\":\"StructureDefinition\",\"snapshot\":{\"element\":[{";
    Views.redact(VIEW, Layer.ELEMENT, type + String.join(",", members) + "}]}}");
    for (String member : members) {
      assertThatThrownBy(
              () ->
                  Views.redact(
                      VIEW,
                      Layer.ELEMENT,
                      type + String.join(",", members) + "," + member + "}]}}"))
          .as(member)
          .hasMessageContaining("duplicate key");
    }
  }

  private static String redact(String outer, List<String> members) {
    return Views.redact(
        VIEW,
        Layer.ELEMENT,
        "{\"resourceType\":\"Patient\"," + outer.formatted(String.join(",", members)) + "}");
  }
}
