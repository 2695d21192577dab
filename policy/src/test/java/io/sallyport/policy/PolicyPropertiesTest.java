package io.sallyport.policy;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.policy.fhir.Definitions;
import io.sallyport.policy.fhir.Interaction;
import io.sallyport.policy.fhir.Interaction.Kind;
import io.sallyport.policy.fhir.Interaction.Parameter;
import io.sallyport.policy.fhir.InteractionParser;
import io.sallyport.policy.redact.View;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** What holds of every policy, on random ones. A failure names the seed it is repeated with. */
class PolicyPropertiesTest {
  private static final Definitions R4 = Definitions.r4();
  private static final List<String> TYPES =
      List.of("Patient", "Observation", "Condition", "Encounter", "Coverage", "Consent");
  private static final List<String> DOES = List.of("read", "vread", "search");
  private static final List<String> PURPOSES = List.of("TREAT", "HPAYMT", "HRESCH");

  private final long seed = System.nanoTime();
  private final Random random = new Random(seed);

  /** A random policy before it is text: roles to types to their rules. */
  private final class Draft {
    final Map<String, Map<String, String>> roles = new TreeMap<>();
    final Map<String, Map<String, Set<String>>> does = new TreeMap<>();
    final Map<String, String> purposes = new TreeMap<>();
    final List<String> forbid = new ArrayList<>();

    Draft() {
      for (String role : List.of("ann", "bob", "cem")) {
        purposes.put(role, one(PURPOSES));
        roles.put(role, new TreeMap<>());
        does.put(role, new TreeMap<>());
        for (String type : some(TYPES)) {
          Set<String> words = new TreeSet<>(some(DOES));
          roles.get(role).put(type, "show: all, hide: " + hides(type, random.nextInt(4)));
          does.get(role).put(type, words);
        }
      }
      if (random.nextBoolean()) {
        forbid.add("{type: [" + one(TYPES) + "], interaction: [" + one(DOES) + "]}");
      }
    }

    String text(List<String> order) {
      StringBuilder text = new StringBuilder("policy: 1\nidentity:\n  role: {claim: r, map: {");
      text.append("a: ann, b: bob, c: cem}}\n  purpose: {claim: p}\n");
      text.append("forbid: [").append(String.join(", ", forbid)).append("]\nroles:\n");
      for (String role : order) {
        text.append("  ").append(role).append(":\n    purpose: [").append(purposes.get(role));
        text.append("]\n    versions: show\n    types:\n");
        roles
            .get(role)
            .forEach(
                (type, rule) ->
                    text.append("      ")
                        .append(type)
                        .append(": {do: ")
                        .append(does.get(role).get(type))
                        .append(", ")
                        .append(rule)
                        .append("}\n"));
      }
      return text.toString();
    }

    PolicySet policy() {
      return read(text(List.copyOf(roles.keySet())));
    }
  }

  private List<String> hides(String type, int many) {
    List<String> names = new ArrayList<>();
    for (Definitions.Element element : R4.type(type).elements()) {
      if (!element.modifier()) {
        names.add(element.name());
      }
    }
    Collections.shuffle(names, random);
    return names.subList(0, many);
  }

  private <T> T one(List<T> all) {
    return all.get(random.nextInt(all.size()));
  }

  /** At least one of them. */
  private List<String> some(List<String> all) {
    List<String> some = new ArrayList<>(all);
    Collections.shuffle(some, random);
    return some.subList(0, 1 + random.nextInt(all.size()));
  }

  private PolicySet read(String text) {
    List<Problem> problems = new ArrayList<>();
    PolicySet set = PolicySet.read("random.yaml", text, problems::add);
    assertThat(problems).as("seed %d\n%s", seed, text).noneMatch(Problem::isError);
    return set;
  }

  private Interaction interaction() {
    String type = one(TYPES);
    switch (random.nextInt(3)) {
      case 0:
        return new Interaction(Kind.READ, type, "x1", "", List.of());
      case 1:
        return new Interaction(Kind.VREAD, type, "x1", "2", List.of());
      default:
        List<Definitions.SearchParameter> all = List.copyOf(R4.searchParameters(type));
        Definitions.SearchParameter parameter = one(all);
        return new Interaction(
            Kind.SEARCH, type, "", "", List.of(new Parameter(parameter.code(), "", "v")));
    }
  }

  private AccessRequest request() {
    Claims claims = new Claims(Map.of("r", one(List.of("a", "b", "c", "d")), "p", one(PURPOSES)));
    return new AccessRequest(claims, interaction(), Instant.EPOCH);
  }

  /** All of a decision but the identity of its view. */
  private static String told(Decision decision) {
    String who = decision.role() + " " + decision.purpose() + " " + decision.rule() + " ";
    return decision instanceof Decision.Permit permit
        ? who + InteractionParser.canonical(permit.interaction()) + " " + permit.release()
        : who + ((Decision.Deny) decision).reason() + " " + ((Decision.Deny) decision).detail();
  }

  @Test
  void whatNoRuleNamesIsDenied() {
    Map<String, String> names = Map.of("a", "ann", "b", "bob", "c", "cem");
    int denied = 0;
    for (int i = 0; i < 30; i++) {
      Draft draft = new Draft();
      PolicySet policy = draft.policy();
      for (int j = 0; j < 60; j++) {
        AccessRequest request = request();
        String role = names.get((String) request.claims().at("r"));
        boolean named =
            role != null
                && draft.purposes.get(role).equals(request.claims().at("p"))
                && draft
                    .does
                    .get(role)
                    .getOrDefault(request.interaction().type(), Set.of())
                    .contains(request.interaction().kind().code());
        if (!named) {
          denied++;
          assertThat(policy.decide(request))
              .as("seed %d, %s", seed, request)
              .isInstanceOf(Decision.Deny.class);
        }
      }
    }
    assertThat(denied).as("seed %d", seed).isGreaterThan(100);
  }

  @Test
  void forbidAlwaysWins() {
    int turned = 0;
    for (int i = 0; i < 20; i++) {
      Draft draft = new Draft();
      PolicySet before = draft.policy();
      String type = one(TYPES);
      draft.forbid.add("{type: [" + type + "]}");
      PolicySet after = draft.policy();
      for (int j = 0; j < 100; j++) {
        AccessRequest request = request();
        Decision now = after.decide(request);
        if (request.interaction().type().equals(type)) {
          assertThat(now).as("seed %d, %s", seed, request).isInstanceOf(Decision.Deny.class);
          turned += before.decide(request) instanceof Decision.Permit ? 1 : 0;
        } else {
          assertThat(told(now)).as("seed %d", seed).isEqualTo(told(before.decide(request)));
        }
      }
    }
    assertThat(turned).as("seed %d", seed).isPositive();
  }

  @Test
  void addingAHideNeverAddsVisibilityOrASearch() {
    int lost = 0;
    for (int i = 0; i < 40; i++) {
      Draft draft = new Draft();
      PolicySet before = draft.policy();
      String role = one(List.copyOf(draft.roles.keySet()));
      String type = one(List.copyOf(draft.roles.get(role).keySet()));
      String rule = draft.roles.get(role).get(type);
      String more = one(hides(type, 1));
      draft
          .roles
          .get(role)
          .put(type, rule.replace("[]", "[x]").replace("]", ", " + more + "]").replace("x, ", ""));
      PolicySet after = draft.policy();
      for (Definitions.Element element : R4.type(type).elements()) {
        String path = type + "." + element.name();
        View.Visibility was = before.view(role).visibility(path);
        View.Visibility is = after.view(role).visibility(path);
        // FULL, PARTIAL, HIDDEN: less is later.
        assertThat(is).as("seed %d: %s with hide %s", seed, path, more).isGreaterThanOrEqualTo(was);
        lost += is == was ? 0 : 1;
      }
      assertThat(after.view(role).visibility(type + "." + more))
          .as("seed %d", seed)
          .isEqualTo(View.Visibility.HIDDEN);
      assertThat(before.searchable(role, type))
          .as("seed %d: %s with hide %s", seed, type, more)
          .containsAll(after.searchable(role, type));
    }
    assertThat(lost).as("seed %d", seed).isPositive();
  }

  @Test
  void theOrderOfRolesIsIrrelevantWhereAMapDecides() {
    for (int i = 0; i < 20; i++) {
      Draft draft = new Draft();
      List<String> order = new ArrayList<>(draft.roles.keySet());
      PolicySet one = read(draft.text(order));
      Collections.reverse(order);
      PolicySet other = read(draft.text(order));
      for (int j = 0; j < 100; j++) {
        AccessRequest request = request();
        assertThat(told(other.decide(request)))
            .as("seed %d, %s", seed, request)
            .isEqualTo(told(one.decide(request)));
      }
    }
  }

  @Test
  void decidingIsPure() {
    PolicySet policy = new Draft().policy();
    PolicySet again = read(new Draft().text(List.of("ann", "bob", "cem")));
    List<AccessRequest> requests = new ArrayList<>();
    List<Decision> first = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      AccessRequest request = request();
      requests.add(request);
      first.add(policy.decide(request));
      again.decide(request);
    }
    for (int i = requests.size() - 1; i >= 0; i--) {
      assertThat(policy.decide(requests.get(i))).as("seed %d", seed).isEqualTo(first.get(i));
    }
    assertThat(first).as("seed %d", seed).hasAtLeastOneElementOfType(Decision.Permit.class);
  }
}
