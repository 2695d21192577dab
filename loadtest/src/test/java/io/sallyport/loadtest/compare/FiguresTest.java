package io.sallyport.loadtest.compare;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class FiguresTest {
  private final Figures figures =
      new Figures(
          List.of(
              measured("nginx", 1, 0, 100, 2_000_000),
              measured("nginx", 2, 0, 200, 8_000_000),
              measured("nginx", 3, 0, 300, 9_000_000),
              measured("Sallyport", 1, 0, 50, 2_000_000),
              measured("Sallyport", 2, 0, 40, 1_600_000),
              measured("Sallyport", 3, 0, 60, 3_600_000),
              measured("Sallyport", 1, 20, 20, 1_000_000)));

  @Test
  void cpuTimeIsDividedByRequests() {
    assertThat(figures.all().get(0).cpuMicros()).isEqualTo(20);
    assertThat(measured("x", 1, 0, 0, 1).cpuMicros()).isNaN();
    assertThat(measured("x", 1, 0, 5, -1).cpuMicros()).isNaN();
  }

  @Test
  void medianMinimumAndMaximumAreOverTheRounds() {
    Figures nginx = figures.of("nginx", "w", false); // 20, 40, 30
    assertThat(nginx.median(Measurement::cpuMicros)).isEqualTo(30);
    assertThat(nginx.min(Measurement::cpuMicros)).isEqualTo(20);
    assertThat(nginx.max(Measurement::cpuMicros)).isEqualTo(40);
    assertThat(figures.of("nginx", "w", true).median(Measurement::cpuMicros)).isNaN();
    assertThat(figures.of("Sallyport", "w", true).all()).hasSize(1);
  }

  @Test
  void medianOfAnEvenNumberIsBetweenTheMiddleOnes() {
    Figures two = new Figures(figures.all().subList(0, 2));
    assertThat(two.median(Measurement::cpuMicros)).isEqualTo(30);
  }

  @Test
  void ratioIsTakenWithinEachRound() {
    // 40/20, 40/40, 60/30
    assertThat(figures.ratio("Sallyport", "nginx", "w", false)).isEqualTo(2);
    assertThat(figures.ratio("nginx", "nginx", "w", false)).isEqualTo(1);
    assertThat(figures.ratio("Sallyport", "nobody", "w", false)).isNaN();
  }

  @Test
  void constantRateIsHalfOfTheSlowestsThroughput() {
    assertThat(figures.halfOfSlowest("w", List.of("nginx", "Sallyport"))).isEqualTo(25);
    assertThat(figures.halfOfSlowest("w", List.of("nginx"))).isEqualTo(100);
    assertThat(figures.halfOfSlowest("other", List.of("nginx"))).isZero();
  }

  private static Measurement measured(
      String who, int round, double rate, long requests, long nanos) {
    Schedule.Latencies none = new Schedule.Latencies(0, 0, 0, 0, 0);
    return new Measurement(who, "w", round, rate, requests, 1, nanos, 1, 0, 0, none);
  }
}
