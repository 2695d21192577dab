package io.sallyport.policy.redact;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.policy.redact.Examples.Example;
import io.sallyport.policy.redact.Redactor.Layer;
import io.sallyport.policy.redact.naive.Fhir;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** A rule about an element that a resource does not have changes no byte of it. */
class ExactTest {
  private static final Pattern TYPE = Pattern.compile("\"resourceType\"\\s*:\\s*\"([A-Za-z]+)\"");
  private static final Pattern KEY = Pattern.compile("\"_?([a-z][A-Za-z]+)\"\\s*:");

  private final Redactor redactor = new Redactor(Limits.DEFAULT);

  @Test
  void hidingWhatIsNotThereChangesNoByte() throws IOException {
    long seed = Seed.draw(ExactTest.class);
    Random random = new Random(seed);
    List<Example> examples = new ArrayList<>(Examples.published());
    int published = examples.size();
    List<Example> shared = Examples.shared();
    examples.addAll(shared);
    List<String> changed = new ArrayList<>();
    for (Example example : examples) {
      String text = new String(example.json(), StandardCharsets.UTF_8);
      Views views = Views.role().keepDerived();
      TreeSet<String> types = new TreeSet<>();
      for (Matcher matcher = TYPE.matcher(text); matcher.find(); ) {
        if (Fhir.r4().resources().contains(matcher.group(1))) {
          types.add(matcher.group(1));
        }
      }
      TreeSet<String> keys = new TreeSet<>();
      for (Matcher matcher = KEY.matcher(text); matcher.find(); ) {
        keys.add(matcher.group(1));
      }
      for (String type : types) {
        views.all(type, absent(type, keys, random));
      }
      byte[] out =
          Views.bytes(Views.redact(redactor, views.compile(), Layer.ELEMENT, example.json()));
      if (!new String(out, StandardCharsets.UTF_8).equals(text)) {
        changed.add(example.name());
      }
    }
    assertThat(changed).as("seed %d", seed).isEmpty();
    assertThat(published).isGreaterThan(4000);
    assertThat(shared.isEmpty() || shared.stream().anyMatch(e -> e.name().contains(".ndjson:")))
        .isTrue();
  }

  /** Elements of a type whose names no key of the resource bears; none where it bears all. */
  private static String[] absent(String type, TreeSet<String> keys, Random random) {
    List<String> absent = new ArrayList<>();
    Fhir.r4()
        .keys(type)
        .forEach(
            (key, found) -> {
              if (!found.underscore() && !found.element().choice() && !keys.contains(key)) {
                absent.add(key);
              }
            });
    return absent.isEmpty()
        ? new String[0]
        : new String[] {absent.get(random.nextInt(absent.size()))};
  }
}
