package io.sallyport.policy.redact;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.policy.AudienceKey;
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
  void withoutATableAnIdThatIsTooLongHasNoneAsWhatIsNoId() {
    assertThat(ONE.of("Patient", "a".repeat(41))).hasSize(64);
    for (String id : List.of("", "a".repeat(42), "a".repeat(64), "a_b", "a/b", "\u00e9", "a b")) {
      assertThat(ONE.of("Patient", id)).as(id).isNull();
    }
  }

  @Test
  void aLongIdIsKeptAndItsPseudonymLooksLikeAnyOther() {
    Map<String, String> table = new HashMap<>();
    Pseudonyms keeping = new Pseudonyms(new Keeping(TestKey.of("one"), table));
    long seed = Seed.draw(PseudonymsTest.class);
    Random random = new Random(seed);
    for (int i = 0; i < 2_000; i++) {
      String type = TYPES.get(i % TYPES.size());
      String id = id(random, 42 + i % 23);
      String pseudonym = keeping.of(type, id);
      String about = type + "/" + id + ", seed " + seed;
      assertThat(pseudonym).as(about).matches("[A-Za-z0-9\\-.]{64}");
      assertThat(keeping.of(type, id)).as(about).isEqualTo(pseudonym);
      assertThat(keeping.id(type, pseudonym)).as(about).isEqualTo(id);
      assertThat(table).as(about).hasSize(i + 1);
      assertThat(keeping.id(TYPES.get((i + 1) % TYPES.size()), pseudonym)).as(about).isNull();
      assertThat(ONE.id(type, pseudonym)).as("without the table: " + about).isNull();
      assertThat(OTHER.id(type, pseudonym)).as(about).isNull();
    }
    String same = id(random, 50);
    assertThat(keeping.of("Patient", same)).isNotEqualTo(keeping.of("Encounter", same));
    // A short one needs no table and is the same with it.
    assertThat(keeping.of("Patient", "p1")).isEqualTo(ONE.of("Patient", "p1"));
  }

  /** A key with a table. */
  private record Keeping(AudienceKey key, Map<String, String> table) implements AudienceKey {
    @Override
    public byte[] seal(byte[] plain, byte[] context) {
      return key.seal(plain, context);
    }

    @Override
    public byte[] open(byte[] sealed, byte[] context) {
      return key.open(sealed, context);
    }

    @Override
    public byte[] mac(byte[] text) {
      return key.mac(text);
    }

    @Override
    public boolean keep(String tag, String id) {
      return table.putIfAbsent(tag, id) == null || table.get(tag).equals(id);
    }

    @Override
    public String kept(String tag) {
      return table.get(tag);
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
