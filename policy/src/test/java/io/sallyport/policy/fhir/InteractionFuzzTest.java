package io.sallyport.policy.fhir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sallyport.policy.Refusal;
import io.sallyport.policy.fhir.Interaction.Kind;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Any bytes at all: a request is refused by us, or it is understood and what we send on means the
 * same. A failure names the seed it is repeated with.
 */
class InteractionFuzzTest {
  private static final int RUNS = 30_000;
  private static final String SYNTAX = "%+&=?/:;,|\\#\"25~$";

  private static final List<String> GOOD =
      List.of(
          "Patient/123",
          "Patient/123/_history/4",
          "Patient?name:exact=Ann%20Lee&_count=5",
          "Observation?code=http://loinc.org|1234-5&date=ge2020-01-01&_sort=-date",
          "Patient?name=a+b,c%2Cd%5C,e&_format=json",
          "Observation?value-quantity=5.4%7Chttp://unitsofmeasure.org%7Cmg",
          "Patient?family=%C3%9C%F0%9F%8F%A5",
          "Observation?_elements=status,value,code&_total=none",
          "Patient?_summary=count&name=a",
          "Patient/1?_summary=true",
          "Observation?subject:Patient.family:exact=Lee&patient.general-practitioner.name=x",
          "Patient?_has:Condition:patient:_has:Provenance:target:agent=Practitioner%2F1",
          "metadata?_pretty=true");

  private final InteractionParser parser = new InteractionParser(Definitions.r4());
  private final long seed = System.nanoTime();
  private final Random random = new Random(seed);
  private int understood;

  @Test
  @Tag("A18")
  @Tag("F10")
  void randomBytesAreRefusedByUsOrMeanTheSame() {
    for (int i = 0; i < RUNS; i++) {
      byte[] bytes = new byte[random.nextInt(60)];
      random.nextBytes(bytes);
      String text = new String(bytes, StandardCharsets.ISO_8859_1);
      int question = text.indexOf('?');
      String path = question < 0 ? text : text.substring(0, question);
      String query = question < 0 ? null : text.substring(question + 1);
      holds("GET", random.nextBoolean() ? path : "Patient", query, "", null);
      holds("POST", "Patient/_search", query, "application/x-www-form-urlencoded", bytes);
      holds("POST", path, null, text, bytes);
    }
  }

  @Test
  void damagedRequestsAreRefusedByUsOrMeanTheSame() {
    for (int i = 0; i < RUNS; i++) {
      byte[] bytes =
          GOOD.get(random.nextInt(GOOD.size())).getBytes(StandardCharsets.ISO_8859_1).clone();
      for (int n = random.nextInt(4); n > 0; n--) {
        bytes[random.nextInt(bytes.length)] =
            random.nextBoolean()
                ? (byte) random.nextInt(256)
                : (byte) SYNTAX.charAt(random.nextInt(SYNTAX.length()));
      }
      String text = new String(bytes, StandardCharsets.ISO_8859_1);
      int question = text.indexOf('?');
      String path = question < 0 ? text : text.substring(0, question);
      String query = question < 0 ? null : text.substring(question + 1);
      holds("GET", path, query, "", null);
      if (query != null) {
        holds(
            "POST",
            path + "/_search",
            null,
            "application/x-www-form-urlencoded",
            query.getBytes(StandardCharsets.ISO_8859_1));
      }
    }
    assertThat(understood).as("seed %d", seed).isGreaterThan(RUNS / 10);
  }

  private void holds(String method, String path, String query, String contentType, byte[] form) {
    Interaction asked;
    try {
      asked = parser.parse(method, path, query, contentType, form);
    } catch (Refusal refused) {
      assertThat(refused.reason().status()).as("seed %d", seed).isBetween(400, 499);
      return;
    } catch (RuntimeException ours) {
      throw new AssertionError("seed " + seed + ": " + method + " " + path + "?" + query, ours);
    }
    understood++;
    String sent = InteractionParser.canonical(asked);
    assertThat(sent).as("seed %d", seed).matches("[A-Za-z0-9\\-._~,:|/$@%?&=]*");
    int question = sent.indexOf('?');
    Interaction again =
        parser.parse(
            "GET",
            question < 0 ? sent : sent.substring(0, question),
            question < 0 ? null : sent.substring(question + 1),
            "",
            null);
    assertThat(again).as("seed %d: %s", seed, sent).isEqualTo(asked);
    assertThat(InteractionParser.canonical(again)).as("seed %d", seed).isEqualTo(sent);
  }

  @Test
  void everyBoundHoldsAtItsLastValueAndRefusesTheNext() {
    bound("Patient/", "a", 64, "");
    bound("Patient/1/_history/", "a", 64, "");
    bound("Patient?name=", "a", 4096, "");
    bound("Patient?n", "a", 63, "=x");
    bound("Patient?name:", "a", 127, "=x");
    bound("Patient?name=x", "&name=x", 99, "");
    assertThat(get("Patient?_count=1000").kind()).isEqualTo(Kind.SEARCH);
    refused("Patient?_count=1001");
    refused("Patient?_count=00001");
    refused("Patient?_count=-1");
    refused("Patient?_count=%D9%A1"); // a digit, but of another script
    // Two UTF-16 units for one character: what counts is what is held.
    refused("Patient?name=" + "%F0%9F%8F%A5".repeat(2049));
  }

  private void bound(String before, String unit, int most, String after) {
    assertThat(get(before + unit.repeat(most) + after)).as(before).isNotNull();
    refused(before + unit.repeat(most + 1) + after);
  }

  private void refused(String target) {
    assertThatThrownBy(() -> get(target)).as(target).isInstanceOf(Refusal.class);
  }

  private Interaction get(String target) {
    int question = target.indexOf('?');
    return parser.parse(
        "GET",
        question < 0 ? target : target.substring(0, question),
        question < 0 ? null : target.substring(question + 1),
        "",
        null);
  }
}
