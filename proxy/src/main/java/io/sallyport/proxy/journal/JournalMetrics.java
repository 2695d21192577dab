package io.sallyport.proxy.journal;

import io.prometheus.client.CollectorRegistry;
import io.prometheus.client.Counter;
import io.prometheus.client.Gauge;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;

/** What the journal counts. Labels are words of closed vocabularies. */
final class JournalMetrics {
  private final CollectorRegistry registry;
  private final Counter refused;
  private final Counter.Child counted;
  private final Counter alerts;

  JournalMetrics(CollectorRegistry registry) {
    this.registry = registry;
    refused =
        Counter.build(
                "sallyport_journal_refused_total",
                "Records that the journal did not take: fenced, full, slow, closed, too-long.")
            .labelNames("why")
            .register(registry);
    for (var why : JournalUnavailable.Why.values()) {
      refused.labels(why.word()); // an alarm needs a zero to rise from
    }
    alerts =
        Counter.build(
                "sallyport_journal_alerts_total",
                "What is wrong with the journal itself: changed or missing records, witnesses.")
            .labelNames("what")
            .register(registry);
    counted =
        Counter.build(
                "sallyport_journal_counted_total",
                "Answers to unknown callers that have no record of their own but are counted in one.")
            .register(registry)
            .labels();
  }

  /** Shows what the journal is asked for at each scrape. */
  void watch(
      IntSupplier usedPercent, IntSupplier spares, IntSupplier keys, BooleanSupplier writable) {
    gauge("sallyport_journal_file_used_percent", "Of the current roll file.", usedPercent);
    gauge("sallyport_journal_spare_files", "Roll files written ahead; 2 is well.", spares);
    gauge("sallyport_journal_keys_ahead", "Data keys made ahead; 48 is well.", keys);
    gauge(
        "sallyport_journal_writable",
        "Whether accesses can be recorded; 0 refuses them.",
        () -> writable.getAsBoolean() ? 1 : 0);
  }

  private void gauge(String name, String help, IntSupplier value) {
    Gauge.build(name, help)
        .create()
        .setChild(
            new Gauge.Child() {
              @Override
              public double get() {
                return value.getAsInt();
              }
            })
        .register(registry);
  }

  void refused(JournalUnavailable.Why why) {
    refused.labels(why.word()).inc();
  }

  void alert(String what) {
    alerts.labels(what).inc();
  }

  void counted() {
    counted.inc();
  }
}
