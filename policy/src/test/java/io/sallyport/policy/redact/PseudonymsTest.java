package io.sallyport.policy.redact;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.policy.TestKey;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What holds of all pseudonyms, and what is none. */
class PseudonymsTest {
  private static final String ALPHABET =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-.";
  private static final List<String> TYPES = List.of("Patient", "Observation", "Encounter", "#");

  private static final Pseudonyms ONE = new Pseudonyms(TestKey.of("one"));
  private static final Pseudonyms OTHER = new Pseudonyms(TestKey.of("other"));

  private static String id(Random random, int length) {
    StringBuilder id = new StringBuilder();
    for (int i = 0; i < length; i++) {
      id.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
    }
    return id.toString();
  }

  @Test
  void everyIdUpToItsLengthHasOneThatLeadsBackAndIsNoOthers() {
    long seed = Seed.draw(PseudonymsTest.class);
    Random random = new Random(seed);
    Map<String, String> made = new HashMap<>();
    for (int i = 0; i < 20_000; i++) {
      String type = TYPES.get(random.nextInt(TYPES.size()));
      String id = id(random, 1 + i % Pseudonyms.ID_CHARS_MAX);
      String pseudonym = ONE.of(type, id);
      String about = type + "/" + id + ", seed " + seed;
      assertThat(pseudonym).as(about).matches("[A-Za-z0-9\\-.]{64}").isNotEqualTo(id);
      assertThat(ONE.id(type, pseudonym)).as(about).isEqualTo(id);
      assertThat(new Pseudonyms(TestKey.of("one")).of(type, id)).as(about).isEqualTo(pseudonym);
      assertThat(made.putIfAbsent(pseudonym, type + "/" + id))
          .as(about)
          .isIn(null, type + "/" + id);
      assertThat(OTHER.of(type, id)).as(about).isNotEqualTo(pseudonym);
      assertThat(OTHER.id(type, pseudonym)).as(about).isNull();
      String another = TYPES.get((TYPES.indexOf(type) + 1) % TYPES.size());
      assertThat(ONE.of(another, id)).as(about).isNotEqualTo(pseudonym);
      assertThat(ONE.id(another, pseudonym)).as(about).isNull();
    }
  }

  @Test
  void oneThatDiffersInACharacterIsNone() {
    long seed = Seed.draw(PseudonymsTest.class);
    Random random = new Random(seed);
    String pseudonym = ONE.of("Patient", "p1");
    for (int i = 0; i < 64; i++) {
      char other = ALPHABET.charAt(random.nextInt(64));
      if (other != pseudonym.charAt(i)) {
        String changed = pseudonym.substring(0, i) + other + pseudonym.substring(i + 1);
        assertThat(ONE.id("Patient", changed)).as("seed " + seed).isNull();
      }
    }
  }

  @Test
  void idsThatDifferLittleHaveNothingInCommon() {
    Set<String> starts = new HashSet<>();
    for (int i = 0; i < 1000; i++) {
      starts.add(ONE.of("Patient", String.valueOf(i)).substring(0, 8));
    }
    assertThat(starts).hasSize(1000);
    assertThat(ONE.of("Patient", "a")).isNotEqualTo(ONE.of("Patient", "aA"));
    assertThat(ONE.of("Patient", "A")).isNotEqualTo(ONE.of("Patient", "AA"));
  }

  @Test
  void anIdThatIsTooLongOrNoneHasNone() {
    assertThat(ONE.of("Patient", "a".repeat(41))).hasSize(64);
    for (String id : List.of("", "a".repeat(42), "a".repeat(64), "a_b", "a/b", "\u00e9", "a b")) {
      assertThat(ONE.of("Patient", id)).as(id).isNull();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "p1", "../x", "\u00e9", "a_b"})
  void whatIsNoPseudonymLeadsNowhere(String text) {
    assertThat(ONE.id("Patient", text)).isNull();
    assertThat(ONE.id("Patient", "A".repeat(64))).isNull();
    assertThat(ONE.id("Patient", "A".repeat(63) + "_")).isNull();
    assertThat(ONE.id("Patient", ONE.of("Patient", "p1") + "A")).isNull();
  }
}
