package io.sallyport.policy.redact;

import io.sallyport.policy.AudienceKey;
import io.sallyport.policy.FactKeys;
import io.sallyport.policy.Problem;
import io.sallyport.policy.RoleRules;
import io.sallyport.policy.RoleRules.Change;
import io.sallyport.policy.RoleRules.Pattern;
import io.sallyport.policy.RoleRules.TypeRule;
import io.sallyport.policy.TestKey;
import io.sallyport.policy.fhir.Definitions;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Builds views and runs the redactor for tests. */
final class Views {
  static final Rebase REBASE = new Rebase("http://ehr.internal/fhir", "https://fhir.example/r4");

  private static final Problem.Location AT = new Problem.Location("policy.yaml", 1, 1);

  final Map<String, TypeRule> types = new LinkedHashMap<>();
  final List<Pattern> hide = new ArrayList<>();
  final List<Change> change = new ArrayList<>();
  final List<Problem> problems = new ArrayList<>();
  boolean keepDerived;
  private CodeSet watch = CodeSet.NONE;
  private AudienceKey pseudonym;
  private FactKeys facts = FactKeys.NONE;
  boolean versions;
  String absent = "unknown";
  Set<String> risk = Set.of();
  Set<String> tags = Set.of("REDACTED", "ABSTRED", "SUBSETTED");

  static Views role() {
    return new Views();
  }

  /** Everything of every type, less the role-level patterns. */
  static Views everything(String... patterns) {
    Views views = new Views();
    views.keepDerived = true;
    Definitions.r4().resources().forEach(type -> views.all(type));
    return views.hide(patterns);
  }

  Views all(String type, String... hidden) {
    types.put(type, rule(type, true, List.of(), patterns(hidden)));
    return this;
  }

  Views only(String type, String... shown) {
    types.put(type, rule(type, false, patterns(shown), List.of()));
    return this;
  }

  /** Accepts what hiding elements of a type that was given may do. */
  Views accept(String type, String... elements) {
    TypeRule had = types.get(type);
    Set<String> risk = Set.of(elements);
    types.put(
        type,
        new TypeRule(
            type, had.does(), had.showAll(), had.show(), had.hide(), had.change(), null, risk, AT));
    return this;
  }

  Views hide(String... patterns) {
    hide.addAll(patterns(patterns));
    return this;
  }

  /** A role-level change: {@code year}, or {@code round: 5}. */
  Views change(String pattern, String method) {
    change.add(changed(pattern, method));
    return this;
  }

  /** The same within the rule of a type that was given. */
  Views change(String type, String pattern, String method) {
    TypeRule had = types.get(type);
    List<Change> more = new ArrayList<>(had.change());
    more.add(changed(pattern, method));
    types.put(
        type,
        new TypeRule(
            type, had.does(), had.showAll(), had.show(), had.hide(), more, null, Set.of(), AT));
    return this;
  }

  /** With what a method takes: {@code round: 5}, or by name {@code hash: {key: a}}. */
  static Change changed(String pattern, String method) {
    Pattern element = new Pattern(pattern, AT, "c");
    String[] parts = method.split(": ", 2);
    if (parts.length == 1 || !parts[1].startsWith("{")) {
      return new Change(element, parts[0], parts.length == 1 ? null : parts[1], AT);
    }
    Map<String, Pattern> named = new TreeMap<>();
    for (String one : parts[1].substring(1, parts[1].length() - 1).split(", ")) {
      String[] said = one.split(": ");
      named.put(said[0], new Pattern(said[1], AT, "c"));
    }
    AudienceKey key = named.containsKey("key") ? TestKey.of(named.get("key").text()) : null;
    return new Change(element, parts[0], null, named, key, AT);
  }

  Views pseudonym(AudienceKey key) {
    pseudonym = key;
    return this;
  }

  Views watch(CodeSet codes) {
    watch = codes;
    return this;
  }

  /** Elements that the release of a type's resources may depend on, by their JSON keys. */
  Views facts(Map<String, Set<String>> keys) {
    facts = new FactKeys(keys, Map.of());
    return this;
  }

  Views keepDerived() {
    keepDerived = true;
    return this;
  }

  View compile() {
    return View.compile(
        Definitions.r4(),
        new RoleRules(
            "r",
            types,
            hide,
            change,
            keepDerived,
            tags,
            absent,
            versions,
            risk,
            null,
            0,
            watch,
            1,
            pseudonym,
            facts),
        problems::add);
  }

  private static TypeRule rule(
      String type, boolean all, List<Pattern> shown, List<Pattern> hidden) {
    return new TypeRule(type, Set.of("read"), all, shown, hidden, List.of(), null, Set.of(), AT);
  }

  private static List<Pattern> patterns(String... texts) {
    return Arrays.stream(texts).map(text -> new Pattern(text, AT, "p")).toList();
  }

  /** One resource through a fresh redactor. */
  static String redact(View view, Redactor.Layer layer, String json) {
    return string(
        redact(new Redactor(Limits.DEFAULT), view, layer, json.getBytes(StandardCharsets.UTF_8)));
  }

  static Redacted redact(Redactor redactor, View view, Redactor.Layer layer, byte[] json) {
    byte[] padded = Arrays.copyOf(json, json.length + Redactor.PADDING);
    return redactor.redact(view, layer, padded, 0, json.length, null, REBASE);
  }

  static byte[] bytes(Redacted redacted) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    redacted.writeTo(out::write);
    return out.toByteArray();
  }

  static String string(Redacted redacted) {
    return new String(bytes(redacted), StandardCharsets.UTF_8);
  }
}
