package io.sallyport.policy.redact;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.sallyport.policy.Refusal;
import io.sallyport.policy.ReleaseRule;
import io.sallyport.policy.redact.Redactor.Layer;
import io.sallyport.policy.redact.naive.Tree;
import io.sallyport.policy.redact.naive.Tree.Arr;
import io.sallyport.policy.redact.naive.Tree.Obj;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import org.junit.jupiter.api.Tag;

/**
 * Any bytes to the redactor: a {@link Refusal}, or strict JSON without what is hidden, which comes
 * out of a second pass as it went in. Everyday it replays a kept corpus; the profile {@code long}
 * fuzzes.
 */
@Tag("fuzz")
class RedactorFuzzTest {
  private static final View VIEW =
      Views.everything("**.display", "HumanName", "Extension(urn:x)").compile();

  private final Redactor redactor = new Redactor(Limits.DEFAULT);

  @FuzzTest(maxDuration = "10m")
  void redact(byte[] json) throws IOException {
    byte[] out = once(Layer.ELEMENT, json);
    if (out != null) {
      noneShows(Tree.parse(out));
      assertThat(once(Layer.ELEMENT, out)).isEqualTo(out);
    }
    byte[] answer = once(Layer.EXCHANGE, json);
    if (answer != null) {
      assertThat(out).isNotNull();
      noneShows(Tree.parse(answer));
    }
    if (json.length > 0) {
      byte[] whole = stream(json, json.length);
      assertThat(stream(json, (json[0] & 0xff) % json.length)).isEqualTo(whole);
      if (whole != null) {
        noneShows(Tree.parse(whole));
      }
    }
  }

  /** What comes out; null when it is refused. */
  private byte[] once(Layer layer, byte[] json) {
    try {
      return Views.bytes(Views.redact(redactor, VIEW, layer, json));
    } catch (Refusal refused) {
      return null;
    }
  }

  /** As a searchset in two pieces; null when it is refused. */
  private byte[] stream(byte[] json, int cut) {
    BundleStream stream =
        new BundleStream(
            redactor,
            VIEW,
            Limits.DEFAULT,
            new Envelope(
                "Patient",
                ReleaseRule.ANY,
                Views.REBASE,
                url -> null,
                "https://fhir.example/r4/",
                100));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      byte[] first = Arrays.copyOf(json, cut);
      stream.feed(first, 0, cut);
      stream.feed(json, cut, json.length - cut);
      stream.finish();
    } catch (Refusal refused) {
      return null;
    }
    while (!stream.done()) {
      stream.window().writeTo(out::write);
    }
    return out.toByteArray();
  }

  private static void noneShows(Tree tree) {
    if (tree instanceof Obj object) {
      object
          .members()
          .forEach(
              member -> {
                assertThat(member.key()).isNotIn("display", "_display");
                noneShows(member.value());
              });
    } else if (tree instanceof Arr array) {
      array.items().forEach(RedactorFuzzTest::noneShows);
    }
  }
}
