package io.sallyport.loadtest.compare;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** All times are made up: the clock is the test's. */
final class ScheduleTest {
  private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  @Test
  void atAConstantRateRequestsAreDueByTheClockAndNotByTheAnswers() {
    Schedule schedule = new Schedule(1_000, 5 * SECOND, 0, 100 * SECOND, Long.MAX_VALUE);
    assertThat(schedule.next(5 * SECOND)).isEqualTo(5 * SECOND);
    schedule.took();
    assertThat(schedule.next(5 * SECOND)).isEqualTo(5 * SECOND + MILLI);
    schedule.took();
    // Nobody was free for a second: the third request is still due when it was due.
    assertThat(schedule.next(6 * SECOND)).isEqualTo(5 * SECOND + 2 * MILLI);
  }

  @Test
  void rateThatIsNoWholeIntervalDoesNotDrift() {
    Schedule schedule = new Schedule(3_000, 0, 0, 2 * SECOND, Long.MAX_VALUE);
    while (schedule.next(0) < SECOND) {
      schedule.took();
    }
    assertThat(schedule.taken()).isEqualTo(3_000);
    assertThat(schedule.next(0)).isEqualTo(SECOND);
  }

  @Test
  void stallIsChargedToEveryRequestThatWasDueMeanwhile() {
    // 100 requests a second, one caller, an answer in 1 ms; at 1 s the server stalls for one
    // second.
    Schedule open = new Schedule(100, 0, 0, 3 * SECOND, Long.MAX_VALUE);
    long now = 0;
    while (open.next(now) != Schedule.NEVER) {
      long due = open.next(now);
      now = Math.max(now, due);
      open.took();
      now += due == SECOND ? SECOND : MILLI;
      open.answered(due, now);
    }
    assertThat(open.taken()).isEqualTo(300);
    assertThat(open.latencies().count()).isEqualTo(300);
    // Of 300 requests a hundred were due in the stall: the 70th percentile is in it, not the
    // median.
    assertThat(open.latencies().p50()).isLessThan(2 * MILLI);
    assertThat(open.latencies().p99()).isBetween(950 * MILLI, 1_001 * MILLI);
    assertThat(open.latencies().max()).isBetween(999 * MILLI, 1_001 * MILLI);

    // Who only measures from sending to answer sees one slow request of 300: p99 is 1 ms.
    Schedule naive = new Schedule(0, 0, 0, 3 * SECOND, 300);
    for (int i = 0; i < 300; i++) {
      naive.took();
      naive.answered(0, i == 100 ? SECOND : MILLI);
    }
    assertThat(naive.latencies().p99()).isLessThan(2 * MILLI);
  }

  @Test
  void onlyRequestsDueInTheMeasuredTimeCount() {
    Schedule schedule = new Schedule(0, 0, SECOND, 2 * SECOND, Long.MAX_VALUE);
    schedule.took();
    schedule.answered(SECOND - 1, SECOND + 5);
    assertThat(schedule.latencies().count()).isZero();
    schedule.took();
    schedule.answered(SECOND, SECOND + 5 * MILLI);
    assertThat(schedule.latencies().count()).isEqualTo(1);
    assertThat(schedule.answered()).isEqualTo(2);
  }

  @Test
  void nothingIsDueAfterTheEndOrBeyondTheMost() {
    Schedule closed = new Schedule(0, 0, 0, SECOND, 2);
    assertThat(closed.next(SECOND - 1)).isEqualTo(SECOND - 1);
    assertThat(closed.next(SECOND)).isEqualTo(Schedule.NEVER);
    closed.took();
    closed.took();
    assertThat(closed.next(1)).isEqualTo(Schedule.NEVER);
  }
}
