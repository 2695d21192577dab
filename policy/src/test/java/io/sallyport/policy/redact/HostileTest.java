package io.sallyport.policy.redact;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.sallyport.policy.Reason;
import io.sallyport.policy.Refusal;
import io.sallyport.policy.redact.Examples.Example;
import io.sallyport.policy.redact.Redactor.Layer;
import io.sallyport.policy.redact.naive.NaiveRedactor;
import io.sallyport.policy.redact.naive.Policy;
import io.sallyport.policy.redact.naive.Tree;
import io.sallyport.policy.redact.naive.Tree.Arr;
import io.sallyport.policy.redact.naive.Tree.Member;
import io.sallyport.policy.redact.naive.Tree.Obj;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Input that means harm: refused as such, at its byte, and nothing of it comes out. */
class HostileTest {
  private static final View VIEW = Views.everything("Extension(urn:absent)").compile();
  private static final String GOOD = "{\"resourceType\":\"Patient\",\"id\":\"good\"}";
  private static final Pattern AT = Pattern.compile("byte (\\d+):");

  private final Redactor redactor = new Redactor(Limits.DEFAULT);

  @Test
  @Tag("G1")
  @Tag("G4")
  @Tag("G5")
  @Tag("G10")
  @Tag("G11")
  @Tag("G12")
  void eachIsRefusedForItsReasonAtItsByte() throws IOException {
    List<String> wrong = new ArrayList<>();
    int rows = 0;
    byte[] table = getClass().getResourceAsStream("hostile.tsv").readAllBytes();
    for (String line : new String(table, StandardCharsets.US_ASCII).split("\n")) {
      if (line.startsWith("#")) {
        continue;
      }
      String[] row = line.split("\t", 3);
      byte[] json = unescape(row[2]);
      rows++;
      for (Layer layer : Layer.values()) {
        String found = refused(layer, json);
        if (!found.equals(row[0] + " " + row[1])) {
          wrong.add(line + " but " + found);
        }
        assertThat(Views.redact(redactor, VIEW, Layer.ELEMENT, bytes(GOOD)).length())
            .as("after %s", line)
            .isEqualTo(GOOD.length());
      }
    }
    assertThat(wrong).isEmpty();
    assertThat(rows).isGreaterThan(130);
  }

  private static byte[] unescape(String text) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) == '%') {
        out.write(Integer.parseInt(text.substring(i + 1, i + 3), 16));
        i += 2;
      } else {
        out.write(text.charAt(i));
      }
    }
    return out.toByteArray();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** Reason and position of the refusal; what came instead otherwise. */
  private String refused(Layer layer, byte[] json) {
    try {
      return "released " + Views.string(Views.redact(redactor, VIEW, layer, json));
    } catch (Refusal refusal) {
      Matcher at = AT.matcher(refusal.getMessage());
      return refusal.reason() + " " + (at.find() ? at.group(1) : "-");
    }
  }

  @Test
  void cutAnywhereEveryTypeIsRefusedNotBehindItsEnd() throws IOException {
    long seed = Seed.draw(HostileTest.class);
    Random random = new Random(seed);
    List<Example> complete = Examples.complete();
    for (Example example : complete) {
      int end = new String(example.json(), StandardCharsets.UTF_8).stripTrailing().length();
      boolean every = random.nextInt(complete.size()) < 3;
      for (int cut = 0; cut < end; cut += every ? 1 : 1 + random.nextInt(end / 20)) {
        byte[] json = Arrays.copyOf(example.json(), cut);
        String found = refused(Layer.ELEMENT, json);
        assertThat(found)
            .as("%s cut at %d, seed %d", example, cut, seed)
            .startsWith(Reason.UPSTREAM_INVALID + " ");
        assertThat(Integer.parseInt(found.split(" ")[1])).isLessThanOrEqualTo(cut);
      }
    }
  }

  /** An element whose JSON is of another kind is dropped as if it were not there, or refused. */
  @Test
  @Tag("G7")
  @Tag("G8")
  void anotherKindOfJsonIsNotReleased() throws IOException {
    long seed = Seed.draw(HostileTest.class);
    Random random = new Random(seed);
    String[] kinds = {
      "null",
      "true",
      "\"canary\"",
      "1e1",
      "{\"id\":\"canary\"}",
      "[\"canary\"]",
      "[null]",
      "[{\"id\":\"canary\"}]",
      "[[\"canary\"]]",
      "{}",
      "[]",
      "[[]]",
      "[{\"id\":\"canary\"},null]",
      "{\"resourceType\":\"Patient\",\"id\":\"canary\"}",
      "{\"extension\":[{\"url\":\"canary\"}]}"
    };
    for (Example example : Examples.complete()) {
      Obj tree = (Obj) Tree.parse(example.json());
      String type = tree.text("resourceType");
      Policy policy =
          new Policy(
              Map.of(type, new Policy.Rule(null, List.of(), List.of())),
              List.of(),
              List.of(),
              true);
      View view = PolicyMaker.view(policy);
      NaiveRedactor naive = new NaiveRedactor(policy);
      for (int i = 0; i < 40; i++) {
        Tree changed = change(tree, Tree.parse(bytes(kinds[random.nextInt(kinds.length)])), random);
        String json = Tree.render(changed);
        String out;
        try {
          out = Views.redact(view, Layer.ELEMENT, json);
        } catch (Refusal refusal) {
          boolean other = !type.equals(((Obj) changed).text("resourceType"));
          boolean empty = json.contains("{}") || json.contains("[]");
          assertThat(other || empty).as("%s: %s, seed %d", example, refusal, seed).isTrue();
          continue;
        }
        assertThat(out)
            .as("%s, seed %d: %s", example, seed, json)
            .isEqualTo(Tree.render(naive.redact(changed)));
      }
    }
  }

  /** The tree with another value at one place, found by walking down at random. */
  private static Tree change(Tree tree, Tree value, Random random) {
    if (tree instanceof Obj object && !object.members().isEmpty()) {
      List<Member> members = new ArrayList<>(object.members());
      int at = random.nextInt(members.size());
      Member old = members.get(at);
      boolean here = random.nextInt(3) == 0;
      members.set(
          at, new Member(old.raw(), old.key(), here ? value : change(old.value(), value, random)));
      return new Obj(members);
    }
    if (tree instanceof Arr array && !array.items().isEmpty()) {
      List<Tree> items = new ArrayList<>(array.items());
      int at = random.nextInt(items.size());
      items.set(at, random.nextInt(3) == 0 ? value : change(items.get(at), value, random));
      return new Arr(items);
    }
    return value;
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"x\":", "[", "{\"extension\":[", "[[{\"contained\":"})
  void depthIsRefusedWhereItIsTooDeep(String level) {
    String json = "{\"resourceType\":\"Patient\",\"x\":" + level.repeat(200_000);
    String found = refused(Layer.ELEMENT, bytes(json));
    assertThat(found).startsWith(Reason.UPSTREAM_INVALID + " ");
    assertThat(Integer.parseInt(found.split(" ")[1])).isLessThan(5000);
  }

  /**
   * Twice the keys cost twice the memory, also where all hash alike. Work that grew with the square
   * of their number would not end.
   */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void manyUnknownKeysCostNoMoreThanTheirNumber(boolean colliding) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long[] cost = new long[2];
    for (int round = 0; round < 2; round++) {
      for (int i = 0; i < 2; i++) {
        byte[] json = bytes(keys(50_000 * (i + 1), colliding));
        long before = threads.getCurrentThreadAllocatedBytes();
        Redacted redacted = Views.redact(redactor, VIEW, Layer.ELEMENT, json);
        cost[i] = threads.getCurrentThreadAllocatedBytes() - before;
        assertThat(Views.string(redacted)).isEqualTo("{\"resourceType\":\"Patient\"}");
      }
    }
    assertThat(cost[1]).isLessThan(cost[0] * 3);
  }

  private static String keys(int count, boolean colliding) {
    StringBuilder json = new StringBuilder("{\"resourceType\":\"Patient\"");
    for (int i = 0; i < count; i++) {
      json.append(",\"");
      for (int bit = 0; bit < 17; bit++) {
        // "Aa" and "BB" have one String.hashCode.
        json.append((i >> bit & 1) == 0 ? "Aa" : colliding ? "BB" : "Ab");
      }
      json.append("\":1");
    }
    return json.append('}').toString();
  }
}
