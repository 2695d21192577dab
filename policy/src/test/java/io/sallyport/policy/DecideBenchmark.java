package io.sallyport.policy;

import io.sallyport.policy.fhir.Interaction;
import io.sallyport.policy.fhir.InteractionParser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The decision about one request of a caller whose token is known, by {@code hospital.yaml}: a
 * read, a search by two parameters, a search that the closure denies, a caller bound to one
 * patient, and one on whom there is a condition. The aim is under 2 microseconds.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(5)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class DecideBenchmark {
  private static final Map<String, String[]> REQUESTS =
      Map.of(
          "read", new String[] {"md", "TREAT", "Observation/o1", null},
          "search", new String[] {"pbs_clerk", "HPAYMT", "Patient", "family=Smith&gender=female"},
          "denied", new String[] {"pbs_clerk", "HPAYMT", "Patient", "general-practitioner=x"},
          "bound", new String[] {"app", "PATRQT", "Observation", "category=vital-signs"},
          "condition", new String[] {"rsch", "HRESCH", "Patient", "gender=female"});

  @Param({"read", "search", "denied", "bound", "condition"})
  public String request;

  private PolicySet policy;
  private AccessRequest asked;

  @Setup
  public void load() throws IOException {
    Path samples = Path.of(System.getProperty("sallyport.root", ".."), "config-samples/policies");
    List<String> problems = new ArrayList<>();
    policy =
        PolicySet.read(
            "hospital.yaml",
            Files.readString(samples.resolve("hospital.yaml")),
            name -> text(samples.resolve(name)),
            problem -> problems.add(problem.toString()));
    if (policy == null) {
      throw new IllegalStateException(problems.toString());
    }
    String[] parts = REQUESTS.get(request);
    Claims claims =
        new Claims(
            Map.of(
                "realm_access", Map.of("roles", List.of(parts[0])),
                "purpose_of_use", parts[1],
                "patient", "p1",
                "scope", "patient/*.rs",
                "irb_protocol", "IRB-117"));
    Interaction interaction =
        new InteractionParser(policy.definitions()).parse("GET", parts[2], parts[3], "", null);
    asked = new AccessRequest(claims, interaction, Instant.EPOCH, "app");
    boolean permitted = policy.decide(asked) instanceof Decision.Permit;
    if (permitted == request.equals("denied")) {
      throw new IllegalStateException(request + ": " + policy.decide(asked));
    }
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException missing) {
      throw new UncheckedIOException(missing);
    }
  }

  @Benchmark
  public Decision decide() {
    return policy.decide(asked);
  }
}
