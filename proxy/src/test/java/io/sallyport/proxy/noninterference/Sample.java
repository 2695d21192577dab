package io.sallyport.proxy.noninterference;

import com.fasterxml.jackson.databind.JsonNode;
import io.sallyport.policy.Claims;
import io.sallyport.policy.PolicySet;
import io.sallyport.policy.TestKey;
import io.sallyport.policy.fhir.Definitions;
import io.sallyport.policy.redact.naive.Fhir;
import io.sallyport.policy.redact.naive.NaiveNames;
import io.sallyport.policy.redact.naive.NaiveRedactor;
import io.sallyport.policy.redact.naive.Policy;
import io.sallyport.policy.redact.naive.Policy.Change;
import io.sallyport.policy.redact.naive.Policy.Rule;
import io.sallyport.policy.redact.naive.Tree;
import io.sallyport.proxy.config.PolicyFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/**
 * A role of a policy: as the product reads it, and read once more by hand for the oracle, which
 * shares nothing with it.
 */
final class Sample {
  /** The caller's own patient, where a role is bound to one. */
  static final String OWN = World.id("Patient", 1);

  /** The patients of whose care teams the caller is one, where a role asks for that. */
  static final Set<String> TEAM =
      IntStream.range(0, Maker.PATIENTS)
          .filter(number -> number % 2 == 1)
          .mapToObj(number -> World.id("Patient", number))
          .collect(Collectors.toSet());

  static final String USER = "Practitioner/practitioner-1";
  private static final String MORE =
      """
      policy: 1
      fhir: R4
      identity:
        role: {claim: roles}
        purpose: {claim: purpose_of_use}
        patient: {claim: patient}
      segments:
        substance-use: {labels: [v3-ActCode|SUD], codes: valuesets/substance-use-2026-11.csv}
        restricted: {labels: [v3-Confidentiality|R]}
      roles:
        measurer:
          purpose: [TREAT]
          deny-segments: [substance-use]
          types:
            "*": {do: [read, search], show: all}
        includer:
          purpose: [TREAT]
          deny-segments: [restricted]
          types:
            Patient:
              do: [read, search]
              show: all
              hide: [birthDate, telecom]
              include: ["rev:Observation:subject", "rev:Coverage:beneficiary"]
            Observation:
              do: [read, search]
              show: all
              hide: [note]
              include: ["Observation:subject", "Observation:encounter", "Observation:performer"]
            Encounter:
              do: [read, search]
              show: all
              hide: [reasonCode]
              include: ["Encounter:subject", "rev:Observation:encounter", "rev:Condition:encounter"]
            Condition: {do: [read, search], show: all, include: ["Condition:subject"]}
            Coverage: {do: [read, search], show: all, change: {subscriberId: last4}}
            Practitioner: {do: [read, search], show: [identifier, name, active]}
        narrowed:
          purpose: [HRESCH]
          preset: safe-harbor
          deny-segments: [substance-use]
          types:
            Patient: {do: [read, search], show: [active, link, gender, deceased, address.state]}
            Observation: {do: [read, search], show: all, hide: [bodySite]}
            Condition: {do: [read, search], show: all}
        limited:
          purpose: [HRESCH]
          preset: limited-data-set
          types:
            Patient: {do: [read, search], show: all}
            Observation: {do: [read, search], show: all, change: {effectiveDateTime: year}}
            Encounter: {do: [read, search], show: all}
      """;

  private static final Map<String, String> TYPES =
      Maker.TYPES.stream()
          .collect(Collectors.toMap(type -> type.toLowerCase(Locale.ROOT), type -> type));

  private static final Pattern ID =
      Pattern.compile(
          "(?<![A-Za-z0-9.-])(" + String.join("|", TYPES.keySet()) + ")-b?[0-9]+(?![A-Za-z0-9.-])");

  private static final Path POLICIES =
      Path.of(System.getProperty("sallyport.root", ".."), "config-samples", "policies");

  /** Roles that are given pseudonyms, and dates that are moved: together and apart. */
  private static final String NAMES =
      """
      policy: 1
      fhir: R4
      identity:
        role: {claim: roles}
        purpose: {claim: purpose_of_use}
        patient: {claim: patient}
      segments:
        restricted: {labels: [v3-Confidentiality|R]}
      roles:
        coded:
          purpose: [HRESCH]
          pseudonym: {key: study}
          types:
            Patient: {do: [read, search, $everything], show: all, hide: [birthDate, telecom]}
            Observation: {do: [read, search], show: all, hide: [note], include: [Observation:subject, Observation:encounter]}
            Encounter: {do: [read, search], show: all, hide: [reasonCode], include: ["rev:Observation:encounter"]}
            Condition: {do: [read, search], show: all}
            Practitioner: {do: [read, search], show: [identifier, name, active]}
        withheld:
          purpose: [HRESCH]
          pseudonym: {key: study}
          deny-segments: [restricted]
          change: {date: {shift: {days: 90, key: moves}}, dateTime: {shift: {days: 90, key: moves}}}
          types:
            Patient: {do: [read, search, $everything], show: all, hide: [telecom], include: ["rev:Observation:subject"]}
            Observation: {do: [read, search], show: all, hide: [method], include: [Observation:subject]}
            Condition: {do: [read, search], show: all, hide: [note]}
        moved:
          purpose: [HRESCH]
          change: {date: {shift: {days: 400, key: moves}}, dateTime: {shift: {days: 400, key: moves}}, instant: {shift: {days: 400, key: moves}}}
          types:
            Patient: {do: [read, search], show: all, hide: [photo]}
            Observation: {do: [read, search], show: all, include: [Observation:subject]}
            Encounter: {do: [read, search], show: all}
            Condition: {do: [read, search], show: all}
      """;

  /** Roles of whom something is kept, and who may ask for versions and for everything. */
  private static final String OPERATIONS =
      """
      policy: 1
      fhir: R4
      identity:
        role: {claim: roles}
        purpose: {claim: purpose_of_use}
        patient: {claim: patient}
      segments:
        restricted: {labels: [v3-Confidentiality|R]}
        substance-use: {labels: [v3-ActCode|SUD]}
      roles:
        ward:
          purpose: [TREAT]
          versions: show
          deny-segments: [restricted, substance-use]
          types:
            Patient: {do: [read, vread, search, history, $everything], show: all, hide: [birthDate]}
            Observation: {do: [read, vread, search, history, $lastn], show: all, include: [Observation:performer]}
            Condition: {do: [read, search, history], show: [clinicalStatus, verificationStatus, code.coding, subject]}
            Encounter: {do: [read, search], show: all, hide: [subject]}
            Practitioner: {do: [read], show: all}
        auditor:
          purpose: [TREAT]
          versions: show
          types:
            Patient: {do: [read, vread, history, $everything], show: all, hide: [birthDate]}
            Observation: {do: [read, search, history, $lastn], show: all, hide: [method]}
        visitor:
          purpose: [PATRQT]
          compartment: {Patient: token.patient, membership: subject, beside: [Practitioner]}
          types:
            Patient: {do: [read, search, $everything], show: all, hide: [birthDate]}
            Observation: {do: [read, search], show: all, include: [Observation:performer]}
            Condition: {do: [read, search], show: all}
            Practitioner: {do: [read], show: all}
      """;

  final String name;
  final String role;
  final PolicySet policy;
  final Policy naive;
  private final List<NaiveRedactor> oracles = new ArrayList<>();
  final Claims claims;
  final String client;
  final boolean versions;
  private final String preset;
  final boolean bound;

  /** Whether it is given the patients of its care teams only. */
  final boolean related;

  /** The codes of security labels whose resources it is denied. */
  final Set<String> denied = new HashSet<>();

  /** Whether anything is shown changed. */
  final boolean changes;

  /** What a resource says by itself so that the role is given it, and by which scopes. */
  record Says(Predicate<JsonNode> resource, String scope) {
    static final Says ANYTHING = new Says(resource -> true, "patient/*.rs");
  }

  private final Says says;

  private Sample(String file, String role, PolicySet policy, Map<?, ?> document, Says says) {
    this.says = says;
    this.name = file + "/" + role;
    this.role = role;
    this.policy = policy;
    Map<?, ?> rules = map(map(document, "roles"), role);
    naive = naive(rules);
    oracles.add(new NaiveRedactor(naive));
    preset = (String) rules.get("preset");
    if (preset != null) {
      oracles.add(new NaiveRedactor(shipped(preset)));
    }
    versions = "show".equals(rules.get("versions"));
    bound = rules.containsKey("compartment");
    related = strings(rules.get("when")).contains("care-team");
    changes =
        preset != null
            || !naive.change().isEmpty()
            || naive.types().values().stream().anyMatch(rule -> !rule.change().isEmpty());
    for (String segment : strings(rules.get("deny-segments"))) {
      Map<?, ?> names = map(map(document, "segments"), segment);
      for (String label : strings(names.get("labels"))) {
        denied.add(label.substring(label.indexOf('|') + 1));
      }
      if (names.containsKey("codes")) {
        denied.add(Maker.SENSITIVE_CODE); // the one of the value set that worlds have
      }
    }
    List<String> clients = strings(rules.get("client"));
    client = clients.isEmpty() ? "app" : clients.get(0);
    claims =
        claims(map(document, "identity"), role, strings(rules.get("purpose")).get(0), says.scope());
  }

  /** Every role of every sample. */
  static List<Sample> all() throws IOException {
    List<Sample> all = new ArrayList<>();
    for (String file : List.of("demo", "hospital", "limited-data-set", "safe-harbor")) {
      all.addAll(of(file, Files.readString(POLICIES.resolve(file + ".yaml"))));
    }
    all.addAll(of("operations", OPERATIONS));
    return all;
  }

  /** Roles that use what no sample does, or together what samples use apart. */
  static List<Sample> more() {
    return of("more", MORE);
  }

  /** Roles that are given pseudonyms, and dates that are moved. */
  static List<Sample> names() throws IOException {
    List<Sample> names = new ArrayList<>(of("names", NAMES));
    names.addAll(of("research", Files.readString(POLICIES.resolve("research.yaml"))));
    return names;
  }

  /** The id by which the role knows a resource. */
  String named(String type, String id) {
    return naive.names() == null ? id : naive.names().pseudonym(type, id);
  }

  /** What leads to a contained resource; null where the role cannot search by it. */
  String fragment(String reference) {
    return naive.names() == null ? reference : null;
  }

  /** A text in which every id of a world is the one by which the role knows it. */
  String named(String text) {
    if (naive.names() == null || text == null) {
      return text;
    }
    return ID.matcher(text).replaceAll(id -> named(TYPES.get(id.group(1)), id.group()));
  }

  /** Whether a code or label of a segment that the role is denied stands anywhere. */
  private boolean denied(JsonNode node) {
    if (denied.contains(node.path("code").asText())) {
      return true;
    }
    for (JsonNode inner : node) {
      if (denied(inner)) {
        return true;
      }
    }
    return false;
  }

  private static Policy shipped(String preset) {
    try {
      String text = Files.readString(POLICIES.resolve(preset + ".yaml"));
      Map<?, ?> document =
          (Map<?, ?>) new Load(LoadSettings.builder().build()).loadFromString(text);
      return naive(map(map(document, "roles"), preset));
    } catch (IOException missing) {
      throw new UncheckedIOException(missing);
    }
  }

  private static Policy naive(Map<?, ?> rules) {
    return new Policy(
        types(map(rules, "types")),
        strings(rules.get("hide")),
        changes(rules.get("change")),
        "keep".equals(rules.get("derived")),
        rules.containsKey("pseudonym")
            ? new NaiveNames((String) map(rules, "pseudonym").get("key"), Ehr.BASE, Trial.PUBLIC)
            : null);
  }

  /** What the role sees of a resource; null for nothing. */
  Tree redact(Tree tree) {
    Tree left = tree;
    for (NaiveRedactor oracle : oracles) {
      left = left == null ? null : oracle.redact(left);
    }
    return left;
  }

  static List<Sample> of(String file, String text) {
    return of(file, text, Map.of());
  }

  /**
   * Those of a policy's text.
   *
   * @param says by role, what a resource must say besides
   */
  static List<Sample> of(String file, String text, Map<String, Says> says) {
    List<String> problems = new ArrayList<>();
    PolicySet policy =
        PolicySet.read(
            file,
            text,
            PolicyFiles.beside(POLICIES.resolve(file)),
            TestKey::of,
            problem -> problems.add(problem.toString()));
    if (policy == null) {
      throw new AssertionError(problems);
    }
    Map<?, ?> document = (Map<?, ?>) new Load(LoadSettings.builder().build()).loadFromString(text);
    return policy.roles().stream()
        .map(
            role ->
                new Sample(file, role, policy, document, says.getOrDefault(role, Says.ANYTHING)))
        .toList();
  }

  private Claims claims(Map<?, ?> identity, String role, String purpose, String scope) {
    Map<?, ?> mapping = map(identity, "role");
    String value = role;
    if (mapping.containsKey("map")) {
      value = "none"; // a program's role is its client's
      for (Map.Entry<?, ?> entry : map(mapping, "map").entrySet()) {
        value = entry.getValue().equals(role) ? (String) entry.getKey() : value;
      }
    }
    Map<String, Object> claims = new HashMap<>();
    claims.put((String) mapping.get("claim"), value);
    claims.put((String) map(identity, "purpose").get("claim"), purpose);
    claims.put("patient", OWN);
    claims.put("scope", scope);
    claims.put("irb_protocol", "IRB-117");
    if (related) {
      claims.put("fhirUser", USER);
    }
    return new Claims(claims);
  }

  /** A type's own rule, or the one for all in the compartment, or the one for all. */
  private static Map<String, Rule> types(Map<?, ?> written) {
    Map<String, Rule> types = new TreeMap<>();
    for (String group : List.of("*", "*compartment")) {
      if (written.containsKey(group)) {
        Map<?, ?> rule = map(written, group);
        for (String type : Fhir.r4().resources()) {
          boolean outside =
              group.equals("*compartment") && Definitions.r4().patientCompartment(type).isEmpty();
          if (!outside && !strings(rule.get("except")).contains(type)) {
            types.put(type, rule(rule));
          }
        }
      }
    }
    for (Map.Entry<?, ?> entry : written.entrySet()) {
      if (!((String) entry.getKey()).startsWith("*")) {
        types.put((String) entry.getKey(), rule((Map<?, ?>) entry.getValue()));
      }
    }
    return types;
  }

  private static Rule rule(Map<?, ?> rule) {
    Object show = rule.get("show");
    return new Rule(
        "all".equals(show) ? null : strings(show),
        strings(rule.get("hide")),
        changes(rule.get("change")));
  }

  private static List<Change> changes(Object written) {
    List<Change> changes = new ArrayList<>();
    if (written instanceof Map<?, ?> map) {
      map.forEach(
          (pattern, method) -> {
            String text = method.toString();
            if (method instanceof Map<?, ?> one) {
              Map.Entry<?, ?> only = one.entrySet().iterator().next();
              text = only.getKey() + ": " + only.getValue().toString().replace("=", ": ");
            }
            changes.add(new Change((String) pattern, text));
          });
    }
    return changes;
  }

  private static Map<?, ?> map(Map<?, ?> in, String key) {
    return (Map<?, ?>) in.get(key);
  }

  private static List<String> strings(Object list) {
    return list instanceof List<?> many
        ? many.stream().map(String.class::cast).toList()
        : List.of();
  }

  /** Whether there is anything in resources it is given that it does not see. */
  boolean partial() {
    return bound
        || related
        || !versions
        || naive.types().keySet().stream().anyMatch(type -> !whole(type));
  }

  /** Whether matches of a search may be withheld from it. */
  boolean withholds() {
    return bound || related || !denied.isEmpty() || says != Says.ANYTHING;
  }

  /** Whether it sees all of a type, contained resources of any type included. */
  boolean whole(String type) {
    Rule rule = naive.types().get(type);
    return preset == null
        && naive.hide().isEmpty()
        && !changes
        && rule.show() == null
        && rule.hide().isEmpty()
        && naive.types().containsKey("Organization");
  }

  /** Whether the role is given anything of a resource at all, whoever asks for it. */
  boolean gives(JsonNode resource) {
    String type = resource.get("resourceType").asText();
    if (!naive.types().containsKey(type) || !says.resource().test(resource) || denied(resource)) {
      return false;
    }
    if (related && !isTeams(resource)) {
      return false;
    }
    if (!bound || type.equals("Practitioner") || type.equals("Organization")) {
      return true;
    }
    if (type.equals("Patient")) {
      return resource.get("id").asText().equals(OWN);
    }
    return Maker.ABOUT.stream()
        .allMatch(
            name ->
                !resource.has(name)
                    || resource.at("/" + name + "/reference").asText().equals("Patient/" + OWN));
  }

  /**
   * Whether a resource may be about a patient of the team: nothing else that it says makes it so.
   */
  private static boolean isTeams(JsonNode resource) {
    return resource.get("resourceType").asText().equals("Patient")
        ? TEAM.contains(resource.get("id").asText())
        : Maker.ABOUT.stream()
            .map(name -> resource.at("/" + name + "/reference").asText())
            .anyMatch(
                reference ->
                    TEAM.stream()
                        .anyMatch(id -> (reference + "/").contains("Patient/" + id + "/")));
  }
}
