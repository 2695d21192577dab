package io.sallyport.policy.redact;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.policy.Refusal;
import io.sallyport.policy.ReleaseRule;
import io.sallyport.policy.redact.Examples.Example;
import io.sallyport.policy.redact.naive.Tree;
import io.sallyport.policy.redact.naive.Tree.Obj;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A searchset may arrive in any pieces: what comes out is the same, and each entry is what the
 * redactor makes of its resource alone.
 */
class SplitTest {
  private static final int SMALL_BYTES = 3000;

  private final Random random;
  private final long seed;

  SplitTest() {
    seed = Seed.draw(SplitTest.class);
    random = new Random(seed);
  }

  @Test
  void smallOnesMayBeCutAtEveryByte() throws IOException {
    List<Example> complete = Examples.complete();
    for (int i = 0; i < 4; i++) {
      Example example = complete.get(random.nextInt(complete.size()));
      byte[] whole = searchset(List.of(Tree.parse(small(example).json())));
      View view = Views.role().all(type(example), "id").compile();
      String expected = run(whole, view, type(example));
      for (int cut = 0; cut <= whole.length; cut++) {
        assertThat(run(whole, view, type(example), cut))
            .as("%s cut at %d, seed %d", example, cut, seed)
            .isEqualTo(expected);
      }
      int[] every = new int[whole.length];
      Arrays.setAll(every, at -> at);
      assertThat(run(whole, view, type(example), every)).as("%s", example).isEqualTo(expected);
    }
  }

  @Test
  void largeOnesMayBeCutAtAnyBytes() throws IOException {
    compare(150);
  }

  @Test
  @Tag("long")
  void manyLargeOnesMayBeCutAtAnyBytes() throws IOException {
    compare(20_000);
  }

  private void compare(int runs) throws IOException {
    List<Example> all = new ArrayList<>(Examples.published());
    all.addAll(Examples.shared());
    all.removeIf(example -> example.json().length > 200_000);
    Map<String, List<Example>> byType =
        all.stream().collect(Collectors.groupingBy(SplitTest::type));
    all.removeIf(example -> List.of("Bundle", "Binary").contains(type(example)));
    for (int i = 0; i < runs; i++) {
      Example first = all.get(random.nextInt(all.size()));
      String type = type(first);
      List<Example> alike = byType.get(type);
      List<Tree> resources = new ArrayList<>();
      StringBuilder expected = new StringBuilder();
      View view = PolicyMaker.view(new PolicyMaker(Tree.parse(first.json()), random).next());
      for (int n = 1 + random.nextInt(5); n > 0; n--) {
        Tree resource = Tree.parse(alike.get(random.nextInt(alike.size())).json());
        resources.add(resource);
        expected.append(alone(view, Tree.render(resource)));
      }
      byte[] whole = searchset(resources);
      TreeSet<Integer> cuts = new TreeSet<>();
      for (int n = random.nextInt(40); n > 0; n--) {
        cuts.add(random.nextInt(whole.length));
      }
      String out = run(whole, view, type, cuts.stream().mapToInt(Integer::intValue).toArray());
      StringBuilder found = new StringBuilder();
      if (((Obj) Tree.parse(out.getBytes(StandardCharsets.UTF_8))).get("entry")
          instanceof Tree.Arr entries) {
        entries.items().forEach(entry -> found.append(Tree.render(((Obj) entry).get("resource"))));
      }
      assertThat(found.toString())
          .as("%s, run %d, seed %d, cut at %s", first, i, seed, cuts)
          .isEqualTo(expected.toString());
    }
  }

  /** What the redactor makes of a resource by itself; nothing when it does not release it. */
  private static String alone(View view, String resource) throws IOException {
    try {
      String out = Views.redact(view, Redactor.Layer.EXCHANGE, resource);
      return Tree.render(Tree.parse(out.getBytes(StandardCharsets.UTF_8)));
    } catch (Refusal refused) {
      return "";
    }
  }

  /** A smaller resource of the same type: its first members. */
  private static Example small(Example example) throws IOException {
    Obj whole = (Obj) Tree.parse(example.json());
    int members = whole.members().size();
    while (members > 2
        && Tree.render(new Obj(whole.members().subList(0, members))).length() > SMALL_BYTES) {
      members--;
    }
    String json = Tree.render(new Obj(whole.members().subList(0, members)));
    return new Example(example.name(), json.getBytes(StandardCharsets.UTF_8));
  }

  private static String type(Example example) {
    try {
      return ((Obj) Tree.parse(example.json())).text("resourceType");
    } catch (IOException wrong) {
      throw new UncheckedIOException(wrong);
    }
  }

  private static byte[] searchset(List<Tree> resources) {
    StringBuilder json = new StringBuilder("{\"resourceType\":\"Bundle\",\"type\":\"searchset\"");
    String separator = ",\"entry\":[";
    for (Tree resource : resources) {
      json.append(separator).append("{\"resource\":").append(Tree.render(resource)).append('}');
      separator = ",";
    }
    return json.append("]}").toString().getBytes(StandardCharsets.UTF_8);
  }

  private static String run(byte[] json, View view, String type, int... cuts) {
    BundleStream stream =
        new BundleStream(
            new Redactor(Limits.DEFAULT),
            view,
            Limits.DEFAULT,
            new Envelope(
                type,
                ReleaseRule.ANY,
                Views.REBASE,
                url -> null,
                "https://fhir.example/r4/" + type,
                4096));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int at = 0;
    for (int cut : cuts) {
      stream.feed(json, at, cut - at);
      at = cut;
    }
    stream.feed(json, at, json.length - at);
    stream.finish();
    while (!stream.done()) {
      stream.window().writeTo(out::write);
    }
    return out.toString(StandardCharsets.UTF_8);
  }
}
