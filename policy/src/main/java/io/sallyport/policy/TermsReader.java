package io.sallyport.policy;

import io.sallyport.policy.condition.Condition;
import io.sallyport.policy.source.Yaml;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/** The keys of a role, and of a rule for a type, that {@link Terms} are made of. */
final class TermsReader {
  /** Of a role. */
  static final Set<String> ROLE_KEYS = Set.of("client", "needs", "scopes", "when");

  /** Of a rule for a type. */
  static final Set<String> TYPE_KEYS = Set.of("needs", "when");

  /** One of the values of acr_values (RFC 9470 section 3), inside quotes. */
  private static final Pattern ACR = Pattern.compile("[!#-\\[\\]-~]{1,256}");

  private static final Pattern WORD = Pattern.compile("[A-Za-z][A-Za-z0-9_-]*");

  private final Map<String, Relation> relations;
  private final Consumer<Problem> problems;

  /**
   * @param relations by name
   */
  TermsReader(Map<String, Relation> relations, Consumer<Problem> problems) {
    this.relations = relations;
    this.problems = problems;
  }

  Terms role(Fields fields) {
    boolean scopes = fields.word("scopes", "ignore", Set.of("enforce", "ignore")).equals("enforce");
    Set<String> clients = clients(fields);
    List<String> acr = acr(fields);
    List<Relation> related = new ArrayList<>();
    return new Terms(fields.path(), clients, acr, scopes, when(fields, related), related);
  }

  Terms type(Fields fields) {
    List<String> acr = acr(fields);
    List<Relation> related = new ArrayList<>();
    return new Terms(fields.path(), Set.of(), acr, false, when(fields, related), related);
  }

  private Set<String> clients(Fields fields) {
    boolean given = fields.has("client");
    Problem.Location at = fields.at("client");
    Set<String> clients = new TreeSet<>();
    fields.texts("client").forEach(client -> clients.add(client.text()));
    if (given && (clients.isEmpty() || clients.contains(""))) {
      empty(at, fields.path("client"), "names no client");
    }
    return clients;
  }

  /** {@code needs: {token-acr: [mfa]}}. */
  private List<String> acr(Fields fields) {
    Problem.Location at = fields.at("needs");
    Yaml node = fields.take("needs");
    List<String> acr = new ArrayList<>();
    if (node == null) {
      return acr;
    }
    Fields needs = new Fields(node, fields.path("needs"), Set.of("token-acr", "reason"), problems);
    needs.notYet(Set.of("reason"));
    for (RoleRules.Pattern value : needs.texts("token-acr")) {
      if (!ACR.matcher(value.text()).matches()) {
        problems.accept(
            Problem.error(
                value.at(),
                value.path(),
                "must be a value of the acr or amr claim: the caller is told it in a header, so it"
                    + " has no space and no quote",
                "E-VALUE"));
      }
      acr.add(value.text());
    }
    needs.finish();
    if (node instanceof Yaml.Mapping && acr.isEmpty()) {
      empty(at, fields.path("needs"), "names no token-acr");
    }
    return acr;
  }

  /** An empty list would be taken for one that nobody passes, and would stop nobody. */
  private void empty(Problem.Location at, String path, String what) {
    problems.accept(
        Problem.error(at, path, what + ", and so would restrict nothing. Remove it.", "E-VALUE"));
  }

  /**
   * {@code when: [care-team, "token.unit == 'icu'"]}.
   *
   * @param related where the relations go
   */
  private List<Condition> when(Fields fields, List<Relation> related) {
    Problem.Location at = fields.at("when");
    Yaml node = fields.take("when");
    List<Condition> conditions = new ArrayList<>();
    if (node instanceof Yaml.Scalar one) {
      add(conditions, related, one, fields.path("when"));
    } else if (node instanceof Yaml.Sequence many) {
      if (many.items().isEmpty()) {
        empty(at, fields.path("when"), "has no condition");
      }
      for (int i = 0; i < many.items().size(); i++) {
        add(conditions, related, many.items().get(i), fields.path("when[" + i + "]"));
      }
    } else if (node != null) {
      problems.accept(
          Problem.error(node.at(), fields.path("when"), "must be a list of conditions", "E-TYPE"));
    }
    return conditions;
  }

  private void add(List<Condition> conditions, List<Relation> related, Yaml node, String path) {
    if (!(node instanceof Yaml.Scalar text)) {
      problems.accept(
          Problem.error(
              node.at(), path, "must be a condition, as \"token.unit == 'icu'\"", "E-TYPE"));
      return;
    }
    boolean word = WORD.matcher(text.text()).matches();
    if (word && !RelationReader.isCondition(text.text())) {
      relation(related, text, path);
      return;
    }
    Condition condition = Condition.compile(text.text(), path, text::at, problems);
    if (condition != null) {
      conditions.add(condition);
    }
  }

  private void relation(List<Relation> related, Yaml.Scalar name, String path) {
    Relation relation = relations.get(name.text());
    if (relation != null) {
      related.add(relation);
      return;
    }
    problems.accept(
        Problem.error(
            name.at(0),
            path,
            "there is no relation '"
                + name.text()
                + "'."
                + Nearest.hint(name.text(), relations.keySet())
                + " It stands under relations:, or write a condition, as token.unit == 'icu'.",
            "E-RELATION"));
  }
}
