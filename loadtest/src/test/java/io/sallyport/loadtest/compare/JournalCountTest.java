package io.sallyport.loadtest.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.StringReader;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class JournalCountTest {
  private static final String TWO =
      """
      {"seq":1,"time":"2026-01-01T00:00:00Z","type":"started","version":"1"}
      {"seq":2,"time":"2026-01-01T00:00:00Z","type":"intent","exchange":"a","permitted":true,"subject":"closed 1.0/3"}
      {"seq":3,"time":"2026-01-01T00:00:00Z","type":"intent","exchange":"b","permitted":true,"subject":"closed 1.0/4"}
      {"seq":4,"type":"outcome","intent":2,"status":200,"resources":[{"type":"intent","id":"x","patients":["p"]}]}
      {"seq":5,"type":"disclosure","intent":3,"number":1}
      {"seq":6,"type":"close","intent":3,"complete":true}
      """;

  @Test
  void everyRequestHasItsIntentAndItsEnd() {
    assertThatCode(() -> check(TWO, Map.of("closed 1.0", 2L))).doesNotThrowAnyException();
    assertThatCode(() -> check(TWO, Map.of("closed 1.0", 2L, "closed 2.0", 0L)))
        .doesNotThrowAnyException();
  }

  @Test
  void oneIntentMoreOrLessIsTold() {
    assertThatThrownBy(() -> check(TWO, Map.of("closed 1.0", 3L)))
        .isInstanceOf(CompareFailure.class)
        .hasMessageContaining("3 requests were sent and the journal holds 2");
    assertThatThrownBy(() -> check(TWO, Map.of("closed 1.0", 1L)))
        .hasMessageContaining("1 requests were sent and the journal holds 2");
    assertThatThrownBy(() -> check("", Map.of("closed 1.0", 1L)))
        .hasMessageContaining("holds 0 intents");
    // The right number of another run does not help.
    assertThatThrownBy(() -> check(TWO, Map.of("closed 2.0", 2L)))
        .hasMessageContaining("run closed 2.0");
  }

  @Test
  void intentWithoutItsOneEndIsTold() {
    String unfinished = TWO.replace("\"type\":\"outcome\"", "\"type\":\"aborted\"");
    assertThatThrownBy(() -> check(unfinished, Map.of("closed 1.0", 2L)))
        .hasMessageContaining("1 have their end");
    String cut = TWO.replace("\"complete\":true", "\"complete\":false");
    assertThatThrownBy(() -> check(cut, Map.of("closed 1.0", 2L)))
        .hasMessageContaining("1 have their end");
    String twice =
        TWO.replace("\"type\":\"close\",\"intent\":3", "\"type\":\"close\",\"intent\":2");
    assertThatThrownBy(() -> check(twice, Map.of("closed 1.0", 2L)))
        .hasMessageContaining("1 have their end");
  }

  @Test
  void denialsAndAlertsAreTold() {
    String denied = TWO.replaceFirst("\"permitted\":true", "\"permitted\":false");
    assertThatThrownBy(() -> check(denied, Map.of("closed 1.0", 2L)))
        .hasMessageContaining("1 were denied");
    String alert = TWO + "{\"seq\":7,\"type\":\"alert\",\"what\":\"x\"}\n";
    assertThatThrownBy(() -> check(alert, Map.of("closed 1.0", 2L)))
        .hasMessageContaining("1 alerts");
  }

  @Test
  void journalOfManyRecordsIsCounted() throws IOException {
    StringBuilder many = new StringBuilder();
    for (int i = 0; i < 200_000; i += 2) {
      many.append(
          "{\"seq\":" + i + ",\"type\":\"intent\",\"permitted\":true,\"subject\":\"r/1\"}\n");
      many.append("{\"seq\":" + (i + 1) + ",\"type\":\"outcome\",\"intent\":" + i + "}\n");
    }
    JournalCount count = count(many.toString());
    count.check(Map.of("r", 100_000L));
    assertThat(count.run("r").intents()).isEqualTo(100_000);
  }

  private static void check(String lines, Map<String, Long> sent) throws IOException {
    count(lines).check(sent);
  }

  private static JournalCount count(String lines) throws IOException {
    return JournalCount.read(new BufferedReader(new StringReader(lines)));
  }
}
