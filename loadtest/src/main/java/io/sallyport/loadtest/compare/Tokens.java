package io.sallyport.loadtest.compare;

import io.sallyport.loadtest.DemoIssuer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Callers of a run. Their subject names the run, so that the journal can be asked for each. */
final class Tokens {
  private static final Duration LIFE = Duration.ofHours(12);

  private final DemoIssuer issuer;

  Tokens(DemoIssuer issuer) {
    this.issuer = issuer;
  }

  /** Authorization headers of so many callers, each with a token of its own. */
  List<String> callers(String run, int count) {
    return IntStream.range(0, count)
        .mapToObj(
            caller ->
                "Bearer "
                    + issuer.mint(
                        subject(run, caller),
                        Map.of("roles", "nurse", "purpose_of_use", "TREAT"),
                        LIFE))
        .toList();
  }

  private static String subject(String run, int caller) {
    return run + "/" + caller;
  }

  /** The run of a subject. */
  static String run(String subject) {
    int slash = subject.lastIndexOf('/');
    return slash < 0 ? subject : subject.substring(0, slash);
  }
}
