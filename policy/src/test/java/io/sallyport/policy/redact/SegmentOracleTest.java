package io.sallyport.policy.redact;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.policy.redact.Examples.Example;
import io.sallyport.policy.redact.naive.Fhir;
import io.sallyport.policy.redact.naive.Fhir.Found;
import io.sallyport.policy.redact.naive.Tree;
import io.sallyport.policy.redact.naive.Tree.Arr;
import io.sallyport.policy.redact.naive.Tree.Member;
import io.sallyport.policy.redact.naive.Tree.Obj;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The segments of published resources, beside those that a walk over the tree finds. */
class SegmentOracleTest {
  private static final int WATCHED = 40;

  /** Bytes; rewritten with white space it is still below the limit of a resource. */
  private static final int LARGEST = 1 << 20;

  private final Fhir fhir = Fhir.r4();
  private final long seed = Seed.draw(SegmentOracleTest.class);
  private final Random random = new Random(seed);

  private record Code(String system, String code) {}

  @Test
  void aResourceHasTheSegmentsOfItsCodings() throws IOException {
    List<Example> examples = new ArrayList<>(Examples.complete());
    List<Example> others = new ArrayList<>(Examples.published());
    java.util.Collections.shuffle(others, random);
    examples.addAll(others.subList(0, 400));
    examples.removeIf(example -> example.json().length > LARGEST);
    List<Set<Code>> codes = new ArrayList<>();
    // As often as they are used, so that what many have is watched mostly.
    List<Code> known = new ArrayList<>();
    for (Example example : examples) {
      Obj tree = (Obj) Tree.parse(example.json());
      Set<Code> of = new LinkedHashSet<>();
      codings(tree, tree.text("resourceType"), of);
      codes.add(of);
      known.addAll(of);
    }
    int hits = 0;
    int misses = 0;
    for (int round = 0; round < 4; round++) {
      List<CodeSet.Entry> entries = new ArrayList<>();
      List<Code> watched = new ArrayList<>();
      for (int i = 0; i < WATCHED; i++) {
        Code code = known.get(random.nextInt(known.size()));
        watched.add(code);
        entries.add(new CodeSet.Entry(i, code.system(), code.code(), false));
      }
      View view = Views.role().everything().watch(new CodeSet(entries)).compile();
      Redactor redactor = new Redactor(Limits.DEFAULT);
      for (int i = 0; i < examples.size(); i++) {
        Tree tree = Tree.parse(examples.get(i).json());
        byte[] json =
            random.nextBoolean() ? examples.get(i).json() : Rewriter.rewrite(tree, random);
        long found =
            Views.redact(redactor, view, Redactor.Layer.ELEMENT, json).facts().get(0).segments();
        long expected = 0;
        for (int w = 0; w < WATCHED; w++) {
          Code code = watched.get(w);
          boolean has =
              codes.get(i).contains(code) || codes.get(i).contains(new Code("", code.code()));
          expected |= has ? 1L << w : 0;
        }
        assertThat(found).as("%s, seed %d", examples.get(i), seed).isEqualTo(expected);
        hits += Long.bitCount(expected);
        misses += expected == 0 ? 1 : 0;
      }
    }
    assertThat(hits).isGreaterThan(200);
    assertThat(misses).isGreaterThan(200);
  }

  /** The codings of an object; "" for one that names no system. */
  private void codings(Obj object, String type, Set<Code> to) {
    if (type.equals("Coding") && object.text("code") != null) {
      String system = object.text("system");
      to.add(new Code(system == null ? "" : system, object.text("code")));
    }
    for (Member member : object.members()) {
      Found found = fhir.find(type, member.key());
      if (found == null) {
        continue;
      }
      for (Tree item :
          member.value() instanceof Arr list ? list.items() : List.of(member.value())) {
        if (item instanceof Obj inner) {
          boolean resource = found.type().equals("Resource");
          codings(inner, resource ? inner.text("resourceType") : found.type(), to);
        }
      }
    }
    if (type.equals("Composition") && object.text("confidentiality") != null) {
      to.add(new Code("", object.text("confidentiality")));
    }
  }
}
