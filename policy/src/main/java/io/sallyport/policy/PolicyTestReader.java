package io.sallyport.policy;

import io.sallyport.policy.PolicyTest.Backend;
import io.sallyport.policy.PolicyTest.Expect;
import io.sallyport.policy.RoleRules.Pattern;
import io.sallyport.policy.source.Yaml;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/** A file of policy tests: the policy they are for, and the tests. */
public final class PolicyTestReader {
  private static final Set<String> KEYS =
      Set.of("name", "as", "relations", "request", "backend", "expect");
  private static final Set<String> AS = Set.of("role", "purpose", "token", "acr", "reason");
  private static final Set<String> EXPECT =
      Set.of(
          "status",
          "reason",
          "sent",
          "body",
          "absent",
          "never",
          "entries",
          "total",
          "backend-requests",
          "audit");

  private final Consumer<Problem> problems;

  public PolicyTestReader(Consumer<Problem> problems) {
    this.problems = problems;
  }

  /**
   * What a file says.
   *
   * @param policy the policy's name, relative to the file
   */
  public record Suite(String policy, List<PolicyTest> tests) {}

  /** Reads a file's text; null when it is no YAML. Every problem goes to the sink. */
  public Suite read(String file, String text) {
    Yaml root = Yaml.read(file, text, problems);
    if (root == null) {
      return null;
    }
    Fields fields = new Fields(root, "", Set.of("policy", "tests"), problems);
    String policy = fields.text("policy", "");
    if (policy.isEmpty()) {
      fields.error(root.at(), "policy is missing: the file that is tested", "E-MISSING");
    }
    List<PolicyTest> tests = new ArrayList<>();
    Yaml given = fields.take("tests");
    if (given instanceof Yaml.Sequence many && !many.items().isEmpty()) {
      for (int i = 0; i < many.items().size(); i++) {
        tests.add(test(many.items().get(i), "tests[" + i + "]"));
      }
    } else {
      fields.error(root.at(), "tests is missing: a list of them", "E-MISSING");
    }
    fields.finish();
    return new Suite(policy, tests);
  }

  private PolicyTest test(Yaml node, String path) {
    Fields fields = new Fields(node, path, KEYS, problems);
    fields.notYet(Set.of("worlds", "requests"));
    String name = needed(fields, "name", "what it shows");
    String request = needed(fields, "request", "as GET /Patient/p1");
    Fields as = inner(fields, "as", AS);
    String role = as == null ? "" : needed(as, "role", "the caller's role");
    List<String> purposes = as == null ? List.of() : words(as.texts("purpose"));
    Map<String, Object> claims = as == null ? Map.of() : claims(as.take("token"));
    String acr = as == null ? "" : as.text("acr", "");
    if (!acr.isEmpty()) {
      claims = new LinkedHashMap<>(claims);
      claims.put("acr", acr);
    }
    String reason = as == null ? "" : as.text("reason", "");
    Map<String, List<String>> relations = relations(fields, fields.take("relations"));
    Backend backend = backend(fields);
    Fields expected = inner(fields, "expect", EXPECT);
    Expect expect = expected == null ? null : expect(expected);
    if (as != null) {
      as.finish();
    }
    fields.finish();
    return new PolicyTest(
        name, role, purposes, claims, reason, relations, request, backend, expect, node.at());
  }

  /** {@code relations: {care-team: [Patient/p1]}}. */
  private Map<String, List<String>> relations(Fields fields, Yaml node) {
    Map<String, List<String>> relations = new LinkedHashMap<>();
    if (node instanceof Yaml.Mapping mapping) {
      Set<String> names = new TreeSet<>();
      mapping.entries().forEach(entry -> names.add(entry.key()));
      Fields inner = new Fields(node, fields.path("relations"), names, problems);
      for (String name : names) {
        List<Pattern> patients = inner.texts(name);
        for (Pattern patient : patients) {
          if (!patient.text().startsWith("Patient/")) {
            problems.accept(
                Problem.error(
                    patient.at(), patient.path(), "must be a patient, as Patient/p1", "E-VALUE"));
          }
        }
        relations.put(name, words(patients));
      }
    } else if (node != null) {
      fields.error(node.at(), "relations maps each to patients, as [Patient/p1]", "E-TYPE");
    }
    return relations;
  }

  private static String needed(Fields fields, String key, String what) {
    String text = fields.text(key, "");
    if (text.isEmpty()) {
      fields.error(fields.at(), key + " is missing: " + what, "E-MISSING");
    }
    return text;
  }

  private Fields inner(Fields fields, String key, Set<String> keys) {
    Yaml node = fields.take(key);
    if (node == null) {
      fields.error(fields.at(), key + " is missing", "E-MISSING");
      return null;
    }
    return new Fields(node, fields.path(key), keys, problems);
  }

  private Backend backend(Fields fields) {
    Yaml node = fields.take("backend");
    if (node == null || node instanceof Yaml.Scalar) {
      return new Backend(node == null ? "" : ((Yaml.Scalar) node).text(), node == null ? 404 : 200);
    }
    Fields one = new Fields(node, fields.path("backend"), Set.of("status"), problems);
    int status = number(one, "status");
    one.finish();
    return new Backend("", status);
  }

  private Expect expect(Fields fields) {
    Yaml given = fields.take("audit");
    Fields audit =
        new Fields(
            given == null ? new Yaml.Mapping(List.of(), fields.at()) : given,
            fields.path("audit"),
            Set.of("outcome", "notified"),
            problems);
    String outcome = audit.word("outcome", "", Set.of("permitted", "denied", "break-glass"));
    String notified = audit.text("notified", "");
    audit.finish();
    Expect expect =
        new Expect(
            number(fields, "status"),
            reason(fields),
            fields.text("sent", null),
            fields.text("body", ""),
            words(fields.texts("absent")),
            words(fields.texts("never")),
            fields.has("entries") ? words(fields.texts("entries")) : null,
            number(fields, "total"),
            number(fields, "backend-requests"),
            outcome,
            notified);
    fields.finish();
    if (expect.equals(new Expect(-1, "", null, "", List.of(), List.of(), null, -1, -1, "", ""))) {
      fields.error(fields.at(), "expects nothing: such a test cannot fail", "E-MISSING");
    }
    return expect;
  }

  private static String reason(Fields fields) {
    Set<String> reasons = new TreeSet<>();
    for (Reason reason : Reason.values()) {
      reasons.add(reason.name());
    }
    return fields.word("reason", "", reasons);
  }

  private static int number(Fields fields, String key) {
    Problem.Location at = fields.at(key);
    String text = fields.text(key, "");
    if (!text.isEmpty() && !text.matches("[0-9]{1,6}")) {
      fields.error(at, key + " must be a number", "E-VALUE");
      return -1;
    }
    return text.isEmpty() ? -1 : Integer.parseInt(text);
  }

  /** Claims as a token has them: texts, lists and objects of texts. */
  private Map<String, Object> claims(Yaml node) {
    if (node == null) {
      return Map.of();
    }
    if (value(node) instanceof Map<?, ?> map) {
      Map<String, Object> claims = new LinkedHashMap<>();
      map.forEach((key, value) -> claims.put((String) key, value));
      return claims;
    }
    problems.accept(Problem.error(node.at(), "token", "must map claims to values", "E-TYPE"));
    return Map.of();
  }

  private static Object value(Yaml node) {
    if (node instanceof Yaml.Mapping mapping) {
      Map<String, Object> map = new LinkedHashMap<>();
      mapping.entries().forEach(entry -> map.put(entry.key(), value(entry.value())));
      return map;
    }
    if (node instanceof Yaml.Sequence many) {
      return many.items().stream().map(PolicyTestReader::value).toList();
    }
    return ((Yaml.Scalar) node).text();
  }

  private static List<String> words(List<Pattern> given) {
    return given.stream().map(Pattern::text).toList();
  }
}
