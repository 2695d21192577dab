package io.sallyport.policy.redact;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.policy.AccessRequest;
import io.sallyport.policy.Claims;
import io.sallyport.policy.Decision;
import io.sallyport.policy.PolicySet;
import io.sallyport.policy.TestKey;
import io.sallyport.policy.fhir.Interaction;
import io.sallyport.policy.fhir.Interaction.Kind;
import io.sallyport.policy.fhir.Interaction.Parameter;
import io.sallyport.policy.redact.Examples.Example;
import io.sallyport.policy.redact.naive.Tree;
import io.sallyport.policy.redact.naive.Tree.Obj;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A Bundle may arrive in any pieces, whatever a role has: what is released, recorded and observed
 * of it is the same to the byte, and of each resource it is what the redactor makes of it alone.
 */
class BundleSplitTest {
  private static final int SAMPLED = 400;
  private static final int SMALL_BYTES = 1500;

  private static final String POLICY =
      """
      policy: 1
      fhir: R4
      identity: {role: {claim: roles}, patient: {claim: patient}}
      segments:
        restricted: {labels: [v3-Confidentiality|R]}
        coded: {codes: codes.csv}
      roles:
        everything:
          purpose: [TREAT]
          types: {"*": {do: [read, search, history], show: all}}
          versions: show
        segments:
          purpose: [TREAT]
          deny-segments: [restricted, coded]
          types:
            Observation: {do: [search], show: all, hide: [note], include: [Observation:subject]}
            Patient: {do: [search], show: all, hide: [photo]}
        methods:
          purpose: [TREAT]
          types:
            Observation:
              do: [search]
              show: all
              include: [Observation:subject]
              change: {effectiveDateTime: year, valueString: {replace: gone}, issued: {shift: {days: 30, key: k}}}
            Patient:
              do: [search]
              show: all
              change: {birthDate: age-cap, address.postalCode: zip3, telecom.value: last4, address.city: {hash: {key: k}}}
        safe-harbor:
          purpose: [TREAT]
          preset: safe-harbor
          types: {Observation: {do: [search], show: all}, Patient: {do: [search], show: all}}
        limited:
          purpose: [TREAT]
          preset: limited-data-set
          types:
            Observation: {do: [search], show: all, include: [Observation:subject]}
            Patient: {do: [search], show: all}
        pseudonyms:
          purpose: [TREAT]
          pseudonym: {key: k}
          change: {dateTime: {shift: {days: 30, key: k}}}
          types:
            Observation: {do: [search], show: all, hide: [method], include: [Observation:subject]}
            Patient: {do: [search], show: all, hide: [birthDate]}
        own:
          purpose: [TREAT]
          compartment: {Patient: token.patient, membership: subject}
          types:
            Observation: {do: [search], show: all, include: [Observation:subject]}
            Patient: {do: [search], show: all, hide: [address]}
      """;

  private static final String CODES = "# system,code\nhttp://snomed.info/sct,66214007\n";

  private final long seed = Seed.draw(BundleSplitTest.class);
  private final Random random = new Random(seed);
  private final PolicySet policy = policy();

  /** What came out, and what was told of it. */
  private record Outcome(
      String json, List<Fact> facts, int withheld, String hits, Shadow.Account shadow) {}

  private static PolicySet policy() {
    List<String> problems = new ArrayList<>();
    PolicySet set =
        PolicySet.read(
            "p.yaml", POLICY, name -> CODES, TestKey::of, problem -> problems.add("" + problem));
    assertThat(set).as("%s", problems).isNotNull();
    return set;
  }

  private Decision.Permit permit(String role, String type) {
    List<Parameter> include =
        policy.abilities(role).includes(type).isEmpty()
            ? List.of()
            : List.of(new Parameter("_include", "", "Observation:subject"));
    Interaction search = new Interaction(Kind.SEARCH, type, "", "", include);
    Claims claims = new Claims(Map.of("patient", "p1"));
    Decision decision =
        policy.decide(
            role,
            List.of("TREAT"),
            new AccessRequest(claims, search, Instant.parse("2026-11-01T00:00:00Z")));
    assertThat(decision).as("%s", decision).isInstanceOf(Decision.Permit.class);
    return (Decision.Permit) decision;
  }

  private Outcome run(byte[] json, Decision.Permit permit, Shadow shadow, int... cuts) {
    BundleStream stream =
        new BundleStream(
            new Redactor(Limits.DEFAULT),
            permit.view(),
            Limits.DEFAULT,
            new Envelope(
                permit.interaction().type(),
                permit.release(),
                Views.REBASE,
                url -> "https://fhir.example/r4?sealed",
                "https://fhir.example/r4/" + permit.interaction().type(),
                1024,
                permit.total(),
                permit.includes(),
                permit.form()));
    if (shadow != null) {
      stream.observe(shadow);
    }
    int at = 0;
    for (int cut : cuts) {
      stream.feed(json, at, cut - at);
      at = cut;
    }
    stream.feed(json, at, json.length - at);
    stream.finish();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    List<Fact> facts = new ArrayList<>();
    int withheld = 0;
    StringBuilder hits = new StringBuilder();
    while (!stream.done()) {
      Redacted window = stream.window();
      window.writeTo(out::write);
      facts.addAll(window.facts());
      withheld += window.withheld();
      hits.append(new TreeMap<>(window.removed())).append(window.length()).append(' ');
    }
    return new Outcome(
        out.toString(StandardCharsets.UTF_8),
        facts,
        withheld,
        hits.toString(),
        shadow == null ? null : shadow.take());
  }

  /** Observations of two patients, the patients, labels and codes, in whatever bytes. */
  private byte[] searchset(int size) throws IOException {
    List<Example> complete = Examples.complete();
    StringBuilder json =
        new StringBuilder(
            "{\"resourceType\":\"Bundle\",\"id\":\"b\",\"type\":\"searchset\",\"total\":7,\"link\":[{\"relation\":"
                + "\"next\",\"url\":\""
                + Views.REBASE.upstream()
                + "?page=2\"}]");
    String separator = ",\"entry\":[";
    for (int i = 0; i < size; i++) {
      boolean patient = i % 3 == 2;
      String name = patient ? "Patient-" : "Observation-";
      List<Example> alike = complete.stream().filter(e -> e.name().contains("/" + name)).toList();
      Obj whole = (Obj) Tree.parse(alike.get(random.nextInt(alike.size())).json());
      String person = "p" + (1 + random.nextInt(2));
      List<Tree.Member> members = new ArrayList<>();
      members.add(member("resourceType", patient ? "Patient" : "Observation"));
      members.add(member("id", patient ? person : "o" + i));
      members.add(raw("meta", random.nextInt(3) == 0 ? LABELLED : "{\"versionId\":\"1\"}"));
      if (!patient) {
        members.add(raw("subject", "{\"reference\":\"Patient/" + person + "\"}"));
        members.add(raw("code", random.nextInt(3) == 0 ? CODED : "{\"text\":\"x\"}"));
        members.add(member("valueString", "é \\u00e9 }]\\\""));
        members.add(member("effectiveDateTime", "2020-02-03"));
      }
      List<Tree.Member> more = new ArrayList<>(whole.members());
      more.removeIf(m -> members.stream().anyMatch(one -> one.key().equals(m.key())));
      more.removeIf(m -> m.key().matches("_?(value|effective).*"));
      java.util.Collections.shuffle(more, random);
      while (!more.isEmpty() && Tree.render(new Obj(members)).length() < SMALL_BYTES) {
        Tree.Member one = more.remove(0);
        if (Tree.render(one.value()).length() < SMALL_BYTES / 2) {
          members.add(one);
        }
      }
      String mode = patient ? "include" : "match";
      json.append(separator).append("{\"fullUrl\":\"").append(Views.REBASE.upstream());
      json.append("/x\",\"resource\":");
      json.append(new String(Rewriter.rewrite(new Obj(members), random), StandardCharsets.UTF_8));
      json.append(",\"search\":{\"mode\":\"" + mode + "\"}}");
      separator = ",";
    }
    return json.append("]}").toString().getBytes(StandardCharsets.UTF_8);
  }

  private static final String LABELLED =
      "{\"security\":[{\"system\":\"http://terminology.hl7.org/CodeSystem/v3-Confidentiality\",\"code\":\"R\"}]}";
  private static final String CODED =
      "{\"coding\":[{\"system\":\"http://snomed.info/sct\",\"code\":\"66214007\"}]}";

  private static Tree.Member member(String key, String value) {
    return raw(key, "\"" + value + "\"");
  }

  private static Tree.Member raw(String key, String json) {
    try {
      return new Tree.Member(
          "\"" + key + "\"", key, Tree.parse(json.getBytes(StandardCharsets.UTF_8)));
    } catch (IOException wrong) {
      throw new IllegalStateException(wrong);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"segments", "methods", "safe-harbor", "limited", "pseudonyms", "own", "observe"})
  void cutsChangeNothing(String role) throws IOException {
    byte[] json = searchset(6);
    cut(role, json, random.ints(SAMPLED, 0, json.length + 1).toArray());
  }

  @Test
  @Tag("long")
  void noCutOfManyBundlesChangesAnything() throws IOException {
    for (int i = 0; i < 10; i++) {
      byte[] json = searchset(3 + random.nextInt(8));
      for (String role : policy.roles()) {
        cut(role, json, IntStream.rangeClosed(0, json.length).toArray());
      }
      cut("observe", json, IntStream.rangeClosed(0, json.length).toArray());
    }
  }

  private void cut(String role, byte[] json, int... cuts) throws IOException {
    boolean observe = role.equals("observe");
    Decision.Permit permit = permit(observe ? "everything" : role, "Observation");
    Outcome whole = run(json, permit, shadow(observe));
    requireEachAlone(json, permit, whole);
    for (int cut : cuts) {
      assertThat(run(json, permit, shadow(observe), cut))
          .as("%s cut at %d, seed %d", role, cut, seed)
          .isEqualTo(whole);
    }
    for (int i = 0; i < 20; i++) {
      int[] some =
          new TreeSet<>(random.ints(30, 0, json.length).boxed().toList())
              .stream().mapToInt(Integer::intValue).toArray();
      assertThat(run(json, permit, shadow(observe), some))
          .as("%s cut at %s, seed %d", role, Arrays.toString(some), seed)
          .isEqualTo(whole);
    }
    int[] every = IntStream.range(0, json.length).toArray();
    assertThat(run(json, permit, shadow(observe), every))
        .as("%s, seed %d", role, seed)
        .isEqualTo(whole);
    if (observe) {
      assertThat(whole.shadow().empty()).isFalse();
      assertThat(whole.json()).isEqualTo(run(json, permit, null).json());
    }
  }

  /** What would have been shown to one of whom something is withheld and hidden. */
  private Shadow shadow(boolean observe) {
    Decision.Permit would = permit("segments", "Observation");
    return observe ? new Shadow(Limits.DEFAULT, would.view(), would.release(), Views.REBASE) : null;
  }

  /** Of each entry that is released, and of no other, what the redactor makes of it alone. */
  private void requireEachAlone(byte[] json, Decision.Permit permit, Outcome whole)
      throws IOException {
    List<String> alone = new ArrayList<>();
    for (Tree entry : ((Tree.Arr) ((Obj) Tree.parse(json)).get("entry")).items()) {
      byte[] resource = Tree.render(((Obj) entry).get("resource")).getBytes(StandardCharsets.UTF_8);
      Redacted one =
          Views.redact(
              new Redactor(Limits.DEFAULT), permit.view(), Redactor.Layer.EXCHANGE, resource);
      if (permit.release().holds(one.facts().get(0))) {
        alone.add(Tree.render(Tree.parse(Views.bytes(one))));
      }
    }
    List<String> released = new ArrayList<>();
    Tree entries = ((Obj) Tree.parse(whole.json().getBytes(StandardCharsets.UTF_8))).get("entry");
    if (entries instanceof Tree.Arr list) {
      list.items().forEach(entry -> released.add(Tree.render(((Obj) entry).get("resource"))));
    }
    // Included ones are released once, and only where a released match leads to them.
    assertThat(alone).as("seed %d", seed).containsAll(released);
    List<String> matches = alone.stream().filter(one -> one.contains("Observation\"")).toList();
    assertThat(released).as("seed %d", seed).containsAll(matches);
  }
}
