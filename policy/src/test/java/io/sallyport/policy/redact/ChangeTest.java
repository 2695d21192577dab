package io.sallyport.policy.redact;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.policy.Problem;
import io.sallyport.policy.redact.Redactor.Layer;
import io.sallyport.policy.redact.View.Visibility;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Elements shown changed: where they stand, beside what, and what else the view does for them. */
class ChangeTest {
  private static final View RESEARCHER =
      Views.role()
          .all("Patient")
          .change("Patient", "birthDate", "year")
          .change("Patient", "deceased", "year")
          .change("Patient", "address.postalCode", "zip3")
          .change("Patient", "name.given", "replace: \"N\"")
          .change("Patient", "extension.valueInteger", "round: 10")
          .compile();

  private static final String HEAD = "{\"resourceType\":\"Patient\"";

  private static String element(String members) {
    return Views.redact(RESEARCHER, Layer.ELEMENT, HEAD + members + "}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        ",\"birthDate\":\"1974-12-25\"|,\"birthDate\":\"1974\"",
        ", \"birthDate\" : \"1974-12-25\" ,\"id\":\"a\"|, \"birthDate\" : \"1974\" ,\"id\":\"a\"",
        // however it is written
        ",\"birthDate\":\"\\u0031974-1\\u0032-25\"|,\"birthDate\":\"1974\"",
        ",\"birth\\u0044ate\":\"1974-12-25\"|,\"birth\\u0044ate\":\"1974\"",
        // what stands beside the value goes whole, wherever
        ",\"birthDate\":\"1974-12-25\",\"_birthDate\":{\"id\":\"c\"}|,\"birthDate\":\"1974\"",
        ",\"_birthDate\":{\"extension\":[{\"url\":\"u\",\"valueDateTime\":\"1974-12-25T01:02:03Z\"}]},\"birthDate\":\"1974-12-25\"|,\"birthDate\":\"1974\"",
        ",\"_birthDate\":{\"id\":\"c\"}|",
        // what the method cannot read
        ",\"birthDate\":\"Christmas 1974\"|",
        ",\"birthDate\":\"\"|",
        ",\"birthDate\":19741225|",
        ",\"birthDate\":1974|",
        ",\"birthDate\":true|",
        ",\"birthDate\":null|",
        ",\"birthDate\":[\"1974-12-25\"]|",
        ",\"birthDate\":{\"a\":\"1974-12-25\"}|",
        ",\"birthDate\":\"\u0661\u0669\u0667\u0664\"|",
        // a choice: a boolean is no date
        ",\"deceasedBoolean\":true|,\"deceasedBoolean\":true",
        ",\"deceasedDateTime\":\"2020-03-04T05:06:07+01:00\"|,\"deceasedDateTime\":\"2020\"",
        // inside lists
        ",\"address\":[{\"postalCode\":\"02139\",\"state\":\"MA\"},{\"postalCode\":\"03601\"}]|,\"address\":[{\"postalCode\":\"021\",\"state\":\"MA\"},{\"postalCode\":\"000\"}]",
        ",\"address\":[{\"postalCode\":\"D-10115\"}]|",
        // a text that needs escapes of its own
        ",\"name\":[{\"given\":[\"A\",\"Bee\"]}]|,\"name\":[{\"given\":[\"\\\"N\\\"\",\"\\\"N\\\"\"]}]",
        // aligned lists: the other half goes, and no place tells that it held something
        ",\"name\":[{\"given\":[\"A\",null,\"C\"],\"_given\":[null,{\"id\":\"c\"},null]}]|,\"name\":[{\"given\":[\"\\\"N\\\"\",\"\\\"N\\\"\"]}]",
        ",\"name\":[{\"_given\":[{\"id\":\"c\"},null],\"given\":[null,\"B\"]}]|,\"name\":[{\"given\":[\"\\\"N\\\"\"]}]",
        ",\"name\":[{\"given\":[null],\"_given\":[{\"id\":\"c\"}]}]|",
        ",\"name\":[{\"given\":[7,\"B\"]}]|,\"name\":[{\"given\":[\"\\\"N\\\"\"]}]",
        ",\"name\":[{\"given\":\"A\"}]|",
        // numbers
        ",\"extension\":[{\"url\":\"u\",\"valueInteger\":1234}]|,\"extension\":[{\"url\":\"u\",\"valueInteger\":1230}]",
        ",\"extension\":[{\"url\":\"u\",\"valueInteger\":\"1234\"}]|,\"extension\":[{\"url\":\"u\"}]",
        ",\"extension\":[{\"url\":\"u\",\"valueInteger\":1e900}]|,\"extension\":[{\"url\":\"u\"}]",
        ",\"extension\":[{\"url\":\"u\",\"valueInteger\":true}]|,\"extension\":[{\"url\":\"u\"}]",
      })
  void aValueIsRewrittenWhereItStandsOrGoes(String in, String out) {
    assertThat(element(in)).isEqualTo(HEAD + (out == null ? "" : out) + "}");
  }

  @Test
  void aListOfNumbersStaysAligned() {
    View view = Views.role().all("ClaimResponse").change("**.noteNumber", "age-cap").compile();
    String in =
        "{\"resourceType\":\"ClaimResponse\",\"item\":[{\"noteNumber\":[95,null,3,\"4\"],\"_noteNumber\":[{\"id\":\"a\"},{\"id\":\"b\"}]}]}";
    assertThat(Views.redact(view, Layer.ELEMENT, in))
        .isEqualTo("{\"resourceType\":\"ClaimResponse\",\"item\":[{\"noteNumber\":[90,3]}]}");
  }

  @ParameterizedTest
  @ValueSource(ints = {38, 39, 40})
  void aTextOfTheGreatestLengthIsChangedToo(int length) {
    Redactor redactor = new Redactor(new Limits(256, 256, 100, 40, 400, 400));
    String json = HEAD + ",\"name\":[{\"given\":[\"" + "A".repeat(length) + "\"]}]}";
    byte[] bytes = json.getBytes(java.nio.charset.StandardCharsets.UTF_8);
    assertThat(Views.string(Views.redact(redactor, RESEARCHER, Layer.ELEMENT, bytes)))
        .doesNotContain("AA");
  }

  @Test
  void whatIsDerivedGoesAndTheRestStaysByteForByte() {
    assertThat(
            element(
                ",\"text\":{\"status\":\"generated\",\"div\":\"born 1974-12-25\"}, \"gender\" :\"m\\u0061le\""))
        .isEqualTo(HEAD + ", \"gender\" :\"m\\u0061le\"}");
    assertThat(RESEARCHER.whole("Patient")).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        ",\"birthDate\":\"1974-12-25\"",
        ",\"birthDate\":\"1974\"",
        ",\"birthDate\":\"1974-12-25\",\"_birthDate\":{\"id\":\"a\"}",
        ",\"birthDate\":\"1974-01-01T00:00:00.000000Z\"",
      })
  void nothingTellsWhatTheYearWasMadeOf(String members) {
    assertThat(Views.redact(RESEARCHER, Layer.EXCHANGE, HEAD + ",\"id\":\"a\"" + members + "}"))
        .isEqualTo(
            Views.redact(
                RESEARCHER, Layer.EXCHANGE, HEAD + ",\"id\":\"a\",\"birthDate\":\"1974-07-31\"}"));
  }

  @Test
  void theViewSaysThatItGeneralisesNotTheData() {
    String nothing = Views.redact(RESEARCHER, Layer.EXCHANGE, HEAD + ",\"id\":\"a\"}");
    assertThat(nothing).containsSubsequence("\"code\":\"REDACTED\"", "\"code\":\"ABSTRED\"", "tag");
    Views views = Views.role().all("Patient", "birthDate").all("Basic");
    views.change("Basic", "created", "year");
    View view = views.compile();
    assertThat(Views.redact(view, Layer.EXCHANGE, HEAD + ",\"id\":\"a\"}"))
        .contains("REDACTED")
        .doesNotContain("ABSTRED");
    // A resource of a changed type inside another makes the answer one of changed values.
    assertThat(
            Views.redact(
                view,
                Layer.EXCHANGE,
                HEAD + ",\"contained\":[{\"resourceType\":\"Basic\",\"created\":\"2020-01-02\"}]}"))
        .contains("ABSTRED", "\"2020\"");
    views.tags = Set.of("REDACTED");
    assertThat(
            Views.redact(
                views.compile(), Layer.EXCHANGE, "{\"resourceType\":\"Basic\",\"id\":\"a\"}"))
        .doesNotContain("ABSTRED");
  }

  @Test
  void hidingWinsAndTheUselessLineIsTold() {
    Views views = Views.role().all("Patient", "birthDate").change("Patient", "birthDate", "year");
    View view = views.compile();
    assertThat(views.problems).extracting(Problem::code).containsExactly("W-CHANGE-HIDDEN");
    assertThat(views.problems.get(0).message()).contains("hidden");
    assertThat(Views.redact(view, Layer.ELEMENT, HEAD + ",\"birthDate\":\"1974-12-25\"}"))
        .isEqualTo(HEAD + "}");
    Views unlisted = Views.role().only("Patient", "active", "link", "deceased");
    unlisted.change("Patient", "birthDate", "year").compile();
    assertThat(unlisted.problems).extracting(Problem::code).containsExactly("W-CHANGE-HIDDEN");
  }

  @Test
  void theTypesOwnLineComesBeforeTheRolesAndThenTheFirst() {
    View view =
        Views.role()
            .all("Patient")
            .all("Person")
            .change("HumanName.family", "replace: first")
            .change("**.family", "hash: {key: k}")
            .change("Patient", "name.family", "replace: own")
            .compile();
    String name = ",\"name\":[{\"family\":\"F\"}]}";
    assertThat(Views.redact(view, Layer.ELEMENT, HEAD + name)).contains("\"own\"");
    assertThat(Views.redact(view, Layer.ELEMENT, "{\"resourceType\":\"Person\"" + name))
        .contains("\"first\"");
  }

  @Test
  void aDatatypeIsChangedWhereverItStands() {
    View view = Views.everything().change("date", "year").change("dateTime", "year").compile();
    String out =
        Views.redact(
            view,
            Layer.ELEMENT,
            "{\"resourceType\":\"Encounter\",\"period\":{\"start\":\"2020-01-02T03:04:05Z\",\"end\":\"2021-02-03\"},"
                + "\"contained\":[{\"resourceType\":\"Patient\",\"birthDate\":\"1974-12-25\"}],"
                + "\"extension\":[{\"url\":\"u\",\"valueDate\":\"2019-05-06\"}]}");
    assertThat(out)
        .isEqualTo(
            "{\"resourceType\":\"Encounter\",\"period\":{\"start\":\"2020\",\"end\":\"2021\"},"
                + "\"contained\":[{\"resourceType\":\"Patient\",\"birthDate\":\"1974\"}],"
                + "\"extension\":[{\"url\":\"u\",\"valueDate\":\"2019\"}]}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"onsetDateTime\":\"2020-01-02\"|\"onsetDateTime\":\"2020\"",
        "\"onsetPeriod\":{\"start\":\"2020-01-02\"}|\"onsetPeriod\":{\"start\":\"2020\"}",
        // beside a changed value nothing stays that may repeat it
        "\"onsetPeriod\":{\"end\":\"2020-01-02\",\"extension\":[{\"url\":\"u\",\"valueString\":\"2020-01-02\"}]}|\"onsetPeriod\":{\"end\":\"2020\"}",
        "\"onsetString\":\"on 2 January 2020\"|",
        "\"onsetAge\":{\"value\":95,\"code\":\"a\"}|",
      })
  void aChoiceIsHiddenAsTheTypesThatTheMethodCannotRead(String in, String out) {
    Views views = Views.role().all("Condition").change("Condition", "onset", "year");
    View view = views.compile();
    assertThat(views.problems)
        .singleElement()
        .satisfies(problem -> assertThat(problem.code()).isEqualTo("W-CHANGE"))
        .satisfies(problem -> assertThat(problem.message()).contains("Age, Range, string"));
    String head = "{\"resourceType\":\"Condition\"";
    assertThat(Views.redact(view, Layer.ELEMENT, head + "," + in + "}"))
        .isEqualTo(head + (out == null ? "" : "," + out) + "}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"value\":95,\"code\":\"a\"}|{\"value\":90,\"code\":\"a\"}",
        "{\"value\":7,\"code\":\"a\"}|{\"value\":7,\"code\":\"a\"}",
        "{\"code\":\"mo\",\"value\":1200}|{\"code\":\"mo\",\"value\":1080}",
        "{\"extension\":[{\"url\":\"u\",\"valueCode\":\"a\"}],\"value\":95,\"c\\u006fde\":\"a\"}|{\"value\":90,\"c\\u006fde\":\"a\"}",
        // without a unit nobody knows what the number means
        "{\"value\":95,\"unit\":\"years\"}|{\"unit\":\"years\"}",
        "{\"value\":95,\"code\":{\"a\":\"a\"}}|",
        "{\"value\":\"95\",\"code\":\"a\"}|{\"code\":\"a\"}",
      })
  void anAgeIsCappedInItsUnit(String in, String out) {
    View view = Views.role().all("Condition").change("Condition", "onsetAge", "age-cap").compile();
    String head = "{\"resourceType\":\"Condition\"";
    assertThat(Views.redact(view, Layer.ELEMENT, head + ",\"onsetAge\":" + in + "}"))
        .isEqualTo(head + (out == null ? "" : ",\"onsetAge\":" + out) + "}");
  }

  @Test
  void whatLeadsToAResourceIsHiddenAndNotChanged() {
    View view = Views.everything().change("string", "replace: x").compile();
    assertThat(
            Views.redact(
                view,
                Layer.ELEMENT,
                HEAD
                    + ",\"id\":\"a\",\"gender\":\"male\",\"managingOrganization\":{\"reference\":\"Organization/1\",\"display\":\"Org\"}}"))
        .isEqualTo(HEAD + ",\"gender\":\"male\",\"managingOrganization\":{\"display\":\"x\"}}");
  }

  @Test
  void whatTheMethodCouldNotReadIsCountedAsRemoved() {
    byte[] json =
        (HEAD + ",\"birthDate\":\"soon\",\"_birthDate\":{\"id\":\"a\"}}")
            .getBytes(java.nio.charset.StandardCharsets.UTF_8);
    Redactor redactor = new Redactor(Limits.DEFAULT);
    assertThat(Views.redact(redactor, RESEARCHER, Layer.ELEMENT, json).removed())
        .isEqualTo(java.util.Map.of("Patient.birthDate", 2));
  }

  @Test
  void theViewSaysWhatIsChanged() {
    assertThat(RESEARCHER.visibility("Patient.birthDate")).isEqualTo(Visibility.CHANGED);
    assertThat(RESEARCHER.visibility("Patient.deceased")).isEqualTo(Visibility.CHANGED);
    assertThat(RESEARCHER.visibility("Patient.deceasedBoolean")).isEqualTo(Visibility.FULL);
    assertThat(RESEARCHER.visibility("Patient.address")).isEqualTo(Visibility.PARTIAL);
    assertThat(RESEARCHER.visibility("Patient.gender")).isEqualTo(Visibility.FULL);
    assertThat(RESEARCHER.changed("Patient.birthDate")).isEqualTo("year");
    assertThat(RESEARCHER.changed("Patient.name.given")).isEqualTo("replace: \"N\"");
    assertThat(RESEARCHER.changed("Patient.gender")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "Patient, birthdate, year, E-PATH, Did you mean 'birthDate'?",
    "Patient, name, year, E-CHANGE, 'Patient.name' is HumanName",
    "Patient, gender, 'replace: x', E-CHANGE, 'Patient.gender' is code",
    "Patient, meta.lastUpdated, year, E-CHANGE, An instant cannot be cut: hide it",
    "Patient, birthDate, zip3, E-CHANGE, 'Patient.birthDate' is date",
    "Patient, gender, age-cap, E-CHANGE, hide it",
    "Patient, active, year, E-CHANGE, is a boolean",
    "Patient, multipleBirthInteger, 'round: 0.5', E-CHANGE, is integer",
    "Patient, address.*, zip3, E-CHANGE, end the path",
    "Patient, Patient, year, E-PATH, names the type itself",
    "Patient, Extension(urn:a), year, E-CHANGE, hide it",
    "Patient, birthDate, yaer, E-VALUE, Did you mean 'year'?",
    "Patient, birthDate, shift, E-VALUE, days: 365",
  })
  void whatCannotBeChangedSoIsAnError(
      String type, String path, String method, String code, String told) {
    Views views = Views.role().all(type).change(type, path, method);
    views.compile();
    assertThat(views.problems)
        .filteredOn(Problem::isError)
        .singleElement()
        .satisfies(problem -> assertThat(problem.code()).isEqualTo(code))
        .satisfies(problem -> assertThat(problem.message()).containsIgnoringCase(told));
  }

  @Test
  void aRoleLevelLineIsCheckedLikewise() {
    for (String pattern : List.of("Patient.brithDate", "**.postalCde", "dat", "**.*", "*")) {
      Views views = Views.everything().change(pattern, "year");
      views.compile();
      assertThat(views.problems).as(pattern).anyMatch(Problem::isError);
    }
  }
}
