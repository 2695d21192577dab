package io.sallyport.loadtest.compare;

import io.sallyport.loadtest.DemoEhr;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The server behind all contestants, with the prepared documents. */
final class RecordSystem implements AutoCloseable {
  private final String description;
  private final int port;
  private final List<Workload> workloads;
  private final ProcessTree processes;
  private final AutoCloseable server;

  private RecordSystem(
      String description,
      int port,
      List<Workload> workloads,
      ProcessTree processes,
      AutoCloseable server) {
    this.description = description;
    this.port = port;
    this.workloads = workloads;
    this.processes = processes;
    this.server = server;
  }

  static RecordSystem start(Plan plan, Path dir) throws IOException {
    return plan.upstream() == Plan.Upstream.NGINX
        ? nginx(plan.upstreamPort(), dir, plan.cores().load())
        : demo(plan.upstreamPort());
  }

  private static RecordSystem nginx(int wanted, Path dir, int core) throws IOException {
    int port = wanted == 0 ? Programs.freePort() : wanted;
    List<Workload> workloads = Workload.all(base(port));
    Path records = Files.createDirectory(dir.resolve("records"));
    for (Workload workload : workloads) {
      String path = workload.path();
      int count = path.indexOf("_count=");
      String file = count < 0 ? "patient" : "bundle-" + path.substring(count + 7);
      Files.write(records.resolve(file + ".json"), workload.body());
    }
    String configuration = NginxConf.upstream(dir, port);
    Path file = Files.writeString(dir.resolve("nginx-upstream.conf"), configuration);
    Forked forked =
        Forked.start(
            "upstream", dir, core, Map.of(), Peer.nginx(Peer.program(Peer.NGINX), file), port);
    return new RecordSystem("nginx:\n" + configuration, port, workloads, forked.tree(), forked);
  }

  private static RecordSystem demo(int wanted) throws IOException {
    DemoEhr ehr = DemoEhr.start(wanted);
    List<Workload> workloads = Workload.all(ehr.base());
    for (Workload workload : workloads) {
      ehr.prepare("/fhir" + workload.path(), workload.body());
      // The appliance asks for an order besides.
      ehr.prepare("/fhir" + workload.path() + Documents.ORDER, workload.body());
    }
    return new RecordSystem(
        "the demo's record system, in the load generator's process",
        ehr.port(),
        workloads,
        null,
        ehr);
  }

  private static String base(int port) {
    return "http://127.0.0.1:" + port + "/fhir";
  }

  String description() {
    return description;
  }

  int port() {
    return port;
  }

  String base() {
    return base(port);
  }

  List<Workload> workloads() {
    return workloads;
  }

  /** Null when it lives in our own process. */
  ProcessTree processes() {
    return processes;
  }

  @Override
  public void close() throws IOException {
    try {
      server.close();
    } catch (Exception failure) {
      throw new IOException("the record system does not stop", failure);
    }
  }
}
