package io.sallyport.loadtest.compare;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;

/** Measurements of all rounds, and what they come to. */
final class Figures {
  private final List<Measurement> all;

  Figures(List<Measurement> all) {
    this.all = List.copyOf(all);
  }

  List<Measurement> all() {
    return all;
  }

  /** Of one contestant and workload: the closed loop's rounds, or those at a constant rate. */
  Figures of(String contestant, String workload, boolean open) {
    return new Figures(
        all.stream()
            .filter(m -> m.contestant().equals(contestant) && m.workload().equals(workload))
            .filter(m -> open == (m.rate() > 0))
            .toList());
  }

  boolean none() {
    return all.isEmpty();
  }

  /** NaN when there is none. */
  double median(ToDoubleFunction<Measurement> what) {
    double[] sorted = values(what).sorted().toArray();
    int half = sorted.length / 2;
    if (sorted.length == 0) {
      return Double.NaN;
    }
    return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
  }

  /** NaN when there is none. */
  double min(ToDoubleFunction<Measurement> what) {
    return values(what).min().orElse(Double.NaN);
  }

  /** NaN when there is none. */
  double max(ToDoubleFunction<Measurement> what) {
    return values(what).max().orElse(Double.NaN);
  }

  /**
   * The rate for the open loop: half of what the slowest could do, of those who take part in it.
   */
  double halfOfSlowest(String workload, List<String> contestants) {
    return contestants.stream()
            .map(contestant -> of(contestant, workload, false))
            .filter(figures -> !figures.none())
            .mapToDouble(figures -> figures.median(Measurement::throughput))
            .min()
            .orElse(0)
        / 2;
  }

  /**
   * CPU time of a request as a multiple of another's: the median of the ratios within each round,
   * because what disturbs the machine disturbs a whole round.
   */
  double ratio(String contestant, String to, String workload, boolean open) {
    Map<Integer, Double> others = new TreeMap<>();
    of(to, workload, open).all.forEach(m -> others.put(m.round(), m.cpuMicros()));
    Figures mine = of(contestant, workload, open);
    return mine.median(m -> m.cpuMicros() / others.getOrDefault(m.round(), Double.NaN));
  }

  private DoubleStream values(ToDoubleFunction<Measurement> what) {
    return all.stream().mapToDouble(what).filter(Double::isFinite);
  }
}
