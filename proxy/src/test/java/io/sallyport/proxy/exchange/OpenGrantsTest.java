package io.sallyport.proxy.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.proxy.journal.JournalEntry;
import io.sallyport.proxy.journal.JournalReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class OpenGrantsTest {
  private static final Instant NOW = Instant.parse("2026-03-01T10:00:00Z");

  private final OpenGrants grants = new OpenGrants();
  private long seq;

  private void apply(OpenGrants to, JournalEntry entry, Instant time) {
    to.apply(new JournalReader.Entry(seq++, time, 0, entry));
  }

  private static JournalEntry glass(String exchange, String patient, Instant until, String route) {
    return new JournalEntry.BreakGlass(
        exchange,
        7,
        "https://idp",
        "n1",
        "app",
        "nurse",
        "BTG",
        patient,
        "no team yet",
        "relation:care-team",
        until.toString(),
        route);
  }

  private static JournalEntry notice(String exchange, String patient) {
    return new JournalEntry.Notice(exchange, 7, "office", "break-glass", "n1", patient, "bg_1");
  }

  private static Instant in(int minutes) {
    return NOW.plus(Duration.ofMinutes(minutes));
  }

  @Test
  void aGrantIsOpenWhenItsNoticeIsRecordedAndUntilItsTimeIsOver() throws IOException {
    apply(grants, glass("x1", "p9", in(10), "/fhir"), NOW);
    assertThat(grants.open()).isEmpty();
    apply(grants, notice("x1", "p8"), NOW);
    apply(grants, notice("x2", "p9"), NOW);
    assertThat(grants.open()).as("notices of something else").isEmpty();
    var half = again(grants); // a snapshot between the two
    for (var one : new OpenGrants[] {grants, half, again(half)}) {
      apply(one, notice("x1", "p9"), NOW);
      assertThat(one.open())
          .containsExactly(
              new OpenGrants.Grant(
                  "/fhir", "https://idp", "n1", "p9", "relation:care-team", in(10).toEpochMilli()));
    }
    assertThat(again(grants).open()).isEqualTo(grants.open());
    apply(grants, notice("y", "p1"), in(10));
    assertThat(grants.open()).isEmpty();
  }

  @Test
  void whatNamesNoRouteOrNoTimeOpensNothing() {
    apply(grants, glass("x1", "p9", in(10), ""), NOW);
    apply(grants, notice("x1", "p9"), NOW);
    apply(
        grants,
        new JournalEntry.BreakGlass(
            "x2", 7, "i", "n1", "c", "r", "BTG", "p9", "why", "l", "soon", "/fhir"),
        NOW);
    apply(grants, notice("x2", "p9"), NOW);
    assertThat(grants.open()).isEmpty();
  }

  @Test
  void theLaterOfTwoCountsAndThereIsABound() {
    apply(grants, glass("x1", "p9", in(10), "/fhir"), NOW);
    apply(grants, notice("x1", "p9"), NOW);
    apply(grants, glass("x2", "p9", in(20), "/fhir"), in(1));
    apply(grants, notice("x2", "p9"), in(1));
    assertThat(grants.open()).hasSize(1);
    assertThat(grants.open().get(0).untilMillis()).isEqualTo(in(20).toEpochMilli());
    for (int i = 0; i < Grants.GRANTS_MAX; i++) {
      apply(grants, glass("y" + i, "q" + i, in(20), "/fhir"), in(1));
      apply(grants, notice("y" + i, "q" + i), in(1));
    }
    assertThat(grants.open()).hasSize(Grants.GRANTS_MAX);
    assertThat(grants.open().get(0).patient()).isEqualTo("q0");
  }

  private static OpenGrants again(OpenGrants from) throws IOException {
    var bytes = new ByteArrayOutputStream();
    from.write(new DataOutputStream(bytes));
    var read = new OpenGrants();
    read.read(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));
    return read;
  }
}
