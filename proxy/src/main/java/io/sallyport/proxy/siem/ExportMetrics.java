package io.sallyport.proxy.siem;

import io.prometheus.client.Collector;
import io.prometheus.client.CollectorRegistry;
import io.prometheus.client.Counter;
import io.prometheus.client.GaugeMetricFamily;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/** What is told of exports: how far behind, how much, how often it broke. */
final class ExportMetrics extends Collector {
  private final Map<String, LongSupplier> lags = new ConcurrentHashMap<>();
  private final Counter delivered;
  private final Counter failed;

  ExportMetrics(CollectorRegistry registry) {
    delivered =
        Counter.build("sallyport_siem_records_total", "Records that a receiver has read.")
            .labelNames("to")
            .register(registry);
    failed =
        Counter.build("sallyport_siem_failures_total", "Times that a receiver was lost sight of.")
            .labelNames("to")
            .register(registry);
    register(registry);
  }

  void lag(String name, LongSupplier records) {
    lags.put(name, records);
    delivered.labels(name);
    failed.labels(name);
  }

  void delivered(String name, int records) {
    delivered.labels(name).inc(records);
  }

  void failed(String name) {
    failed.labels(name).inc();
  }

  @Override
  public List<MetricFamilySamples> collect() {
    var lag =
        new GaugeMetricFamily(
            "sallyport_siem_lag_records",
            "Records on the disk that a receiver has not been sent.",
            List.of("to"));
    lags.forEach((name, records) -> lag.addMetric(List.of(name), records.getAsLong()));
    return List.of(lag);
  }
}
