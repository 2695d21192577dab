package io.sallyport.proxy.noninterference;

import io.sallyport.policy.RoleRules;
import io.sallyport.policy.redact.naive.Fhir;
import io.sallyport.proxy.noninterference.Published.Parameter;
import io.sallyport.proxy.noninterference.Trial.Ask;
import io.sallyport.proxy.noninterference.World.Stored;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Requests that a role may make, or try: interactions, every published parameter with its
 * modifiers, values from either world, so that it looks where they differ.
 */
final class Grammar {
  private static final Set<String> MEASURES = Set.of("quantity", "composite");
  private static final int TRIES = 50;

  private static final List<String> ACCEPTS =
      List.of("", "", "", "application/fhir+json", "*/*", "application/json;q=0.5, */*;q=0.1");

  /**
   * A request and what it tries.
   *
   * @param kind the type of the search parameter it is about, or the interaction
   */
  record Trying(Ask ask, String kind) {}

  private final Sample sample;
  private final List<World> worlds;
  private final Random random;
  private final Wanted wanted;

  /** Types of which the role is given anything. */
  private final Set<String> given = new TreeSet<>();

  Grammar(Sample sample, List<World> worlds, Random random) {
    this.sample = sample;
    this.worlds = worlds;
    this.random = random;
    this.wanted = new Wanted(sample, random);
    worlds.stream()
        .flatMap(world -> world.all().stream())
        .filter(stored -> sample.gives(stored.tree))
        .forEach(stored -> given.add(stored.type));
  }

  /** The next one, by the ids that the role knows; some by those it does not. */
  Trying next() {
    Trying trying = tried();
    if (random.nextInt(25) == 0) {
      return trying;
    }
    Ask ask = trying.ask();
    return new Trying(
        new Ask(
            ask.method(),
            sample.named(ask.path()),
            sample.named(ask.query()),
            sample.named(ask.form()),
            ask.contentType(),
            ask.accept(),
            ask.prefer(),
            ask.ifNoneMatch()),
        trying.kind());
  }

  private Trying tried() {
    int kind = random.nextInt(100);
    if (kind < 3) {
      return new Trying(malformed(), "malformed");
    }
    if (kind < 4) {
      return new Trying(Ask.get("/fhir/metadata", null), "metadata");
    }
    if (kind < 6) {
      return batch();
    }
    int operations = random.nextInt(100);
    if (operations < (may("history") ? 8 : 1)) {
      return history();
    }
    if (operations < (may("$everything") ? 22 : 3)) {
      return everything();
    }
    if (operations < (may("$lastn") ? 28 : 4)) {
      return lastn();
    }
    if (kind < (may("read") ? 18 : 7)) {
      return read();
    }
    Trying measured = random.nextInt(5) == 0 ? measured() : null;
    return measured != null ? measured : search(kind > 91);
  }

  /** A search by a quantity or a composite; null where the role has none that finds anything. */
  private Trying measured() {
    List<Map.Entry<String, Parameter>> all = new ArrayList<>();
    for (String type : Maker.TYPES) {
      for (String code : sample.policy.searchable(sample.role, type)) {
        Parameter parameter = Published.r4().of(type).get(code);
        boolean bound = sample.bound && type.equals("Patient");
        if (parameter != null && !bound && MEASURES.contains(parameter.type())) {
          all.add(Map.entry(type, parameter));
        }
      }
    }
    String kind = random.nextInt(3) > 0 ? "composite" : "quantity";
    if (all.stream().anyMatch(one -> one.getValue().type().equals(kind))) {
      all.removeIf(one -> !one.getValue().type().equals(kind));
    }
    for (int i = 0; i < TRIES && !all.isEmpty(); i++) {
      Map.Entry<String, Parameter> one = pick(all);
      Stored some = given(one.getKey());
      Parameter parameter = one.getValue();
      String part = some.values(parameter).isEmpty() ? null : wanted.part(some, parameter);
      if (part != null) {
        String count = random.nextBoolean() ? "_count=3" : "_total=none";
        return new Trying(
            headers(sent(one.getKey(), List.of(part, count), some)), parameter.type());
      }
    }
    return null;
  }

  private boolean may(String interaction) {
    return Maker.TYPES.stream()
        .anyMatch(type -> sample.policy.interactions(sample.role, type).contains(interaction));
  }

  private String type(String interaction) {
    List<String> may =
        Maker.TYPES.stream()
            .filter(type -> sample.policy.interactions(sample.role, type).contains(interaction))
            .toList();
    // Where worlds have little for a role, it asks for what there is.
    List<String> there = may.stream().filter(given::contains).toList();
    may = there.isEmpty() || random.nextInt(8) == 0 ? may : there;
    return may.isEmpty() || random.nextInt(20) == 0 ? pick(Maker.TYPES) : pick(may);
  }

  private <T> T pick(Collection<T> from) {
    return new ArrayList<>(from).get(random.nextInt(from.size()));
  }

  private Trying read() {
    boolean vread = random.nextInt(may("vread") ? 4 : 20) == 0;
    String type = type(vread ? "vread" : "read");
    Stored some = given(type);
    String path = "/fhir/" + type + "/" + some.id;
    if (vread) {
      path += "/_history/" + (random.nextInt(3) == 0 ? Operations.BEFORE : some.version());
    }
    String query = random.nextInt(8) == 0 ? results(type) : null;
    return new Trying(headers(Ask.get(path, query)), vread ? "vread" : "read");
  }

  private Trying history() {
    String type = type("history");
    String path = "/fhir/" + type;
    if (random.nextInt(4) > 0) {
      path += "/" + given(type).id;
    }
    List<String> parts = new ArrayList<>();
    if (random.nextInt(4) == 0) {
      parts.add("_count=" + (1 + random.nextInt(4)));
    }
    if (random.nextInt(6) == 0) {
      parts.add("_since=2026-01-0" + (1 + random.nextInt(9)) + "T10:00:00Z");
    }
    if (random.nextInt(8) == 0) {
      parts.add("_elements=id");
    }
    return new Trying(headers(asked(path + "/_history", parts)), "history");
  }

  private Trying everything() {
    List<String> parts = new ArrayList<>();
    if (random.nextInt(3) == 0) {
      parts.add("_count=" + (1 + random.nextInt(8)));
    }
    if (random.nextInt(6) == 0) {
      parts.add("_type=" + type("read") + "," + type("read"));
    }
    if (random.nextInt(12) == 0) {
      parts.add("_since=2026-01-0" + (1 + random.nextInt(9)) + "T10:00:00Z");
    }
    if (random.nextInt(16) == 0) {
      parts.add("start=2" + random.nextInt(1000));
    }
    String path = "/fhir/Patient/" + given("Patient").id + "/$everything";
    return new Trying(headers(asked(path, parts)), "$everything");
  }

  private Trying lastn() {
    List<String> parts = new ArrayList<>();
    parts.add("max=" + (1 + random.nextInt(3)));
    if (random.nextBoolean()) {
      parts.add("patient=" + encoded("Patient/" + given("Patient").id));
    }
    return new Trying(headers(asked("/fhir/Observation/$lastn", parts)), "$lastn");
  }

  private static Ask asked(String path, List<String> parts) {
    return Ask.get(path, parts.isEmpty() ? null : String.join("&", parts));
  }

  /** Several of the others at once. */
  private Trying batch() {
    List<String> entries = new ArrayList<>();
    for (int i = 1 + random.nextInt(4); i > 0; i--) {
      Ask one = tried().ask();
      String url = one.path().substring("/fhir".length());
      url = (url.startsWith("/") ? url.substring(1) : url);
      url = url + (one.query() == null ? "" : "?" + one.query());
      String method = one.method().equals("POST") && random.nextBoolean() ? "GET" : one.method();
      entries.add("{\"request\":{\"method\":\"" + method + "\",\"url\":\"" + url + "\"}}");
    }
    String body =
        "{\"resourceType\":\"Bundle\",\"type\":\"batch\",\"entry\":["
            + String.join(",", entries)
            + "]}";
    return new Trying(
        new Ask("POST", "/fhir", null, body, "application/fhir+json", "", "", ""), "batch");
  }

  /** A parameter of one of the types there are, each as often as the others. */
  private String some(String type, List<String> codes) {
    Map<String, List<String>> kinds =
        codes.stream()
            .collect(
                Collectors.groupingBy(
                    code -> Published.r4().of(type).get(code).type(),
                    TreeMap::new,
                    Collectors.toList()));
    return pick(pick(kinds.values()));
  }

  private Stored some(String type) {
    return pick(pick(worlds).of(type));
  }

  /** Mostly one that the role is given, where there is any. */
  private Stored given(String type) {
    List<Stored> given = pick(worlds).of(type).stream().filter(s -> sample.gives(s.tree)).toList();
    return given.isEmpty() || random.nextInt(12) == 0 ? some(type) : pick(given);
  }

  private Trying search(boolean blind) {
    String type = type("search");
    Stored some = given(type);
    Set<String> may = sample.policy.searchable(sample.role, type);
    List<String> all = new ArrayList<>(Published.r4().of(type).keySet());
    boolean own = sample.bound && type.equals("Patient"); // searched by the caller's own id only
    List<String> usable = own ? List.of("_id") : may.stream().filter(all::contains).toList();
    List<String> parts = new ArrayList<>();
    String kind = "all of a type";
    int parameters = random.nextInt(10) == 0 ? 0 : random.nextInt(4) == 0 && !own ? 2 : 1;
    boolean none = found(some, usable).isEmpty() && random.nextInt(4) > 0;
    for (int i = 0; i < parameters && (blind || !none); i++) {
      Parameter parameter =
          Published.r4()
              .of(type)
              .get(blind || usable.isEmpty() ? pick(all) : some(type, findable(some, usable)));
      String part = own && random.nextInt(8) > 0 ? "_id=" + some.id : wanted.part(some, parameter);
      if (part != null) {
        parts.add(part);
        kind = blind ? "any parameter" : i == 0 ? parameter.type() : kind;
      }
    }
    if (random.nextInt(3) == 0) {
      parts.add("_count=" + (random.nextInt(30) == 0 ? 0 : 1 + random.nextInt(8)));
    }
    if (random.nextInt(own ? 50 : 5) == 0) {
      List<String> keys = usable.stream().filter(code -> !leads(type, code)).toList();
      String key = pick(blind || keys.isEmpty() ? all : keys);
      parts.add("_sort=" + (random.nextBoolean() ? "-" : "") + key);
    }
    if (random.nextInt(8) == 0) {
      parts.add(results(type));
    }
    if (blind && random.nextInt(3) == 0) {
      parts.add(hop(type, some));
      kind = "any join";
    } else if (!blind && !sample.withholds() && random.nextInt(5) == 0) {
      String hop = new Hops(sample, worlds, random).from(type, some);
      if (hop != null) {
        parts.clear(); // what is found by both is hardly ever there
        parts.add(hop);
        kind = hop.startsWith("_has") ? "_has" : "chain";
      }
    } else if (!blind && !sample.policy.abilities(sample.role).includes(type).isEmpty()) {
      RoleRules.Include pair = pick(sample.policy.abilities(sample.role).includes(type));
      String way = pair.reverse() ? "_revinclude" : "_include";
      parts.add(way + "=" + pair.source() + ":" + pair.code());
      kind = way;
    }
    return new Trying(headers(sent(type, parts, some)), kind);
  }

  /** How much of the results is wanted, and whether they are counted. */
  private String results(String type) {
    List<String> elements =
        Fhir.r4().keys(type).values().stream().map(f -> f.element().name()).sorted().toList();
    return switch (random.nextInt(8)) {
      case 0 -> random.nextInt(3) == 0 ? "_summary=count" : "_summary=false";
      case 1, 2 -> "_total=" + pick(List.of("accurate", "estimate", "none"));
      case 3, 4 -> "_summary=" + pick(List.of("true", "text", "data", "false"));
      default -> "_elements=" + pick(elements) + "," + pick(elements);
    };
  }

  private static boolean leads(String type, String code) {
    String of = Published.r4().of(type).get(code).type();
    return of.equals("reference") || of.equals("uri") || of.equals("composite");
  }

  /** Parameters by which a resource can be found, so that most searches find something. */
  private static List<String> found(Stored some, List<String> usable) {
    return usable.stream()
        .filter(code -> !some.values(Published.r4().of(some.type).get(code)).isEmpty())
        .toList();
  }

  private static List<String> findable(Stored some, List<String> usable) {
    List<String> found = found(some, usable);
    return found.isEmpty() ? usable : found;
  }

  /** A chain, a reverse chain or an include. */
  private String hop(String type, Stored some) {
    List<Parameter> references =
        Published.r4().of(type).values().stream()
            .filter(parameter -> parameter.type().equals("reference"))
            .toList();
    String other = pick(Maker.TYPES);
    Parameter inner = pick(Published.r4().of(other).values());
    String part = wanted.part(some(other), inner);
    part = part == null ? inner.code() + "=x" : part;
    if (references.isEmpty() || random.nextInt(3) == 0) {
      return "_has:" + other + ":" + pick(List.of("subject", "patient")) + ":" + part;
    }
    String code = pick(references).code();
    return switch (random.nextInt(3)) {
      case 0 -> code + ":" + other + "." + part;
      case 1 -> "_include=" + type + ":" + code;
      default -> "_revinclude=" + other + ":" + pick(List.of("subject", "patient"));
    };
  }

  private Ask sent(String type, List<String> parts, Stored some) {
    String query = String.join("&", parts);
    String about =
        Maker.ABOUT.stream()
            .map(name -> some.tree.at("/" + name + "/reference").asText())
            .filter(reference -> reference.startsWith("Patient/"))
            .findFirst()
            .orElse("");
    if (!about.isEmpty() && random.nextInt(6) == 0) {
      return Ask.get("/fhir/" + about + "/" + type, parts.isEmpty() ? null : query);
    }
    if (random.nextInt(5) == 0) {
      return new Ask(
          "POST",
          "/fhir/" + type + "/_search",
          null,
          query,
          "application/x-www-form-urlencoded",
          "",
          "",
          "");
    }
    return Ask.get("/fhir/" + type, parts.isEmpty() ? null : query);
  }

  private Ask headers(Ask ask) {
    String prefer =
        random.nextInt(8) == 0 ? pick(List.of("handling=lenient", "respond-async")) : "";
    String match = random.nextInt(8) == 0 ? pick(List.of("W/\"1\"", "W/\"5\"", "*")) : "";
    String method = ask.method().equals("GET") && random.nextInt(30) == 0 ? "HEAD" : ask.method();
    return new Ask(
        method,
        ask.path(),
        ask.query(),
        ask.form(),
        ask.contentType(),
        random.nextInt(60) == 0 ? "application/fhir+xml" : pick(ACCEPTS),
        prefer,
        match);
  }

  private Ask malformed() {
    String type = pick(Maker.TYPES);
    String id = some(type).id;
    return switch (random.nextInt(10)) {
      case 0 -> Ask.get("/fhir/" + type + "/" + id + "/_history", null);
      case 1 -> Ask.get("/fhir/" + type, "_filter=id%20eq%20" + id);
      case 2 -> Ask.get("/fhir/" + type, "_total=accurate");
      case 3 -> Ask.get("/fhir/" + type, "_summary=count");
      case 4 -> Ask.get("/fhir/" + type, "_id=" + id + "&_elements=birthDate");
      case 5 -> Ask.get("/fhir/" + type, "%ZZ=1");
      case 6 -> Ask.get("/fhir", "_page=" + "A".repeat(400));
      case 7 -> Ask.get("/fhir", "_type=" + type);
      case 8 -> Ask.get("/fhir/" + type + "/" + id + "/$everything", null);
      default -> Ask.get("/fhir/" + type, "no-such-parameter=" + id);
    };
  }

  static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
