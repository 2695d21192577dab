package io.sallyport.policy.redact;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.policy.Problem;
import io.sallyport.policy.TestKey;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What each method of {@code change:} makes of values; "gone" stands for what it cannot read. */
class MethodsTest {
  private static RedactionMethod method(String written, List<Problem> problems) {
    return Methods.of(Views.changed("e", written), problems::add);
  }

  private static String made(String written, String value, String unit) {
    return made(written, "decimal", value, new Beside(unit, "", null));
  }

  private static String made(String written, String type, String value, Beside beside) {
    RedactionMethod method = method(written, new ArrayList<>()).of(type);
    return method.redact(value, beside).orElse("gone");
  }

  @ParameterizedTest
  @CsvSource({
    "1974, 1974",
    "1974-12, 1974",
    "1974-12-25, 1974",
    "1974-12-25T14:35:45.123-05:00, 1974",
    "1974-12-25T14:35Z, 1974",
    "74-12-25, gone",
    "1974-13-25, gone",
    "1974-12-25T, gone",
    "1974-12-25 born at noon, gone",
    "19741225, gone",
    "25.12.1974, gone",
    "'', gone",
    "'1974 ', gone",
    "\u0661\u0669\u0667\u0664, gone",
    "\uff11\uff19\uff17\uff14-12, gone",
  })
  void year(String value, String made) {
    assertThat(made("year", value, "")).isEqualTo(made);
  }

  @ParameterizedTest
  @CsvSource({
    "02139, 021",
    "02139-4307, 021",
    "021394307, 021",
    "03601, 000",
    "20500, 000",
    "36901-1234, 000",
    "89301, 000",
    "021, gone",
    "0213, gone",
    "02139-43, gone",
    "SW1A 1AA, gone",
    "' 02139', gone",
    "'', gone",
    "\u0660\u0662\u0661\u0663\u0669, gone",
  })
  void zip3(String value, String made) {
    assertThat(made("zip3", value, "")).isEqualTo(made);
  }

  @Test
  void theRestrictedAreasAreTheUnionOfBothLists() {
    int restricted = 0;
    for (int area = 0; area < 1000; area++) {
      String digits = String.format("%03d", area);
      String made = made("zip3", digits + "01", "");
      assertThat(made).isIn(digits, "000");
      restricted += made.equals(digits) ? 0 : 1;
    }
    assertThat(restricted).isEqualTo(19);
  }

  @ParameterizedTest
  @CsvSource({
    "89, a, 89",
    "90, a, 90",
    "117, a, 90",
    "89.5, a, 90",
    "1e2, a, 90",
    "0, a, 0",
    "95, '', 90",
    "100, mo, 100",
    "1081, mo, 1080",
    "1400, mo, 1080",
    "33000, d, 32850",
    "40, y, gone",
    "40, ?, gone",
    "-5, a, gone",
    "1e400, a, gone",
    "1e99, a, gone",
    "99999999999999999999999999999999999999999999999999999999, a, gone",
    "true, a, gone",
    "NaN, a, gone",
  })
  void ageCap(String value, String unit, String made) {
    assertThat(made("age-cap", value, unit)).isEqualTo(made);
  }

  @ParameterizedTest
  @CsvSource({
    "123-45-6789, 6789",
    "abcdWXYZ, WXYZ",
    "1234567, gone",
    "123456789-, gone",
    "1234567\u0668\u0668\u0668\u0668, gone",
    "'', gone",
    "'12\n34\n5678', 5678",
    "\ud83d\ude00\ud83d\ude00\ud83d\ude001234, gone",
    "\ud83d\ude00\ud83d\ude00\ud83d\ude00\ud83d\ude001234, 1234",
  })
  void last4(String value, String made) {
    assertThat(made("last4", value, "")).isEqualTo(made);
  }

  @ParameterizedTest
  @CsvSource({
    "5, 72.4, 70",
    "5, 72.5, 70",
    "5, 77.5, 80",
    "5, -72.6, -75",
    "0.25, 1, 1.00",
    "0.25, 1.3, 1.25",
    "100, 49, 0",
    "5.0, 11, 10",
    "1e1, 1.50e+2, 150",
    "5, -1, 0",
    "5, 1e18, gone",
    "5, 123456789012345678.4, 123456789012345680",
    "5, 1e999999999, gone",
    "5, false, gone",
  })
  void round(String step, String value, String made) {
    assertThat(made("round: " + step, value, "")).isEqualTo(made);
  }

  @Test
  void replaceIsAlwaysTheSame() {
    for (String value : List.of("", "x", "a longer value", "\u0000")) {
      assertThat(made("replace: withheld", value, "")).isEqualTo("withheld");
    }
  }

  @Test
  void hashIsTheKeysAndAsLongForAll() {
    String one = made("hash: {key: a}", "abc", "");
    assertThat(one).matches("[0-9a-f]{64}").isEqualTo(made("hash: {key: a}", "abc", ""));
    assertThat(made("hash: {key: b}", "abc", "")).isNotEqualTo(one);
    assertThat(made("hash: {key: a}", "abd", "")).isNotEqualTo(one);
    assertThat(made("hash: {key: a}", "x".repeat(100_000), "")).hasSize(64);
    // Not what a shift would make of a patient of that id.
    byte[] shift = TestKey.of("a").mac("shift\nabc".getBytes(StandardCharsets.UTF_8));
    assertThat(one).isNotEqualTo(HexFormat.of().formatHex(shift));
  }

  @ParameterizedTest
  @CsvSource({
    "1936-01-01, 2026-11-27, gone",
    "1936, 2026-01-01, gone",
    "1937-12-31, 2026-01-01, 1937",
    "1937-12-31, 2027-01-01, gone",
    "2026-11-28, 2026-11-27, 2026",
    "1937-12-31T10:00Z, 2026-01-01, 1937",
    "1890, 2026-01-01, gone",
    "37-12-31, 2026-01-01, gone",
    "1990, , gone",
  })
  void aYearOfBirthThatTellsAnAgeOver89Goes(String born, LocalDate today, String made) {
    assertThat(made("age-cap", "date", born, new Beside("", "", today))).isEqualTo(made);
  }

  private static String shifted(String days, String key, String patient, String value) {
    String written = "shift: {days: " + days + ", key: " + key + "}";
    return made(written, "dateTime", value, new Beside("", patient, null));
  }

  @Test
  void aPatientsDatesMoveTogetherByWholeDaysAndNeverByNone() {
    Set<Long> offsets = new TreeSet<>();
    for (int i = 0; i < 2000; i++) {
      LocalDate first = LocalDate.parse(shifted("5", "k", "p" + i, "2020-02-29"));
      LocalDate other = LocalDate.parse(shifted("5", "k", "p" + i, "1999-12-31"));
      long offset = ChronoUnit.DAYS.between(LocalDate.of(2020, 2, 29), first);
      assertThat(ChronoUnit.DAYS.between(LocalDate.of(1999, 12, 31), other)).isEqualTo(offset);
      offsets.add(offset);
    }
    assertThat(offsets).containsExactly(-5L, -4L, -3L, -2L, -1L, 1L, 2L, 3L, 4L, 5L);
  }

  @Test
  void anotherKeyMovesAnotherWay() {
    assertThat(IntStream.range(0, 20).mapToObj(i -> shifted("365", "k" + i, "p", "2020-02-29")))
        .doesNotHaveDuplicates();
  }

  @ParameterizedTest
  @CsvSource({
    "2020-02-29T23:59:59.123-05:00, T23:59:59.123-05:00",
    "2020-02-29T10:00Z, T10:00Z",
    "2020-02-29T23:59:60Z, T23:59:60Z",
    "2020-02-29, ''",
  })
  void theTimeOfDayAndItsZoneStay(String value, String rest) {
    String made = shifted("365", "k", "p", value);
    assertThat(made).isEqualTo(shifted("365", "k", "p", "2020-02-29") + rest);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "2020",
        "2020-02",
        "2019-02-29",
        "2020-02-30",
        "2020-13-01",
        "0000-01-01",
        "20200229",
        "2020-02-29T",
        "2020-02-29 and more",
        "+2020-02-29",
        ""
      })
  void whatNamesNoDayGoes(String value) {
    assertThat(shifted("365", "k", "p", value)).isEqualTo("gone");
  }

  @Test
  void aDateGoesThatWouldLeaveTheCalendarOrIsAboutNobody() {
    Set<Boolean> first = new TreeSet<>();
    Set<Boolean> last = new TreeSet<>();
    for (int i = 0; i < 50; i++) {
      first.add(shifted("365", "k", "p" + i, "0001-01-01").equals("gone"));
      last.add(shifted("365", "k", "p" + i, "9999-12-31").equals("gone"));
      assertThat(shifted("365", "k", "p" + i, "0003-01-01")).matches("000[1-4]-[0-9-]{5}");
    }
    assertThat(first).containsExactly(false, true);
    assertThat(last).containsExactly(false, true);
    assertThat(shifted("365", "k", "", "2020-02-29")).isEqualTo("gone");
  }

  @ParameterizedTest
  @CsvSource({
    "yaer, E-VALUE, Did you mean 'year'?",
    "zip5, E-VALUE, Did you mean 'zip3'?",
    "shift, E-VALUE, '{shift: {days: 365, key: irb-117}}'",
    "shift: 365, E-VALUE, '{shift: {days: 365,'",
    "shift: {days: 365}, E-VALUE, '{shift: {days: 365,'",
    "'shift: {days: 0, key: k}', E-VALUE, from 1 to 3650 days",
    "'shift: {days: 3651, key: k}', E-VALUE, from 1 to 3650 days",
    "'shift: {days: -5, key: k}', E-VALUE, from 1 to 3650 days",
    "'shift: {days: 5, key: k, from: 1}', E-VALUE, '{shift: {days: 365,'",
    "pseudonym, E-VALUE, 'pseudonym: {key: NAME} for the role'",
    "pseudonym: {key: k}, E-VALUE, 'pseudonym: {key: NAME} for the role'",
    "hash, E-VALUE, found by who tries all names",
    "hash: k, E-VALUE, '{hash: {key: irb-117}}'",
    "'hash: {key: k, days: 3}', E-VALUE, '{hash: {key: irb-117}}'",
    "year: {key: k}, E-VALUE, takes nothing",
    "round: {key: k}, E-VALUE, {round: 5}",
    "year: 2, E-VALUE, takes nothing",
    "round, E-VALUE, {round: 5}",
    "round: 0, E-VALUE, {round: 5}",
    "round: -5, E-VALUE, {round: 5}",
    "round: five, E-VALUE, {round: 5}",
    "round: 1e-50, E-VALUE, {round: 5}",
    "replace, E-VALUE, {replace:",
    "'replace:  ', E-VALUE, {replace:",
  })
  void aMethodWrittenWrongIsAnErrorThatSaysHow(String written, String code, String told) {
    List<Problem> problems = new ArrayList<>();
    assertThat(method(written, problems)).isNull();
    assertThat(problems).singleElement().matches(Problem::isError);
    assertThat(problems.get(0).code()).isEqualTo(code);
    assertThat(problems.get(0).message()).contains(told);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 100, 101})
  void aReplacementIsShort(int length) {
    List<Problem> problems = new ArrayList<>();
    assertThat(method("replace: " + "x".repeat(length), problems) == null).isEqualTo(length > 100);
    assertThat(method("replace: a\u0007", problems)).isNull();
  }
}
