package io.sallyport.policy.redact;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.policy.Coded;
import io.sallyport.policy.redact.Examples.Example;
import io.sallyport.policy.redact.naive.Fhir;
import io.sallyport.policy.redact.naive.Fhir.Found;
import io.sallyport.policy.redact.naive.Tree;
import io.sallyport.policy.redact.naive.Tree.Arr;
import io.sallyport.policy.redact.naive.Tree.Member;
import io.sallyport.policy.redact.naive.Tree.Obj;
import io.sallyport.policy.redact.naive.Tree.Raw;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** What the elements of published resources say, beside what a walk over the tree reads there. */
class ElementOracleTest {
  /** Bytes; rewritten with white space it is still below the limit of a resource. */
  private static final int LARGEST = 1 << 20;

  private final Fhir fhir = Fhir.r4();
  private final long seed = Seed.draw(ElementOracleTest.class);
  private final Random random = new Random(seed);

  private int values;
  private int text;

  /** The tree's element does not say what such an element says. */
  private static final class Unreadable extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  @Test
  void everyElementOfAResourceIsReadAsItStandsThere() throws IOException {
    Map<String, Set<String>> keys = new TreeMap<>();
    for (String type : fhir.resources()) {
      Set<String> own = new TreeSet<>();
      fhir.keys(type)
          .forEach(
              (key, found) -> {
                if (!found.underscore() && !aside(found)) {
                  own.add(key);
                }
              });
      keys.put(type, own);
    }
    View shown = Views.everything().facts(keys).compile();
    View hidden = Views.everything("*.*").facts(keys).compile();
    List<Example> examples = new ArrayList<>(Examples.complete());
    List<Example> others = new ArrayList<>(Examples.published());
    java.util.Collections.shuffle(others, random);
    examples.addAll(others.subList(0, 400));
    examples.removeIf(example -> example.json().length > LARGEST);
    int told = 0;
    int untold = 0;
    for (Example example : examples) {
      Tree tree = Tree.parse(example.json());
      for (int variant = 0; variant < 4; variant++) {
        Tree varied = variant < 2 ? tree : spoilt(tree);
        byte[] json = variant == 0 ? example.json() : Rewriter.rewrite(varied, random);
        Map<String, Object> expected = expected((Obj) varied);
        View view = random.nextBoolean() ? shown : hidden;
        Fact fact =
            Views.redact(new Redactor(Limits.DEFAULT), view, Redactor.Layer.ELEMENT, json)
                .facts()
                .get(0);
        assertThat(fact.elements())
            .as("%s, variant %s, seed %d", example, variant, seed)
            .isEqualTo(expected);
        for (Object value : expected.values()) {
          told += value == Fact.UNREADABLE ? 0 : 1;
          untold += value == Fact.UNREADABLE ? 1 : 0;
        }
      }
    }
    assertThat(told).isGreaterThan(10_000);
    assertThat(untold).isGreaterThan(300);
  }

  private static boolean aside(Found found) {
    return Set.of("Extension", "Narrative", "Resource").contains(found.type());
  }

  /** Some of its values are null, of another type, or only beside it. */
  private Tree spoilt(Tree tree) {
    if (tree instanceof Obj object) {
      List<Member> members = new ArrayList<>();
      for (Member member : object.members()) {
        boolean fixed = Set.of("resourceType", "id").contains(member.key());
        boolean spoil = !fixed && member.key().charAt(0) != '_' && random.nextInt(25) == 0;
        Tree value = spoil ? spoiled(member.value()) : spoilt(member.value());
        boolean other = spoil && object.get("_" + member.key()) == null && random.nextInt(4) == 0;
        String key = other && value instanceof Obj ? "_" + member.key() : member.key();
        members.add(new Member('"' + key + '"', key, value));
      }
      return new Obj(members);
    }
    if (tree instanceof Arr list) {
      return new Arr(list.items().stream().map(this::spoilt).toList());
    }
    return tree;
  }

  private Tree spoiled(Tree value) {
    return switch (random.nextInt(5)) {
      case 0 -> new Raw("null");
      case 1 -> new Raw("7");
      case 2 -> new Raw("\"x\"");
      case 3 -> new Arr(List.of(value));
      default -> new Obj(List.of(new Member("\"id\"", "id", new Raw("\"x\""))));
    };
  }

  private Map<String, Object> expected(Obj resource) {
    String type = resource.text("resourceType");
    Map<String, Object> expected = new HashMap<>();
    for (Member member : resource.members()) {
      Found found = fhir.find(type, member.key());
      if (found != null && !found.underscore() && !aside(found)) {
        expected.put(member.key(), whole(found, member.value()));
      }
    }
    for (Member member : resource.members()) {
      Found found = fhir.find(type, member.key());
      if (found != null && found.underscore()) {
        expected.putIfAbsent(member.key().substring(1), Fact.UNREADABLE);
      }
    }
    return expected;
  }

  private Object whole(Found found, Tree value) {
    values = 0;
    text = 0;
    try {
      return value(found, value);
    } catch (Unreadable untold) {
      return Fact.UNREADABLE;
    }
  }

  private Object value(Found found, Tree value) {
    if (!found.element().list()) {
      return item(found.type(), value);
    }
    if (!(value instanceof Arr list)) {
      throw new Unreadable();
    }
    List<Object> items = new ArrayList<>();
    for (Tree one : list.items()) {
      Object item = item(found.type(), one);
      if (found.type().equals("CodeableConcept")) {
        items.addAll((List<?>) item);
      } else {
        items.add(item);
      }
    }
    return items;
  }

  private Object item(String type, Tree value) {
    if (++values > Elements.VALUES_MAX) {
      throw new Unreadable();
    }
    if (value instanceof Raw raw) {
      if (Character.isUpperCase(type.charAt(0))) {
        throw new Unreadable();
      }
      return primitive(type, raw);
    }
    if (!(value instanceof Obj object) || Character.isLowerCase(type.charAt(0))) {
      throw new Unreadable();
    }
    Map<String, Object> members = members(type, object);
    return switch (type) {
      case "CodeableConcept" -> members.getOrDefault("coding", List.of());
      case "Coding" -> new Coded((String) members.get("system"), needed(members, "code"));
      case "Identifier" -> new Coded((String) members.get("system"), needed(members, "value"));
      case "Reference" -> reference(needed(members, "reference"));
      default -> members;
    };
  }

  private Map<String, Object> members(String type, Obj object) {
    Map<String, Object> members = new HashMap<>();
    Set<String> beside = new HashSet<>();
    for (Member member : object.members()) {
      Found found = fhir.find(type, member.key());
      if (found == null || found.type().equals("Resource")) {
        continue;
      }
      if (found.underscore()) {
        beside.add(member.key().substring(1));
      } else if (member.key().equals("modifierExtension")) {
        throw new Unreadable();
      } else if (!member.key().equals("extension")) {
        members.put(member.key(), value(found, member.value()));
      }
    }
    if (!members.keySet().containsAll(beside)) {
      throw new Unreadable();
    }
    return members;
  }

  private static String needed(Map<String, Object> members, String name) {
    if (members.get(name) instanceof String value) {
      return value;
    }
    throw new Unreadable();
  }

  private static String reference(String written) {
    String base = Views.REBASE.upstream() + "/";
    String local = written.startsWith(base) ? written.substring(base.length()) : written;
    String one = "([A-Z][A-Za-z]{1,63}/[A-Za-z0-9\\-.]{1,64})(/_history/[A-Za-z0-9\\-.]{1,64})?";
    return local.matches(one) ? local.replaceAll(one, "$1") : written;
  }

  private Object primitive(String type, Raw raw) {
    if (raw.isText()) {
      text += raw.text().length();
      boolean other =
          Set.of("boolean", "decimal", "integer", "positiveInt", "unsignedInt").contains(type);
      if (other || text > Elements.TEXT_MAX) {
        throw new Unreadable();
      }
      return raw.text();
    }
    try {
      return switch (type) {
        case "boolean" -> bool(raw.token());
        case "decimal" -> finite(raw.token());
        case "integer", "positiveInt", "unsignedInt" -> Long.valueOf(raw.token());
        default -> throw new Unreadable();
      };
    } catch (NumberFormatException none) {
      throw new Unreadable();
    }
  }

  private static Boolean bool(String token) {
    if (!token.equals("true") && !token.equals("false")) {
      throw new Unreadable();
    }
    return token.equals("true");
  }

  private static Double finite(String token) {
    double number = Double.parseDouble(token);
    if (Double.isInfinite(number)) {
      throw new Unreadable();
    }
    return number;
  }

  @Test
  void onlyWhatIsAskedForIsRead() {
    Map<String, Set<String>> keys = Map.of("Patient", Set.of("gender"));
    View view = Views.role().all("Patient").all("Observation").facts(keys).compile();
    String json =
        "{\"resourceType\":\"Patient\",\"gender\":\"male\",\"birthDate\":\"1970-01-01\","
            + "\"contact\":[{\"gender\":\"female\"}]}";
    assertThat(fact(view, json).elements()).isEqualTo(Map.of("gender", "male"));
    assertThat(fact(view, "{\"resourceType\":\"Observation\",\"status\":\"final\"}").elements())
        .isEmpty();
    assertThat(fact(Views.role().all("Patient").compile(), json).elements()).isEmpty();
    assertThat(fact(view, json).judged().elements()).isEmpty();
  }

  private static Fact fact(View view, String json) {
    return Views.redact(
            new Redactor(Limits.DEFAULT),
            view,
            Redactor.Layer.EXCHANGE,
            json.getBytes(java.nio.charset.StandardCharsets.UTF_8))
        .facts()
        .get(0);
  }
}
