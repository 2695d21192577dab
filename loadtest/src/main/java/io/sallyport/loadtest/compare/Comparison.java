package io.sallyport.loadtest.compare;

import io.sallyport.loadtest.DemoIssuer;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One run: everybody is started, looked at, warmed up, and then measured in turns, round by round,
 * so that what disturbs the machine disturbs all of them. No figure leaves unless all checks hold.
 */
public final class Comparison {
  private static final int WARM_UPS = 2;

  private final Plan plan;
  private final Path dir;
  private final PrintWriter progress;
  private final List<Contestant> contestants = new ArrayList<>();
  private final Map<Contestant, Map<Workload, Expected>> expected = new LinkedHashMap<>();
  private final List<Measurement> measurements = new ArrayList<>();
  private final List<AutoCloseable> started = new ArrayList<>();
  private RecordSystem records;
  private Sallyport sallyport;
  private Measuring measuring;
  private long requests;

  private Comparison(Plan plan, Path dir, PrintWriter progress) {
    this.plan = plan;
    this.dir = dir;
    this.progress = progress;
  }

  /**
   * @param dir an empty directory for the files of the run
   * @throws CompareFailure when it cannot be made, or a check fails
   */
  public static Results run(Plan plan, Path dir, PrintWriter progress) throws IOException {
    return new Comparison(plan, dir.toRealPath(), progress).run();
  }

  private Results run() throws IOException {
    int cores = Runtime.getRuntime().availableProcessors();
    plan.cores().check(cores);
    plan.peers().forEach(Peer::program);
    Machine machine = Machine.here(cores);
    plan.cores().takeOurs();
    try (LoadGenerator generator = new LoadGenerator()) {
      start();
      measuring = new Measuring(generator, records.processes(), plan);
      look(generator);
      warmUp();
      rounds("closed", false);
      rounds("open", true);
      String proven = sallyport.stopAndVerify();
      say("the journal: " + proven);
      return results(machine, proven);
    } finally {
      stop();
    }
  }

  private void start() throws IOException {
    say("starting");
    ServerCertificate certificate = ServerCertificate.make(dir);
    DemoIssuer issuer = later(DemoIssuer.start(0, "https://localhost/fhir", null));
    Tokens tokens = new Tokens(issuer);
    records = later(RecordSystem.start(plan, dir));
    int core = plan.cores().proxy();
    if (plan.peers().contains(Peer.NGINX)) {
      contestants.add(later(Peer.nginx(dir, core, certificate, records.port(), tokens)));
    }
    if (plan.peers().contains(Peer.HAPROXY)) {
      contestants.add(later(Peer.haproxy(dir, core, certificate, records.port(), tokens)));
    }
    sallyport =
        later(Sallyport.start(plan.appliance(), dir, core, certificate, records.base(), issuer));
    contestants.add(sallyport);
    if (plan.gateway() != null) {
      contestants.add(later(new FhirGateway(plan.gateway(), tokens)));
    }
  }

  /** The appliance's stages are on, and the first answers are judged as a whole. */
  private void look(LoadGenerator generator) {
    Proof.of(sallyport, generator, records.workloads().get(0));
    for (Contestant contestant : contestants) {
      Map<Workload, Expected> answers = new LinkedHashMap<>();
      for (Workload workload : records.workloads()) {
        String token = contestant.callers("look", 1).get(0);
        LoadRun.Answer answer =
            generator.once(
                Requests.one(contestant, workload, token),
                contestant.name() + ", " + workload.name());
        answers.put(workload, contestant.judge(workload, answer));
        noteSent(contestant, "look", 1);
      }
      expected.put(contestant, answers);
    }
    sallyport.checkJournal();
  }

  /**
   * Everybody serves everything twice before anything is measured: code that the JVM compiled while
   * it had seen one workload is thrown away when it meets the next.
   */
  private void warmUp() {
    for (int pass = 1; pass <= WARM_UPS; pass++) {
      for (Workload workload : records.workloads()) {
        for (Contestant contestant : contestants) {
          warmUp(pass, contestant, workload);
        }
      }
    }
    sallyport.checkJournal();
  }

  private void warmUp(int pass, Contestant contestant, Workload workload) {
    Duration time = plan.length().warmUp().dividedBy(WARM_UPS);
    Duration its = contestant == sallyport ? time : time.dividedBy(5);
    String run = "warm-up " + pass + "." + records.workloads().indexOf(workload);
    say(run + ": " + contestant.name() + ", " + workload.name());
    noteSent(
        contestant,
        run,
        measuring
            .warmUp(contestant, workload, expected.get(contestant).get(workload), run, its)
            .taken());
  }

  private void rounds(String kind, boolean open) {
    for (int round = 1; round <= plan.length().rounds(); round++) {
      for (Workload workload : records.workloads()) {
        List<Contestant> order = new ArrayList<>(contestants);
        Collections.rotate(order, round - 1); // nobody always comes first
        for (Contestant contestant : order) {
          if (!open || contestant.openLoop()) {
            measure(kind, round, contestant, workload, open ? rate(workload) : 0);
          }
        }
      }
      // Every run of the round is counted by itself: its callers bear its name.
      sallyport.checkJournal();
    }
  }

  private double rate(Workload workload) {
    List<String> names =
        contestants.stream().filter(Contestant::openLoop).map(Contestant::name).toList();
    return new Figures(measurements).halfOfSlowest(workload.name(), names);
  }

  private void measure(
      String kind, int round, Contestant contestant, Workload workload, double rate) {
    if (rate == 0 && kind.equals("open")) {
      return; // nothing was answered in the closed loop's measured time
    }
    String run = kind + " " + round + "." + records.workloads().indexOf(workload);
    Expected answer = expected.get(contestant).get(workload);
    Measuring.Result result = measuring.run(contestant, workload, answer, run, round, rate);
    noteSent(contestant, run, result.taken());
    Measurement m = result.measurement();
    measurements.add(m);
    say(
        "%s: %s, %s: %.1f us CPU, %.0f/s, p99 %.2f ms, load core %.0f %%, strangers %.0f %%"
            .formatted(
                run,
                contestant.name(),
                workload.name(),
                m.cpuMicros(),
                m.throughput(),
                m.latencies().p99() / 1e6,
                m.loadShare() * 100,
                m.strangerShare() * 100));
  }

  private void noteSent(Contestant contestant, String run, long count) {
    if (contestant == sallyport) {
      sallyport.sent(run, count);
      requests += count;
    }
  }

  private Results results(Machine machine, String proven) {
    Map<String, String> versions = new LinkedHashMap<>();
    Map<String, String> configurations = new LinkedHashMap<>();
    Map<String, Map<String, Long>> received = new LinkedHashMap<>();
    configurations.put("record system", records.description());
    for (Contestant contestant : contestants) {
      versions.put(contestant.name(), contestant.version());
      configurations.put(contestant.name(), contestant.configuration());
      Map<String, Long> bytes = new LinkedHashMap<>();
      expected.get(contestant).forEach((workload, e) -> bytes.put(workload.name(), e.length()));
      received.put(contestant.name(), bytes);
    }
    Map<String, Long> workloads = new LinkedHashMap<>();
    records.workloads().forEach(w -> workloads.put(w.name(), (long) w.body().length));
    return new Results(
        Instant.now(),
        machine,
        Machine.java(plan.appliance().environment(), dir),
        Optional.ofNullable(System.getenv("SALLYPORT_JAVA_OPTS")).orElse(""),
        plan,
        versions,
        configurations,
        workloads,
        received,
        List.copyOf(measurements),
        proven,
        requests);
  }

  private <T extends AutoCloseable> T later(T part) {
    started.add(0, part);
    return part;
  }

  private void stop() {
    for (AutoCloseable part : started) {
      try {
        part.close();
      } catch (Exception failure) {
        say("while stopping: " + failure.getMessage());
      }
    }
  }

  private void say(String line) {
    progress.println(line);
    progress.flush();
  }
}
