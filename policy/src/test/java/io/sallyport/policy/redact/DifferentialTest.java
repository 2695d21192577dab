package io.sallyport.policy.redact;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.policy.Refusal;
import io.sallyport.policy.fhir.Results;
import io.sallyport.policy.redact.Examples.Example;
import io.sallyport.policy.redact.Redactor.Layer;
import io.sallyport.policy.redact.naive.Fhir;
import io.sallyport.policy.redact.naive.NaiveProjection;
import io.sallyport.policy.redact.naive.NaiveRedactor;
import io.sallyport.policy.redact.naive.Policy;
import io.sallyport.policy.redact.naive.Tree;
import io.sallyport.policy.redact.naive.Tree.Arr;
import io.sallyport.policy.redact.naive.Tree.Member;
import io.sallyport.policy.redact.naive.Tree.Obj;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The redactor against a naive one that knows the rules as the format states them and nothing of
 * automata, ranges or bytes: what one takes out the other takes out, and every token that stays is
 * the one that came.
 */
class DifferentialTest {
  private static final int POLICIES = 30;
  private static final int SAMPLE = 1500;
  private static final int SAMPLE_BYTES_MAX = 60_000;
  private static final int BUNDLES = 150;
  private static final int MODIFIED = 80;
  private static final int ENTRY_BYTES_MAX = 12_000;

  private final Redactor redactor = new Redactor(Limits.DEFAULT);
  private int compared;
  private int changed;
  private int projected;
  private int strips;

  /** Whether the redactor says so of what it redacted last. */
  private boolean stripped;

  @Test
  void aSampleIsRedactedAsTheTreeIs() throws IOException {
    long seed = Seed.draw(DifferentialTest.class);
    Random random = new Random(seed);
    List<Example> examples = new ArrayList<>(Examples.published());
    examples.addAll(Examples.shared());
    examples.removeIf(example -> example.json().length > SAMPLE_BYTES_MAX);
    Collections.shuffle(examples, random);
    for (int i = 0; i < SAMPLE; i++) {
      compare(examples.get(i % examples.size()), 1, random, seed);
    }
    assertThat(compared).isEqualTo(SAMPLE * 2);
    assertThat(changed).isGreaterThan(SAMPLE / 2);
    assertThat(projected).isGreaterThan(SAMPLE / 4);
  }

  /** Several resources in one, and a Bundle in a Bundle: views and changes hold in all of them. */
  @Test
  void bundlesAreRedactedAsTheTreeIs() throws IOException {
    long seed = Seed.draw(DifferentialTest.class);
    Random random = new Random(seed);
    List<Example> examples = new ArrayList<>(Examples.published());
    examples.removeIf(example -> example.json().length > ENTRY_BYTES_MAX);
    for (int i = 0; i < BUNDLES; i++) {
      String inner = bundle(examples, random, "");
      String outer = bundle(examples, random, random.nextBoolean() ? inner : "");
      compare(new Example("bundle " + i, outer.getBytes(StandardCharsets.UTF_8)), 2, random, seed);
    }
    assertThat(compared).isEqualTo(BUNDLES * 4);
    assertThat(changed).isGreaterThan(BUNDLES * 2);
  }

  /** Those that others publish have hardly any: each object that may have one is given one. */
  @Test
  @Tag("C8")
  void modifierExtensionsThatGoAreToldAsTheTreeTells() throws IOException {
    long seed = Seed.draw(DifferentialTest.class);
    Random random = new Random(seed);
    List<Example> examples = new ArrayList<>(Examples.published());
    examples.removeIf(example -> example.json().length > ENTRY_BYTES_MAX);
    Collections.shuffle(examples, random);
    for (Example example : examples.subList(0, MODIFIED)) {
      Obj tree = (Obj) Tree.parse(example.json());
      Tree given = given(tree, tree.text("resourceType"), random);
      compare(new Example(example.name(), Rewriter.rewrite(given, random)), 2, random, seed);
    }
    assertThat(strips).isBetween(MODIFIED / 4, compared - MODIFIED / 4);
  }

  private static Tree given(Obj object, String type, Random random) throws IOException {
    List<Member> members = new ArrayList<>();
    for (Member member : object.members()) {
      Fhir.Found found = Fhir.r4().find(type, member.key());
      Tree value = member.value();
      if (found != null && !found.type().equals("Resource")) {
        value = given(value, found.type(), random);
      }
      members.add(new Member(member.raw(), member.key(), value));
    }
    boolean may = Fhir.r4().find(type, "modifierExtension") != null;
    if (may && object.get("modifierExtension") == null && random.nextBoolean()) {
      String url = "{\"a\":[{\"url\":\"http://h/" + random.nextInt(3) + "\",\"valueCode\":\"c\"}]}";
      Tree one = ((Obj) Tree.parse(url.getBytes(StandardCharsets.UTF_8))).get("a");
      members.add(new Member("\"modifierExtension\"", "modifierExtension", one));
    }
    return new Obj(members);
  }

  private static Tree given(Tree value, String type, Random random) throws IOException {
    if (value instanceof Arr list) {
      List<Tree> items = new ArrayList<>();
      for (Tree item : list.items()) {
        items.add(given(item, type, random));
      }
      return new Arr(items);
    }
    return value instanceof Obj inner ? given(inner, type, random) : value;
  }

  private static String bundle(List<Example> examples, Random random, String more) {
    List<String> entries = new ArrayList<>();
    for (int i = 2 + random.nextInt(3); i > 0; i--) {
      Example one = examples.get(random.nextInt(examples.size()));
      entries.add("{\"resource\":" + new String(one.json(), StandardCharsets.UTF_8) + "}");
    }
    if (!more.isEmpty()) {
      entries.add("{\"resource\":" + more + "}");
    }
    return "{\"resourceType\":\"Bundle\",\"id\":\"b\",\"type\":\"collection\",\"entry\":["
        + String.join(",", entries)
        + "]}";
  }

  @Test
  @Tag("long")
  void everyExampleIsRedactedAsTheTreeIs() throws IOException {
    long seed = Seed.draw(DifferentialTest.class);
    Random random = new Random(seed);
    List<Example> examples = new ArrayList<>(Examples.published());
    examples.addAll(Examples.shared());
    for (Example example : examples) {
      compare(example, POLICIES, random, seed);
    }
    assertThat(changed).isGreaterThan(compared / 4);
  }

  private void compare(Example example, int policies, Random random, long seed) throws IOException {
    Tree tree = Tree.parse(example.json());
    byte[] rewritten = Rewriter.rewrite(tree, random);
    Tree rewrittenTree = Tree.parse(rewritten);
    PolicyMaker maker = new PolicyMaker(tree, random);
    for (int i = 0; i < policies; i++) {
      Policy policy = maker.next();
      View view = PolicyMaker.view(policy);
      NaiveRedactor naive = new NaiveRedactor(policy);
      Results results = maker.results();
      String about = example + ", " + policy + ", " + results + ", seed " + seed;
      compare(example.json(), tree, view, naive, results, about);
      if (rewritten.length <= Limits.DEFAULT.resourceBytesMax()) {
        compare(rewritten, rewrittenTree, view, naive, results, "rewritten " + about);
      }
    }
  }

  private void compare(
      byte[] json, Tree tree, View view, NaiveRedactor naive, Results results, String about) {
    Tree seen = naive.redact(tree);
    String expected = Tree.render(seen);
    compared++;
    if (!expected.equals(Tree.render(tree))) {
      changed++;
    }
    assertThat(redacted(view, json, about)).as(about).isEqualTo(expected);
    assertThat(stripped).as(about).isEqualTo(naive.stripped());
    strips += stripped ? 1 : 0;
    String part = Tree.render(new NaiveProjection(results).project(seen));
    if (!part.equals(expected)) {
      projected++;
    }
    assertThat(redacted(view.projected(results), json, about)).as(about).isEqualTo(part);
  }

  private String redacted(View view, byte[] json, String about) {
    try {
      Redacted redacted = Views.redact(redactor, view, Layer.ELEMENT, json);
      stripped = redacted.facts().get(0).stripped();
      return compact(Views.bytes(redacted));
    } catch (Refusal refused) {
      throw new AssertionError(about, refused);
    }
  }

  /** Without the white space between tokens. */
  private static String compact(byte[] json) {
    byte[] out = new byte[json.length];
    int size = 0;
    boolean string = false;
    for (int i = 0; i < json.length; i++) {
      byte c = json[i];
      if (string && c == '\\') {
        out[size++] = c;
        out[size++] = json[++i];
        continue;
      }
      string ^= c == '"';
      if (string || (c != ' ' && c != '\n' && c != '\r' && c != '\t')) {
        out[size++] = c;
      }
    }
    return new String(out, 0, size, StandardCharsets.UTF_8);
  }
}
