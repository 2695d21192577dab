package io.sallyport.policy.redact;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.policy.ReleaseRule;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The exchanges of a loop share its redactor and its array, chunk by chunk: nothing may mix. */
class StreamsOfOneLoopTest {
  private static final int STREAMS = 6;

  @Test
  void interleavedStreamsSayWhatEachWouldSayAlone() {
    Random random = new Random(Seed.draw(StreamsOfOneLoopTest.class));
    View view = Views.everything("Observation.note").compile();
    for (int round = 0; round < 40; round++) {
      List<Feeding> all = new ArrayList<>();
      Redactor shared = new Redactor(Limits.DEFAULT);
      for (int i = 0; i < STREAMS; i++) {
        all.add(new Feeding(searchset(random, "stream-" + i), shared, view));
      }
      List<Feeding> open = new ArrayList<>(all);
      while (!open.isEmpty()) {
        Feeding next = open.get(random.nextInt(open.size()));
        if (!next.feed(1 + random.nextInt(random.nextInt(8) == 0 ? 70_000 : 3_000))) {
          open.remove(next);
        }
      }
      for (Feeding feeding : all) {
        Feeding alone = new Feeding(feeding.json, new Redactor(Limits.DEFAULT), view);
        alone.feed(feeding.json.length);
        alone.feed(1);
        assertThat(feeding.out.toString(StandardCharsets.UTF_8))
            .isEqualTo(alone.out.toString(StandardCharsets.UTF_8));
      }
    }
  }

  /** Some small entries and now and then one that a stream keeps in an array of its own. */
  private static byte[] searchset(Random random, String name) {
    StringBuilder json = new StringBuilder("{\"resourceType\":\"Bundle\",\"type\":\"searchset\"");
    String separator = ",\"entry\":[";
    int count = 1 + random.nextInt(40);
    for (int i = 0; i < count; i++) {
      int length =
          random.nextInt(30) == 0 ? 150_000 + random.nextInt(400_000) : random.nextInt(900);
      json.append(separator)
          .append("{\"resource\":{\"resourceType\":\"Observation\",\"id\":\"")
          .append(name + "-" + i)
          .append("\",\"status\":\"final\",\"note\":[{\"text\":\"hidden\"}],\"valueString\":\"")
          .append((name + " ").repeat(1 + length / 9))
          .append("\"}}");
      separator = ",";
    }
    return json.append("]}").toString().getBytes(StandardCharsets.UTF_8);
  }

  private static final class Feeding {
    final byte[] json;
    final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final BundleStream stream;
    private int at;

    Feeding(byte[] json, Redactor redactor, View view) {
      this.json = json;
      stream =
          new BundleStream(
              redactor,
              view,
              Limits.DEFAULT,
              new Envelope(
                  "Observation",
                  ReleaseRule.ANY,
                  Views.REBASE,
                  url -> null,
                  "https://fhir.example/r4",
                  4096));
    }

    /** False when it has ended. */
    boolean feed(int count) {
      boolean more = at < json.length;
      int length = Math.min(count, json.length - at);
      if (more) {
        stream.feed(json, at, length);
        at += length;
      } else {
        stream.finish();
      }
      for (Redacted window = stream.window(); window != null; window = stream.window()) {
        window.writeTo(out::write);
      }
      return more;
    }
  }
}
