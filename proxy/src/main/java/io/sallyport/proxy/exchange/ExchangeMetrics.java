package io.sallyport.proxy.exchange;

import io.prometheus.client.CollectorRegistry;
import io.prometheus.client.Counter;
import io.sallyport.policy.Reason;
import io.sallyport.proxy.journal.JournalEntry;

/** What the core counts. Labels are words of closed vocabularies, never data. */
final class ExchangeMetrics {
  private final Counter answers;
  private final Counter unrecorded;
  private final Counter.Child disclosed;
  private final Counter.Child withheld;
  private final Counter observed;

  ExchangeMetrics(CollectorRegistry registry) {
    answers =
        Counter.build("sallyport_answers_total", "Answers by reason; DISCLOSED for patient data.")
            .labelNames("reason")
            .register(registry);
    unrecorded =
        Counter.build(
                "sallyport_unrecorded_answers_total",
                "503 answers of a journal that could not write.")
            .register(registry);
    Counter resources =
        Counter.build("sallyport_resources_total", "Resources that were disclosed or withheld.")
            .labelNames("verdict")
            .register(registry);
    disclosed = resources.labels("disclosed");
    withheld = resources.labels("withheld");
    observed =
        Counter.build(
                "sallyport_observed_total",
                "What observe mode let pass: requests denied, resources withheld, elements hidden.")
            .labelNames("verdict")
            .register(registry);
  }

  void disclosed(Answer.Disclosure d) {
    disclosed.inc(d.proof().facts().size());
    withheld.inc(d.proof().withheld());
    if (d.last()) {
      answers.labels("DISCLOSED").inc();
    }
  }

  void observed(JournalEntry.Observed found) {
    if (!found.reason().isEmpty()) {
      observed.labels("denied").inc();
    }
    observed.labels("withheld").inc(found.withheld());
    observed
        .labels("hidden")
        .inc(found.removed().values().stream().mapToInt(Integer::intValue).sum());
  }

  void authored() {
    answers.labels("AUTHORED").inc();
  }

  void refused(Reason reason) {
    answers.labels(reason.name()).inc();
  }

  void unrecorded() {
    unrecorded.inc();
  }
}
