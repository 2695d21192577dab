package io.sallyport.policy;

import io.sallyport.policy.fhir.Definitions;
import io.sallyport.policy.fhir.SearchClosure;
import io.sallyport.policy.redact.View;
import io.sallyport.policy.source.Yaml;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;

/** A policy file's text to a {@link PolicySet}, collecting every {@link Problem}. */
final class PolicyReader {
  private static final Set<String> TOP =
      Set.of(
          "policy",
          "fhir",
          "defaults",
          "identity",
          "segments",
          "search-parameters",
          "relations",
          "forbid",
          "roles",
          "break-glass");
  private static final Set<String> TOP_NOT_YET = Set.of("presets");

  private final Consumer<Problem> problems;
  private Definitions definitions = Definitions.r4();
  private SearchClosure closure = SearchClosure.of(definitions);
  private final Function<String, String> files;
  private final KeyNames keys;
  private Segments segments = Segments.NONE;
  private Map<String, Relation> relations = Map.of();
  private boolean failed;

  /**
   * @param files the text of a file that the policy names, by its name; null for none
   * @param keys a key that the policy names; null for none
   */
  PolicyReader(
      Function<String, String> files, Function<String, AudienceKey> keys, Consumer<Problem> sink) {
    this.files = files;
    this.problems =
        problem -> {
          failed |= problem.isError();
          sink.accept(problem);
        };
    this.keys = new KeyNames(keys, problems);
  }

  PolicySet read(String file, String text) {
    Yaml root = Yaml.read(file, text, problems);
    if (root == null) {
      return null;
    }
    Fields top = new Fields(root, "", TOP, problems);
    if (!top.text("policy", "").equals("1")) {
      top.error(
          root.at(), "the first line must be 'policy: 1', the version of the format", "E-VERSION");
    }
    top.word("fhir", "R4", Set.of("R4"));
    top.notYet(TOP_NOT_YET);
    RoleReader.Defaults defaults = defaults(top.take("defaults"));
    Yaml identity = top.take("identity");
    SegmentReader sensitive = new SegmentReader(files, problems);
    segments = sensitive.read(top.take("segments"));
    SearchParameterReader own = new SearchParameterReader(definitions, files, problems);
    definitions = own.read(top.texts("search-parameters"));
    closure = SearchClosure.of(definitions);
    relations = new RelationReader(definitions, closure, problems).read(top.take("relations"));
    Yaml forbid = top.take("forbid");
    Yaml roleNodes = top.take("roles");
    Yaml emergency = top.take("break-glass");
    top.finish();

    List<Forbid> forbids =
        new ForbidReader(definitions, segments, names(roleNodes), problems).read(forbid);
    Map<String, Role> roles = roles(root, roleNodes, defaults, forbids);
    Identity mapping = identity(root, identity, roles.keySet());
    BreakGlass glass =
        new BreakGlassReader(definitions, segments, relations, roles, forbids, problems)
            .read(emergency);
    if (failed) {
      return null;
    }
    String hash = hash(text + sensitive.text() + own.text());
    return new PolicySet(
        hash,
        definitions,
        closure,
        mapping,
        segments,
        relations.keySet(),
        forbids,
        roles,
        keys.named(),
        glass);
  }

  /** Where facts come from in a verified token. */
  record Identity(
      String roleClaim, Map<String, String> map, String purposeClaim, ScopeRule scopes) {}

  private Identity identity(Yaml root, Yaml node, Set<String> roles) {
    if (node == null) {
      problems.accept(
          Problem.error(
              root.at(),
              "identity",
              "is missing: it says which claim holds the role",
              "E-MISSING"));
      return null;
    }
    Fields fields =
        new Fields(
            node, "identity", Set.of("role", "purpose", "user", "patient", "scope"), problems);
    Map<String, String> map = new LinkedHashMap<>();
    String role = claim(fields, "role", map, roles);
    String purpose = claim(fields, "purpose", null, roles);
    String user = claim(fields, "user", null, roles);
    String patient = claim(fields, "patient", null, roles);
    String scope = claim(fields, "scope", null, roles);
    fields.finish();
    if (role == null) {
      fields.error(
          node.at(), "role is missing: {claim: <path of the claim that holds roles>}", "E-MISSING");
    }
    ScopeRule scopes =
        new ScopeRule(
            scope, patient == null ? "patient" : patient, user == null ? "fhirUser" : user);
    return new Identity(role, map, purpose, scopes);
  }

  private String claim(Fields identity, String key, Map<String, String> map, Set<String> roles) {
    Yaml node = identity.take(key);
    if (node == null) {
      return null;
    }
    Fields fields =
        new Fields(node, identity.path(key), Set.of("claim", "map", "system"), problems);
    String claim = fields.text("claim", null);
    fields.text("system", "");
    Yaml mapping = map == null ? null : fields.take("map");
    if (mapping != null && !(mapping instanceof Yaml.Mapping given && !given.entries().isEmpty())) {
      problems.accept(
          Problem.error(
              mapping.at(),
              fields.path("map"),
              "must map claim values to roles; without map a claim's value is the role",
              "E-TYPE"));
    }
    if (mapping instanceof Yaml.Mapping entries) {
      for (Yaml.Entry entry : entries.entries()) {
        String target = entry.value() instanceof Yaml.Scalar scalar ? scalar.text() : "";
        if (!roles.contains(target)) {
          problems.accept(
              Problem.error(
                  entry.value().at(),
                  fields.path("map." + entry.key()),
                  "there is no role '" + target + "'." + Nearest.hint(target, roles),
                  "E-ROLE"));
        }
        map.put(entry.key(), target);
      }
    }
    fields.finish();
    if (claim == null) {
      fields.error(node.at(), "claim is missing", "E-MISSING");
    }
    return claim;
  }

  private RoleReader.Defaults defaults(Yaml node) {
    if (node == null) {
      return new RoleReader.Defaults("unknown", RoleReader.TAGS);
    }
    Fields fields =
        new Fields(node, "defaults", Set.of("access", "elements", "absent", "tag"), problems);
    fields.word("access", "deny", Set.of("deny"));
    fields.word("elements", "hide", Set.of("hide"));
    String absent = fields.word("absent", "unknown", Set.of("unknown", "masked"));
    Set<String> tags = fields.has("tag") ? RoleReader.tags(fields, problems) : RoleReader.TAGS;
    fields.finish();
    return new RoleReader.Defaults(absent, tags);
  }

  private static Set<String> names(Yaml roles) {
    Set<String> names = new HashSet<>();
    if (roles instanceof Yaml.Mapping mapping) {
      mapping.entries().forEach(entry -> names.add(entry.key()));
    }
    return names;
  }

  private Map<String, Role> roles(
      Yaml root, Yaml node, RoleReader.Defaults defaults, List<Forbid> forbids) {
    Map<String, Role> roles = new LinkedHashMap<>();
    if (!(node instanceof Yaml.Mapping mapping) || mapping.entries().isEmpty()) {
      problems.accept(
          Problem.error(
              node == null ? root.at() : node.at(),
              "roles",
              "must name at least one role",
              "E-MISSING"));
      return roles;
    }
    long forbidden = 0;
    for (Forbid forbid : forbids) {
      forbidden |= forbid.segments();
    }
    for (Yaml.Entry entry : mapping.entries()) {
      RoleReader reader =
          new RoleReader(
              definitions, entry.key(), defaults, segments, forbidden, relations, keys, problems);
      RoleRules read = reader.read(entry.value());
      Releases releases = new Releases(read.types().keySet(), reader.terms(), reader.typeTerms());
      TokenParameters tokens =
          reader.terms().scopes()
              ? TokenParameters.of(definitions, closure, read.types().keySet())
              : TokenParameters.NONE;
      RoleRules rules = read.with(releases.keys(new FactKeys(Map.of(), tokens.keys())));
      View view = View.compile(definitions, rules, problems);
      SearchRules search = new SearchRules(definitions, closure, view);
      Map<String, Set<String>> searchable = search.compile(rules, problems);
      new IncludeRules(definitions, closure, view, rules).check(problems);
      PseudonymRules.tell(rules, view, problems);
      releases.tell(view, problems);
      roles.put(
          entry.key(),
          new Role(
              entry.key(),
              reader.purposes(),
              rules,
              view,
              searchable,
              reader.terms(),
              reader.typeTerms(),
              releases,
              tokens.only((type, code) -> search.open(rules.types().get(type), code)),
              reader.observed()));
    }
    return roles;
  }

  private static String hash(String text) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every JDK has SHA-256", impossible);
    }
  }
}
