package io.sallyport.policy;

import io.sallyport.policy.condition.Condition;
import io.sallyport.policy.condition.ResourceCondition;
import io.sallyport.policy.fhir.Definitions;
import io.sallyport.policy.source.Yaml;
import java.util.ArrayList;
import java.util.Collection;
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

  private final Definitions definitions;
  private final Map<String, Relation> relations;
  private final Consumer<Problem> problems;

  /**
   * @param relations by name
   */
  TermsReader(
      Definitions definitions, Map<String, Relation> relations, Consumer<Problem> problems) {
    this.definitions = definitions;
    this.relations = relations;
    this.problems = problems;
  }

  /**
   * @param types the types of the role, of which its conditions may be asked
   */
  Terms role(Fields fields, Collection<String> types) {
    boolean scopes = fields.word("scopes", "ignore", Set.of("enforce", "ignore")).equals("enforce");
    return terms(fields, clients(fields), scopes, types);
  }

  /**
   * @param types those that the rule is for
   */
  Terms type(Fields fields, Collection<String> types) {
    return terms(fields, Set.of(), false, types);
  }

  private Terms terms(
      Fields fields, Set<String> clients, boolean scopes, Collection<String> types) {
    List<String> acr = acr(fields);
    When when = new When(fields, types);
    return new Terms(
        fields.path(), clients, acr, scopes, when.onRequests, when.onResources, when.related);
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
    acr.addAll(values(needs));
    needs.finish();
    if (node instanceof Yaml.Mapping && acr.isEmpty()) {
      empty(at, fields.path("needs"), "names no token-acr");
    }
    return acr;
  }

  /** {@code token-acr: [mfa]}, of which one is enough. */
  List<String> values(Fields needs) {
    List<String> acr = new ArrayList<>();
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
    return acr;
  }

  /** An empty list would be taken for one that nobody passes, and would stop nobody. */
  private void empty(Problem.Location at, String path, String what) {
    problems.accept(
        Problem.error(at, path, what + ", and so would restrict nothing. Remove it.", "E-VALUE"));
  }

  /** {@code when: [care-team, "token.unit == 'icu'"]}: each entry by its kind. */
  private final class When {
    private final String path;
    private final Collection<String> types;
    private final List<Condition> onRequests = new ArrayList<>();
    private final List<ResourceCondition> onResources = new ArrayList<>();
    private final List<Relation> related = new ArrayList<>();

    When(Fields fields, Collection<String> types) {
      this.path = fields.path("when");
      this.types = types;
      Problem.Location at = fields.at("when");
      Yaml node = fields.take("when");
      if (node instanceof Yaml.Scalar one) {
        add(one, path);
      } else if (node instanceof Yaml.Sequence many) {
        if (many.items().isEmpty()) {
          empty(at, path, "has no condition");
        }
        for (int i = 0; i < many.items().size(); i++) {
          add(many.items().get(i), path + "[" + i + "]");
        }
      } else if (node != null) {
        problems.accept(Problem.error(node.at(), path, "must be a list of conditions", "E-TYPE"));
      }
    }

    private void add(Yaml node, String place) {
      if (!(node instanceof Yaml.Scalar text)) {
        problems.accept(
            Problem.error(
                node.at(), place, "must be a condition, as \"token.unit == 'icu'\"", "E-TYPE"));
        return;
      }
      boolean word = WORD.matcher(text.text()).matches();
      if (word && !RelationReader.isCondition(text.text())) {
        relation(text, place);
      } else if (ResourceCondition.is(text.text())) {
        add(
            onResources,
            ResourceCondition.compile(text.text(), place, text::at, definitions, types, problems));
      } else {
        add(onRequests, Condition.compile(text.text(), place, text::at, problems));
      }
    }

    private static <T> void add(List<T> conditions, T compiled) {
      if (compiled != null) {
        conditions.add(compiled);
      }
    }

    private void relation(Yaml.Scalar name, String place) {
      Relation relation = relations.get(name.text());
      if (relation != null) {
        related.add(relation);
        return;
      }
      problems.accept(
          Problem.error(
              name.at(0),
              place,
              "there is no relation '"
                  + name.text()
                  + "'."
                  + Nearest.hint(name.text(), relations.keySet())
                  + " It stands under relations:, or write a condition, as token.unit == 'icu'.",
              "E-RELATION"));
    }
  }
}
