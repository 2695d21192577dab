package io.sallyport.loadtest.compare;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;

/** The same for programs: all rounds, nothing rounded. */
final class ReportJson {
  private static final ObjectMapper JSON = new ObjectMapper();

  private ReportJson() {}

  static byte[] of(Results results) throws IOException {
    ObjectNode all = JSON.createObjectNode().put("format", "sallyport-compare-1");
    all.put("at", results.at().toString()).put("note", Report.WARNING);
    all.putObject("machine")
        .put("cpu", results.machine().cpu())
        .put("cores", results.machine().cores())
        .put("kernel", results.machine().kernel())
        .put("loadBefore", results.machine().load())
        .put("applianceJava", results.applianceJava())
        .put("applianceOptions", results.applianceOptions())
        .put("loadJava", results.machine().ourJava());
    Plan plan = results.plan();
    all.putObject("plan")
        .put("rounds", plan.length().rounds())
        .put("connections", plan.length().connections())
        .put("warmUpMillis", plan.length().warmUp().toMillis())
        .put("settleMillis", plan.length().settle().toMillis())
        .put("measuredMillis", plan.length().measured().toMillis())
        .put("proxyCore", plan.cores().proxy())
        .put("loadCore", plan.cores().load())
        .put("recordSystem", plan.upstream().name());
    all.set("contestants", JSON.valueToTree(results.contestants()));
    all.set("configurations", JSON.valueToTree(results.configurations()));
    all.set("bytesSent", JSON.valueToTree(results.workloads()));
    all.set("bytesReceived", JSON.valueToTree(results.received()));
    all.put("requestsToSallyport", results.requests()).put("journal", results.journal());
    var list = all.putArray("measurements");
    for (Measurement m : results.measurements()) {
      ObjectNode one = list.addObject();
      one.put("contestant", m.contestant()).put("workload", m.workload()).put("round", m.round());
      one.put("loop", m.rate() == 0 ? "closed" : "open").put("rate", m.rate());
      one.put("requests", m.requests()).put("seconds", m.seconds());
      if (m.cpuNanos() >= 0) {
        one.put("cpuNanos", m.cpuNanos()).put("residentBytes", m.residentBytes());
      }
      if (Double.isFinite(m.strangerShare())) {
        one.put("strangerShare", m.strangerShare());
      }
      one.put("loadShare", Double.isFinite(m.loadShare()) ? m.loadShare() : 0);
      one.putObject("latencyNanos")
          .put("count", m.latencies().count())
          .put("p50", m.latencies().p50())
          .put("p99", m.latencies().p99())
          .put("p99.9", m.latencies().p999())
          .put("max", m.latencies().max());
    }
    return JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(all);
  }
}
