package io.sallyport.policy.redact;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.sallyport.policy.PolicySet;
import io.sallyport.policy.Problem;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;

/** Any text to the policy reader: a policy, or at least one error with its place; never both. */
@Tag("fuzz")
class PolicyFuzzTest {
  @FuzzTest(maxDuration = "10m")
  void read(byte[] text) {
    List<Problem> problems = new ArrayList<>();
    PolicySet set =
        PolicySet.read("fuzz.yaml", new String(text, StandardCharsets.UTF_8), problems::add);
    assertThat(set == null).isEqualTo(problems.stream().anyMatch(Problem::isError));
    for (Problem problem : problems) {
      assertThat(problem.toString()).startsWith("fuzz.yaml");
    }
  }
}
