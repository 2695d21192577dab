package io.sallyport.policy.redact;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.sallyport.policy.Refusal;
import io.sallyport.policy.fhir.Definitions;
import io.sallyport.policy.fhir.Interaction;
import io.sallyport.policy.fhir.InteractionParser;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Tag;

/**
 * Any method, path and query to the request parser: a {@link Refusal}, or an interaction whose
 * canonical URL means the same interaction. Else policy and upstream would see two requests.
 */
@Tag("fuzz")
class InteractionFuzzTest {
  private final InteractionParser parser = new InteractionParser(Definitions.r4());

  /** A first byte that says GET or POST, then path, query and form, each behind a line feed. */
  @FuzzTest(maxDuration = "10m")
  void parse(byte[] request) {
    String[] parts = new String(request, StandardCharsets.ISO_8859_1).split("\n", 3);
    String path = parts[0].isEmpty() ? "" : parts[0].substring(1);
    boolean post = parts[0].startsWith("P");
    byte[] form = post && parts.length > 2 ? parts[2].getBytes(StandardCharsets.ISO_8859_1) : null;
    Interaction interaction;
    try {
      interaction =
          parser.parse(
              post ? "POST" : "GET",
              path,
              parts.length > 1 ? parts[1] : null,
              form == null ? "" : "application/x-www-form-urlencoded",
              form);
    } catch (Refusal refused) {
      return;
    }
    String url = InteractionParser.canonical(interaction);
    assertThat(url).matches("[!-~]+");
    String[] again = Arrays.copyOf(url.split("\\?", 2), 2);
    assertThat(parser.parse("GET", again[0], again[1], "", null)).isEqualTo(interaction);
  }
}
