package io.sallyport.policy.redact;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.policy.Refusal;
import io.sallyport.policy.redact.Examples.Example;
import io.sallyport.policy.redact.Redactor.Layer;
import io.sallyport.policy.redact.naive.Fhir;
import io.sallyport.policy.redact.naive.Fhir.Found;
import io.sallyport.policy.redact.naive.Tree;
import io.sallyport.policy.redact.naive.Tree.Arr;
import io.sallyport.policy.redact.naive.Tree.Member;
import io.sallyport.policy.redact.naive.Tree.Obj;
import io.sallyport.policy.redact.naive.Tree.Raw;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Resources of every type with every element filled: what is hidden is nowhere in the output, in
 * whatever encoding, and what is not hidden is there.
 */
class CanaryTest {
  private static final int SAMPLE = 3;

  private final Redactor redactor = new Redactor(Limits.DEFAULT);
  private final Fhir fhir = Fhir.r4();
  private Random random;
  private long seed;
  private long looked;
  private long stayed;

  /** A value of a resource and the path of its element, without types of choices. */
  private record Leaf(String path, String text, boolean derived) {}

  @BeforeEach
  void seed() {
    seed = Seed.draw(CanaryTest.class);
    random = new Random(seed);
  }

  @Test
  @Tag("C11")
  void nothingButTheIdWhereNothingElseIsShown() throws IOException {
    for (Example example : Examples.complete()) {
      Tree tree = Tree.parse(example.json());
      String type = ((Obj) tree).text("resourceType");
      check(
          example,
          tree,
          Views.role().only(type, "id").compile(),
          path -> !path.equals(type + ".id"));
    }
    assertThat(looked).isGreaterThan(30_000);
  }

  @Test
  @Tag("C11")
  void someElementsAloneAndAllButThem() throws IOException {
    elements(SAMPLE);
    assertThat(looked).isGreaterThan(30_000);
    assertThat(stayed).isGreaterThan(100_000);
  }

  @Test
  @Tag("long")
  void everyElementAloneAndAllButIt() throws IOException {
    elements(Integer.MAX_VALUE);
    assertThat(looked).isGreaterThan(1_000_000);
  }

  private void elements(int each) throws IOException {
    for (Example example : Examples.complete()) {
      Tree tree = Tree.parse(example.json());
      String type = ((Obj) tree).text("resourceType");
      Set<String> deep = new TreeSet<>();
      Set<String> top = new TreeSet<>();
      for (Leaf leaf : leaves(tree)) {
        String[] steps = leaf.path().split("\\.");
        String path = type;
        for (int i = 1; i < steps.length; i++) {
          path += "." + steps[i];
          (i == 1 ? top : deep).add(path);
        }
      }
      top.remove(type + ".resourceType");
      for (String path : some(top, each)) {
        hide(example, tree, type, path);
        allBut(example, tree, type, path, top);
      }
      for (String path : some(deep, each)) {
        hide(example, tree, type, path);
      }
    }
  }

  private List<String> some(Set<String> paths, int count) {
    List<String> some = new ArrayList<>(paths);
    java.util.Collections.shuffle(some, random);
    return some.subList(0, Math.min(count, some.size()));
  }

  private void hide(Example example, Tree tree, String type, String path) throws IOException {
    View view = Views.role().all(type, path.substring(type.length() + 1)).compile();
    check(example, tree, view, at -> (at + ".").startsWith(path + "."));
  }

  private void allBut(Example example, Tree tree, String type, String path, Set<String> top)
      throws IOException {
    List<String> others = new ArrayList<>(top);
    others.remove(path);
    others.replaceAll(other -> other.substring(type.length() + 1));
    View view = Views.role().all(type, others.toArray(new String[0])).compile();
    check(example, tree, view, at -> !(at + ".").startsWith(path + "."));
  }

  private void check(Example example, Tree tree, View view, Predicate<String> hidden)
      throws IOException {
    byte[] json = random.nextBoolean() ? example.json() : Rewriter.rewrite(tree, random);
    Set<String> gone = new TreeSet<>();
    Set<String> stay = new TreeSet<>();
    for (Leaf leaf : leaves(tree)) {
      boolean type = leaf.path().matches("[A-Za-z]+\\.resourceType");
      (!type && (hidden.test(leaf.path()) || leaf.derived()) ? gone : stay).add(leaf.text());
    }
    String around = String.join("\n", stay);
    // What also stands where it may be seen is no canary, nor is a word that any answer might hold.
    gone.removeIf(text -> !text.matches(".*[0-9_].*") || text.length() < 8);
    gone.removeIf(around::contains);
    for (Layer layer : Layer.values()) {
      Haystack out;
      try {
        out = Haystack.of(Views.bytes(Views.redact(redactor, view, layer, json)));
      } catch (Refusal refused) {
        // Binaries, Bundles and outcomes are no answers.
        assertThat(layer).as("%s: %s", example, refused.getMessage()).isEqualTo(Layer.EXCHANGE);
        continue;
      }
      for (String text : gone) {
        looked++;
        assertThat(out.holds(text)).as("%s shows '%s', seed %d", example, text, seed).isFalse();
      }
      if (layer == Layer.ELEMENT) {
        stayed += stay.size();
        assertThat(out.values()).as("%s, seed %d", example, seed).containsAll(stay);
      }
    }
  }

  private List<Leaf> leaves(Tree tree) {
    String type = ((Obj) tree).text("resourceType");
    List<Leaf> leaves = new ArrayList<>();
    leaves((Obj) tree, type, type, false, leaves);
    return leaves;
  }

  private void leaves(Obj object, String type, String path, boolean derived, List<Leaf> to) {
    for (Member member : object.members()) {
      Found found = fhir.find(type, member.key());
      String here = path + "." + (found == null ? member.key() : found.element().name());
      boolean repeats =
          derived
              || (found != null && found.type().equals("Narrative"))
              || (type.equals("Signature") && member.key().endsWith("data"));
      for (Tree item :
          member.value() instanceof Arr list ? list.items() : List.of(member.value())) {
        if (item instanceof Raw raw) {
          to.add(new Leaf(here, raw.isText() ? raw.text() : raw.token(), repeats));
        } else if (item instanceof Obj inner) {
          boolean resource = found != null && found.type().equals("Resource");
          String below = resource ? inner.text("resourceType") : found == null ? "" : found.type();
          leaves(inner, below, here, repeats, to);
        }
      }
    }
  }
}
