package io.sallyport.loadtest.compare;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * All that a report is made of.
 *
 * @param contestants name to version, in the order of the tables
 * @param configurations name to configuration
 * @param workloads name to what the record system sends, in bytes
 * @param received contestant to bytes received, by workload
 * @param journal what the journal proved at the end
 * @param requests sent to Sallyport in all
 */
public record Results(
    Instant at,
    Machine machine,
    String applianceJava,
    String applianceOptions,
    Plan plan,
    Map<String, String> contestants,
    Map<String, String> configurations,
    Map<String, Long> workloads,
    Map<String, Map<String, Long>> received,
    List<Measurement> measurements,
    String journal,
    long requests) {
  Figures figures() {
    return new Figures(measurements);
  }

  /** The report for people. */
  public String markdown() {
    return new Report(this).markdown();
  }

  /** The same for programs. */
  public byte[] json() throws IOException {
    return ReportJson.of(this);
  }
}
