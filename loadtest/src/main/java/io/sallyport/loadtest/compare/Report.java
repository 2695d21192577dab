package io.sallyport.loadtest.compare;

import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** What a comparison found, as Markdown and as a table for the terminal. */
final class Report {
  static final String WARNING =
      "Figures taken under other load, on another machine or in another run are not comparable with"
          + " these: compare only within one table.";

  private static final String NONE = "–";
  private static final double STRANGERS_MAX = 0.05;
  private static final int ROUNDS_MIN = 3;

  private final Results results;
  private final Figures figures;

  Report(Results results) {
    this.results = results;
    this.figures = results.figures();
  }

  String markdown() {
    StringBuilder text = new StringBuilder(16 << 10);
    text.append("# Sallyport beside plain TLS proxies\n\n").append(WARNING).append("\n\n");
    text.append(disturbed());
    machine(text);
    method(text);
    text.append("## CPU time of the proxy for one request, closed loop\n\n").append(cpu(false));
    text.append("\n## Throughput and memory, closed loop\n\n").append(throughput());
    text.append("\n## Latency at a constant rate\n\n").append(latency());
    text.append("\n## CPU time of the proxy for one request, at that rate\n\n").append(cpu(true));
    rounds(text);
    text.append("\n## Configurations\n");
    results
        .configurations()
        .forEach(
            (name, configuration) ->
                text.append("\n### ")
                    .append(name)
                    .append("\n\n```\n")
                    .append(configuration.strip())
                    .append("\n```\n"));
    return text.toString();
  }

  /** The tables alone. */
  String tables() {
    return disturbed()
        + "CPU microseconds of the proxy for one request, closed loop\n"
        + cpu(false)
        + "\nThroughput and memory, closed loop\n"
        + throughput()
        + "\nLatency at a constant rate, milliseconds\n"
        + latency()
        + "\n"
        + WARNING
        + "\n";
  }

  /** Says so when a figure should not be quoted. */
  private String disturbed() {
    StringBuilder text = new StringBuilder();
    double others = figures.median(Measurement::strangerShare);
    if (others > STRANGERS_MAX) {
      text.append("**The machine was not quiet: others used ")
          .append(number("%.0f %%", others * 100))
          .append(" of the proxy's core. Repeat this before you quote it.**\n\n");
    }
    if (results.plan().length().rounds() < ROUNDS_MIN) {
      text.append("**Fewer than 3 rounds: to see that it works, not to be quoted.**\n\n");
    }
    return text.toString();
  }

  private void machine(StringBuilder text) {
    Machine machine = results.machine();
    text.append("## Machine\n\n");
    text.append("* ").append(machine.cpu()).append(", ").append(machine.cores()).append(" cores, ");
    text.append(machine.kernel()).append(", load ").append(machine.load()).append(" before\n");
    text.append("* Sallyport's Java: ").append(results.applianceJava());
    String options = results.applianceOptions();
    text.append(options.isEmpty() ? "" : ", SALLYPORT_JAVA_OPTS=" + options).append('\n');
    text.append("* the load generator's Java: ").append(machine.ourJava()).append('\n');
    results.contestants().forEach((name, version) -> line(text, name, version));
    line(text, "taken", results.at().toString());
    text.append('\n');
  }

  private static void line(StringBuilder text, String name, String value) {
    text.append("* ").append(name).append(": ").append(value).append('\n');
  }

  private void method(StringBuilder text) {
    Plan plan = results.plan();
    Plan.Length length = plan.length();
    text.append("## Method\n\n");
    text.append(
        """
        The peers do TLS and forwarding only, with kept connections to the record system, one worker, no logs. Sallyport does
        everything: each request bears a token (%1$d callers, each with its own; the appliance remembers the tokens it has
        verified), is decided by the policy below, is recorded before it is forwarded and before it is answered (encrypted and
        signed, durability class `process`), and its answer is redacted. All use TLS 1.3 with TLS_AES_128_GCM_SHA256, X25519 and
        one ECDSA P-256 certificate; no session is resumed. %2$s

        %3$d rounds; in each, every workload is measured with every contestant in turn, whose order changes with the round:
        %4$s to settle, then %5$s measured, after %6$s of warm-up for each workload in two passes. *CPU time* is utime+stime of the proxy's
        process tree from /proc, divided by the requests answered meanwhile; *median (minimum)* over the rounds; *ratio* is the
        median of the ratios to nginx within each round. *Closed loop*: %1$d connections with one request in flight each.
        *Constant rate*: half of the slowest contestant's throughput in this run; latency counts from when a request was due,
        not from when it could be sent (corrected for coordinated omission). *Load core*: what the load generator and the record
        system used of theirs; where it is near 100 %%, throughput is bounded by them, and CPU time is not. *Others*: what anybody else used of the proxy's core.

        Checked in this run: every answer (status, length and CRC-32C of its body against a first answer that was judged as a
        whole; for Sallyport, that hidden values are absent and shown ones present); no answer without a token, with a forged
        one, or without TLS; for each run, the intents in the journal equal the %7$d requests sent in all, each with its end;
        journal afterwards: %8$s.

        """
            .formatted(
                length.connections(),
                plan.cores().equals(Cores.ANY)
                    ? "**Nothing was bound to a core.**"
                    : "The proxy runs on core "
                        + plan.cores().proxy()
                        + ", load generator and record system on core "
                        + plan.cores().load()
                        + ".",
                length.rounds(),
                seconds(length.settle()),
                seconds(length.measured()),
                seconds(length.warmUp()),
                results.requests(),
                results.journal()));
    text.append("| workload | record system sends |");
    results.contestants().keySet().forEach(name -> text.append(' ').append(name).append(" |"));
    text.append("\n|---|---|").append("---|".repeat(results.contestants().size())).append('\n');
    results
        .workloads()
        .forEach(
            (workload, bytes) -> {
              text.append("| ").append(workload).append(" | ").append(bytes).append(" B |");
              results
                  .received()
                  .values()
                  .forEach(got -> text.append(' ').append(got.get(workload)).append(" B |"));
              text.append('\n');
            });
    text.append('\n');
  }

  private static String seconds(java.time.Duration time) {
    return number("%.1f s", time.toMillis() / 1e3);
  }

  private String cpu(boolean open) {
    StringBuilder text = new StringBuilder("| workload |");
    for (String name : results.contestants().keySet()) {
      text.append(' ').append(name).append(" us | ratio |");
    }
    text.append("\n|---|").append("---|---|".repeat(results.contestants().size())).append('\n');
    for (String workload : results.workloads().keySet()) {
      text.append("| ").append(workload).append(" |");
      for (String name : results.contestants().keySet()) {
        Figures of = figures.of(name, workload, open);
        ToDoubleFunction<Measurement> micros = Measurement::cpuMicros;
        text.append(' ').append(number("%.1f", of.median(micros)));
        text.append(number(" (%.1f)", of.min(micros))).append(" | ");
        text.append(number("%.2f", figures.ratio(name, Peer.NGINX, workload, open))).append(" |");
      }
      text.append('\n');
    }
    return text.toString();
  }

  private String throughput() {
    StringBuilder text =
        new StringBuilder("| workload | contestant | requests/s | RSS MB | load core |\n");
    text.append("|---|---|---|---|---|\n");
    for (String workload : results.workloads().keySet()) {
      for (String name : results.contestants().keySet()) {
        Figures of = figures.of(name, workload, false);
        text.append("| ").append(workload).append(" | ").append(name).append(" | ");
        text.append(number("%.0f", of.median(Measurement::throughput))).append(" | ");
        double rss = of.max(m -> m.residentBytes() < 0 ? Double.NaN : m.residentBytes() / 1e6);
        text.append(number("%.0f", rss)).append(" | ");
        text.append(number("%.0f %%", of.median(m -> m.loadShare() * 100))).append(" |\n");
      }
    }
    return text.toString();
  }

  private String latency() {
    StringBuilder text =
        new StringBuilder("| workload | contestant | rate/s | p50 ms | p99 ms | p99.9 ms |\n");
    text.append("|---|---|---|---|---|---|\n");
    for (String workload : results.workloads().keySet()) {
      for (String name : results.contestants().keySet()) {
        Figures of = figures.of(name, workload, true);
        if (of.none()) {
          continue;
        }
        text.append("| ").append(workload).append(" | ").append(name).append(" | ");
        text.append(number("%.0f", of.median(Measurement::rate))).append(" | ");
        text.append(millis(of, m -> m.latencies().p50())).append(" | ");
        text.append(millis(of, m -> m.latencies().p99())).append(" | ");
        text.append(millis(of, m -> m.latencies().p999())).append(" |\n");
      }
    }
    return text.toString();
  }

  private static String millis(Figures of, ToDoubleFunction<Measurement> nanos) {
    return number("%.2f", of.median(nanos) / 1e6) + number(" (%.2f)", of.min(nanos) / 1e6);
  }

  private void rounds(StringBuilder text) {
    text.append("\n## Every round\n\n| round | workload | contestant | rate/s | requests | CPU us");
    text.append(
        " | requests/s | p50 ms | p99 ms | p99.9 ms | others |\n|---|---|---|---|---|---|---|---|---|---|---|\n");
    for (Measurement m : results.measurements()) {
      Schedule.Latencies latencies = m.latencies();
      text.append(
          String.format(
              Locale.ROOT,
              "| %d | %s | %s | %s | %d | %s | %.0f | %.2f | %.2f | %.2f | %s |%n",
              m.round(),
              m.workload(),
              m.contestant(),
              m.rate() == 0 ? "closed" : number("%.0f", m.rate()),
              m.requests(),
              number("%.1f", m.cpuMicros()),
              m.throughput(),
              latencies.p50() / 1e6,
              latencies.p99() / 1e6,
              latencies.p999() / 1e6,
              number("%.0f %%", m.strangerShare() * 100)));
    }
  }

  private static String number(String format, double value) {
    return Double.isFinite(value) ? String.format(Locale.ROOT, format, value) : NONE;
  }
}
