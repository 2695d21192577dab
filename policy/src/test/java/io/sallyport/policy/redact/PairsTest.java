package io.sallyport.policy.redact;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.policy.redact.Redactor.Layer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Lists of primitives and their underscore halves: no place stays where nothing is left. */
class PairsTest {
  private static final View VIEW = Views.everything("Extension(urn:x)").compile();
  private static final String GONE =
      "{\"extension\":[{\"url\":\"urn:x\",\"valueCode\":\"canary\"}]}";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      nullValues = "-",
      value = {
        // given | _given | what stays of each
        "[\"A\",\"B\"]|[@,null]|[\"A\",\"B\"]|-",
        "[null,\"B\"]|[@,null]|[\"B\"]|-",
        "[\"A\",null]|[null,@]|[\"A\"]|-",
        "[null]|[@]|-|-",
        "[null,null]|[@,@]|-|-",
        "[null,\"B\",\"C\"]|[@,null,{\"id\":\"i\"}]|[\"B\",\"C\"]|[null,{\"id\":\"i\"}]",
        "[\"A\",\"B\",null]|[{\"id\":\"i\"},@,@]|[\"A\",\"B\"]|[{\"id\":\"i\"},null]",
        "[null,null,\"C\"]|[@,{\"id\":\"i\"},@]|[null,\"C\"]|[{\"id\":\"i\"},null]",
        "-|[@,{\"id\":\"i\"}]|-|[{\"id\":\"i\"}]",
        "-|[@]|-|-",
        "[null]|@|-|-",
        // of a wrong kind, so not released, in either half
        "[\"A\",{\"id\":\"canary\"},\"C\"]|-|[\"A\",\"C\"]|-",
        "[\"A\",{\"id\":\"canary\"}]|[null,{\"id\":\"i\"}]|[\"A\",null]|[null,{\"id\":\"i\"}]",
        // nothing hidden in it: every byte stays
        "[null , \"B\"]|[ {\"id\":\"i\"},null]|[null , \"B\"]|[ {\"id\":\"i\"},null]",
      })
  void aPlaceWithoutContentGoesFromBothHalves(
      String values, String extensions, String valuesLeft, String extensionsLeft) {
    String[][] orders = {
      {member("given", values), member("_given", extensions)},
      {member("_given", extensions), member("given", values)}
    };
    String[][] left = {
      {member("given", valuesLeft), member("_given", extensionsLeft)},
      {member("_given", extensionsLeft), member("given", valuesLeft)}
    };
    for (int i = 0; i < orders.length; i++) {
      String in = patient(orders[i][0] + orders[i][1]);
      assertThat(Views.redact(VIEW, Layer.ELEMENT, in))
          .as(in)
          .isEqualTo(patient(left[i][0] + left[i][1]));
    }
  }

  private static String member(String key, String value) {
    return value == null ? "" : ",\"" + key + "\":" + value.replace("@", GONE);
  }

  private static String patient(String members) {
    return "{\"resourceType\":\"Patient\",\"name\":[{\"family\":\"F\""
        + members
        + "}],\"id\":\"1\"}";
  }
}
