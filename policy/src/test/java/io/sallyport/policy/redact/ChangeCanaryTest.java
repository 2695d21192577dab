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
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * Resources of every type with every element filled, seen by a role to which every text and date is
 * changed: no value that was there is anywhere in the output, in whatever encoding.
 */
class ChangeCanaryTest {
  private static final Set<String> CHANGED = Set.of("string", "markdown", "date", "dateTime");

  private final Redactor redactor = new Redactor(Limits.DEFAULT);
  private final Fhir fhir = Fhir.r4();

  @Test
  void noTextAndNoDateIsLeftWhereAllAreChanged() throws IOException {
    long seed = Seed.draw(ChangeCanaryTest.class);
    Random random = new Random(seed);
    Views views = Views.everything();
    views.keepDerived = false;
    for (String type : CHANGED) {
      views.change(type, type.startsWith("date") ? "year" : "replace: withheld");
    }
    View view = views.compile();
    int looked = 0;
    for (Example example : Examples.complete()) {
      Tree tree = Tree.parse(example.json());
      byte[] json = random.nextBoolean() ? example.json() : Rewriter.rewrite(tree, random);
      Set<String> gone = new TreeSet<>();
      Set<String> stay = new TreeSet<>();
      String type = ((Obj) tree).text("resourceType");
      collect((Obj) tree, type, gone, stay);
      String around = String.join("\n", stay);
      gone.removeIf(text -> text.length() < 8 || around.contains(text));
      for (Layer layer : Layer.values()) {
        Haystack out;
        try {
          out = Haystack.of(Views.bytes(Views.redact(redactor, view, layer, json)));
        } catch (Refusal refused) {
          assertThat(layer).as("%s: %s", example, refused.getMessage()).isEqualTo(Layer.EXCHANGE);
          continue;
        }
        for (String text : gone) {
          looked++;
          assertThat(out.holds(text)).as("%s shows '%s', seed %d", example, text, seed).isFalse();
        }
      }
    }
    assertThat(looked).isGreaterThan(10_000);
  }

  private void collect(Obj object, String type, Set<String> gone, Set<String> stay) {
    for (Member member : object.members()) {
      Found found = fhir.find(type, member.key());
      String of = found == null ? "" : found.type();
      for (Tree item :
          member.value() instanceof Arr list ? list.items() : java.util.List.of(member.value())) {
        if (item instanceof Obj inner) {
          collect(inner, of.equals("Resource") ? inner.text("resourceType") : of, gone, stay);
        } else if (item instanceof Raw raw) {
          String text = raw.isText() ? raw.text() : raw.token();
          (CHANGED.contains(of) ? gone : stay).add(text);
        }
      }
    }
  }
}
