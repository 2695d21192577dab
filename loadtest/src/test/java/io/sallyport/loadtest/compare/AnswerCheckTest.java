package io.sallyport.loadtest.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The checks must fail on a wrong answer, or they check nothing. */
final class AnswerCheckTest {
  private static final String RECORD =
      """
      {"name":"visible-family","telecom":"hidden-telecom","a":"hidden-line","b":"hidden-photo",
       "c":"hidden-note","d":"hidden-device","e":"hidden-method","f":"visible-city"}""";
  private static final String SHOWN = "{\"name\":\"visible-family\",\"f\":\"visible-city\"}";

  private final Workload workload = new Workload("read", "/Patient/1", false, bytes(RECORD));

  @Test
  void documentsHaveTheSizesOfTheBaselineAndEnoughToHide() throws Exception {
    List<Workload> all = Workload.all("http://127.0.0.1:1/fhir");
    assertThat(all).hasSize(4);
    assertThat(all.get(0).body().length).isBetween(2_250, 2_350);
    assertThat(all.get(1).body().length).isBetween(95_000, 105_000);
    assertThat(all.get(2).body().length).isBetween(950_000, 1_050_000);
    assertThat(all.get(3).fresh()).isTrue();
    for (Workload each : all) {
      String text = new String(each.body(), StandardCharsets.UTF_8);
      assertThat(AnswerCheck.kinds(text, Documents.HIDDEN)).hasSizeGreaterThanOrEqualTo(6);
      assertThat(AnswerCheck.kinds(text, Documents.VISIBLE)).isNotEmpty();
    }
  }

  @Test
  void forwardingMayNotChangeAByte() {
    assertThatCode(() -> AnswerCheck.forwarded("p", workload, ok(RECORD)))
        .doesNotThrowAnyException();
    assertThatThrownBy(() -> AnswerCheck.forwarded("p", workload, ok(SHOWN)))
        .hasMessageContaining("not what the upstream sent");
    assertThatThrownBy(
            () -> AnswerCheck.forwarded("p", workload, new LoadRun.Answer(503, bytes(RECORD))))
        .hasMessageContaining("503");
  }

  @Test
  void redactionMayShowNothingHiddenAndHideNothingShown() {
    assertThat(AnswerCheck.redacted("s", workload, ok(SHOWN)))
        .isEqualTo(Expected.of(200, bytes(SHOWN)));
    assertThatThrownBy(() -> AnswerCheck.redacted("s", workload, ok(RECORD)))
        .isInstanceOf(CompareFailure.class)
        .hasMessageContaining("redaction is switched off")
        .hasMessageContaining("telecom");
    assertThatThrownBy(() -> AnswerCheck.redacted("s", workload, ok(SHOWN + Documents.HIDDEN_DATE)))
        .hasMessageContaining("birth date");
    assertThatThrownBy(
            () -> AnswerCheck.redacted("s", workload, ok("{\"name\":\"visible-family\"}")))
        .hasMessageContaining("1 of 2 values");
    assertThatThrownBy(
            () -> AnswerCheck.redacted("s", workload, new LoadRun.Answer(403, bytes(SHOWN))))
        .hasMessageContaining("403");
  }

  @Test
  void recordWithTooLittleToHideProvesNothing() {
    Workload poor = new Workload("read", "/Patient/1", false, bytes(SHOWN));
    assertThatThrownBy(() -> AnswerCheck.redacted("s", poor, ok(SHOWN)))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void gatewayMustAnswerWithSomethingOfTheRecord() {
    assertThatCode(() -> AnswerCheck.answered("g", workload, ok(SHOWN))).doesNotThrowAnyException();
    assertThatThrownBy(() -> AnswerCheck.answered("g", workload, ok("{}")))
        .hasMessageContaining("nothing of what the upstream sent");
  }

  @Test
  void everyLaterAnswerIsTheFirstOneByteForByte() {
    Expected expected = Expected.of(200, bytes(SHOWN));
    assertThat(problem(expected, 200, SHOWN)).isNull();
    assertThat(problem(expected, 500, SHOWN)).contains("status 500");
    assertThat(problem(expected, 200, SHOWN + " ")).contains("bytes instead of");
    assertThat(problem(expected, 200, SHOWN.replace("city", "cite"))).contains("other bytes");
  }

  private static String problem(Expected expected, int status, String body) {
    Expected got = Expected.of(status, bytes(body));
    return expected.problem(got.status(), got.length(), got.checksum());
  }

  private static LoadRun.Answer ok(String body) {
    return new LoadRun.Answer(200, bytes(body));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
