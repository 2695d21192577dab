package io.sallyport.policy;

import io.sallyport.policy.RoleRules.TypeRule;
import io.sallyport.policy.fhir.Definitions;
import io.sallyport.policy.fhir.Interaction;
import io.sallyport.policy.fhir.Interaction.Kind;
import io.sallyport.policy.fhir.Interaction.Parameter;
import io.sallyport.policy.fhir.SearchClosure;
import io.sallyport.policy.redact.Included;
import io.sallyport.policy.redact.View;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * A compiled policy: deny by default, {@code forbid} wins, exactly one role applies, a rule that
 * fails to evaluate denies. Immutable and shared by all threads.
 */
public final class PolicySet {
  private final String hash;
  private final Definitions definitions;
  private final SearchClosure closure;
  private final PolicyReader.Identity identity;
  private final Segments segments;
  private final List<Forbid> forbids;
  private final Forbidding forbidding;
  private final Set<String> relations;
  private final Map<String, Role> roles;
  private final RoleChoice choice;
  private final Set<String> keys;
  private final Relating relating;

  PolicySet(
      String hash,
      Definitions definitions,
      SearchClosure closure,
      PolicyReader.Identity identity,
      Segments segments,
      Set<String> relations,
      List<Forbid> forbids,
      Map<String, Role> roles,
      Set<String> keys,
      BreakGlass glass) {
    this.relating = new Relating(definitions, identity.scopes(), glass);
    this.hash = hash;
    this.definitions = definitions;
    this.closure = closure;
    this.identity = identity;
    this.segments = segments;
    this.relations = relations;
    this.forbids = List.copyOf(forbids);
    this.forbidding = new Forbidding(this.forbids);
    this.roles = roles;
    this.keys = keys;
    this.choice = new RoleChoice(identity, roles);
  }

  /**
   * Reads and compiles a policy file's text.
   *
   * @param file its name, for problems
   * @param files the text of a file that the policy names, by its name relative to the policy; null
   *     when there is none
   * @param keys a key that the policy names, by its name; null when there is none
   * @param problems every problem found; with an error among them the result is null
   */
  public static PolicySet read(
      String file,
      String text,
      Function<String, String> files,
      Function<String, AudienceKey> keys,
      Consumer<Problem> problems) {
    return new PolicyReader(files, keys, problems).read(file, text);
  }

  /** The same for a policy that names no key. */
  public static PolicySet read(
      String file, String text, Function<String, String> files, Consumer<Problem> problems) {
    return read(file, text, files, name -> null, problems);
  }

  /** The same for a policy that names no other file either. */
  public static PolicySet read(String file, String text, Consumer<Problem> problems) {
    return read(file, text, name -> null, problems);
  }

  /** Warns of what is read or kept unawares, each type at its place: for who checks a file. */
  public void tellFreeText(Consumer<Problem> problems) {
    roles.values().forEach(role -> role.tell(problems));
  }

  /** SHA-256 of the policy's text, hex. */
  public String hash() {
    return hash;
  }

  public Definitions definitions() {
    return definitions;
  }

  /** The names of the keys that the policy uses. */
  public Set<String> keys() {
    return keys;
  }

  /**
   * The one role that a caller has by claims and client; "" for none.
   *
   * @param client the OAuth client; "" when the token does not say
   */
  public String role(Claims claims, String client) {
    Role role = choice.of(claims, client);
    return role == null ? "" : role.name();
  }

  /** The roles, in the file's order. */
  public List<String> roles() {
    return List.copyOf(roles.keySet());
  }

  /** Who is told when the glass is broken; "" where that cannot be. */
  public String notified() {
    return relating.tells();
  }

  /** The relations, in the file's order. */
  public List<String> relations() {
    return List.copyOf(relations);
  }

  /**
   * Claims as they are, or with a user where they name none: for who asks offline, and says which
   * relations hold, but not with whom.
   */
  public Claims withUser(Claims claims) {
    String claim = identity.scopes().userClaim();
    if (claims.at(claim) != null) {
      return claims;
    }
    Map<String, Object> all = new LinkedHashMap<>(claims.values());
    all.put(claim, "Practitioner/offline");
    return new Claims(all);
  }

  /** A request with ids as a caller would make it who was given pseudonyms: for offline tools. */
  public Interaction asCallers(String role, Interaction real) {
    return Translation.asCallers(definitions, view(role), real);
  }

  /** A role's view; null when there is no such role. */
  public View view(String role) {
    return roles.containsKey(role) ? roles.get(role).view() : null;
  }

  /** The purposes of use under which a role applies. */
  public List<String> purposes(String role) {
    return roles.containsKey(role) ? roles.get(role).purposes() : List.of();
  }

  /**
   * The search parameters a role may use on a type, by the computed closure and {@code search:}.
   */
  public Set<String> searchable(String role, String type) {
    return roles.containsKey(role)
        ? roles.get(role).searchable().getOrDefault(type, Set.of())
        : Set.of();
  }

  /** The element that keeps a role from using a search parameter, or null when it may be used. */
  public String blocker(String role, String type, String code) {
    return new SearchRules(definitions, closure, roles.get(role).view()).blocker(type, code, "");
  }

  /** The interactions a role may use on a type; none for an unknown role. */
  public Set<String> interactions(String role, String type) {
    return roles.containsKey(role) ? abilities(role).interactions(type) : Set.of();
  }

  /** Whether a role's access is narrowed by the SMART scopes of the token. */
  public boolean enforcesScopes() {
    return roles.values().stream().anyMatch(role -> role.terms().scopes());
  }

  /** What a role may do; null for an unknown role. */
  public Abilities abilities(String role) {
    return roles.containsKey(role) ? new Abilities(roles.get(role), true) : null;
  }

  /** What a role may do with, and see of, a resource type, and why; null for an unknown role. */
  public Explanation explain(String role, String type) {
    return roles.containsKey(role)
        ? new Explainer(
                definitions,
                closure,
                segments,
                forbids,
                roles.get(role),
                relating.words(role),
                type)
            .explain()
        : null;
  }

  /** Decides. Never throws on data: what cannot be evaluated is denied. */
  public Decision decide(AccessRequest request) {
    try {
      Role role = choice.of(request);
      if (role == null) {
        return deny("", "", "identity.role", Reason.NO_ROLE, "neither claim nor client has a role");
      }
      return decide(role, stated(request), request);
    } catch (RuntimeException failure) {
      return deny("", "", "", Reason.NO_RULE_PERMITS, "a rule failed to evaluate");
    }
  }

  /** The purposes of use that a token states. */
  List<String> stated(AccessRequest request) {
    return identity.purposeClaim() == null
        ? List.of()
        : request.claims().strings(identity.purposeClaim());
  }

  /** Whether what a role says is told and not done. */
  boolean observes(String role) {
    return roles.containsKey(role) && roles.get(role).observed();
  }

  /** The roles of which is told what they would deny and hide, without doing it. */
  public List<String> observed() {
    return roles().stream().filter(this::observes).toList();
  }

  /**
   * Makes what puts observe mode in the place of this policy's decisions.
   *
   * @param everyone whether everybody is observed, not only the roles that say so
   */
  public Observer observer(boolean everyone) {
    return new Observer(
        this, definitions, closure, Observer.everything(definitions, segments, forbids), everyone);
  }

  /** Decides for a named role and stated purposes, as offline tools do. */
  public Decision decide(String role, List<String> purposes, AccessRequest request) {
    Role named = roles.get(role);
    return named == null
        ? deny(role, "", "roles", Reason.NO_ROLE, "there is no such role")
        : decide(named, purposes, request);
  }

  private Decision decide(Role role, List<String> purposes, AccessRequest request) {
    for (String one : purposes) {
      if (role.purposes().contains(one) || relating.breaking(role, one) != null) {
        return judge(role, one, request);
      }
    }
    return deny(
        role.name(), "", "roles." + role.name() + ".purpose", Reason.NO_PURPOSE, "purpose of use");
  }

  /** Decides for a role that applies under a purpose of use. */
  Decision judge(Role role, String purpose, AccessRequest request) {
    Interaction asked = request.interaction();
    String name = role.name();
    BreakGlass breaking = relating.breaking(role, purpose);
    long denied = role.rules().denied() & ~(breaking == null ? 0 : breaking.segments());
    for (Forbid forbid : forbids) {
      if (forbid.matches(name, purpose, asked)) {
        denied |= forbid.segments();
        if (forbid.segments() != 0) {
          continue; // the resources tell
        }
        return deny(name, purpose, forbid.path(), Reason.FORBIDDEN, "forbidden");
      }
    }
    Terms.Unmet unmet = role.terms().unmet(request, purpose);
    if (unmet == null && breaking != null) {
      unmet = breaking.unmet(request.claims());
    }
    if (unmet != null) {
      return unmet.deny(name, purpose);
    }
    if (asked.kind() == Kind.CAPABILITIES) {
      return new Decision.Permit(
          name, purpose, "roles." + name, asked, role.view(), ReleaseRule.ANY, List.of());
    }
    TypeRule rule = role.rules().types().get(asked.type());
    String path = role.path(asked.type());
    if (rule == null || !rule.does().contains(asked.kind().code())) {
      return deny(name, purpose, path, Reason.NO_RULE_PERMITS, "no rule for the interaction");
    }
    unmet = role.typeTerms().get(asked.type()).unmet(request, purpose);
    if (unmet != null) {
      return unmet.deny(name, purpose);
    }
    try {
      Translation said = Translation.of(definitions, role.view(), request);
      return said == null
          ? permit(role, rule, purpose, request, denied)
          : said.of(permit(role, rule, purpose, said.request(), denied));
    } catch (Refusal refused) {
      boolean scope = refused.reason() == Reason.INSUFFICIENT_SCOPE;
      String at = scope ? "roles." + name + ".scopes" : path;
      return deny(name, purpose, at, refused.reason(), refused.detail());
    } catch (RuntimeException failure) {
      return deny(name, purpose, path, Reason.NO_RULE_PERMITS, "a rule failed to evaluate");
    }
  }

  private Decision.Permit permit(
      Role role, TypeRule rule, String purpose, AccessRequest request, long denied) {
    Interaction asked = request.interaction();
    ScopeGrant grant = identity.scopes().granted(role, request.claims(), asked);
    Compartment launch = grant.launched() ? identity.scopes().launch(role, request.claims()) : null;
    Compartment compartment = grant.bound() ? launch : Binding.byRole(role, request.claims());
    OperationRules operations = new OperationRules(definitions, closure, role);
    Interaction sent = asked;
    List<Included> includes = List.of();
    Set<String> types = Set.of(asked.type());
    if (asked.kind() == Kind.EVERYTHING) {
      types =
          operations.everything(
              asked,
              type ->
                  role.typeTerms().get(type).unmet(request, purpose) == null
                      && !forbidding.shut(role, purpose, type));
      for (String type : types) {
        denied |= forbidding.segments(role, purpose, type);
      }
      sent = operations.narrowed(asked, types);
    }
    if (asked.kind() == Kind.SEARCH || asked.kind() == Kind.LASTN) {
      SearchRules rules = new SearchRules(definitions, closure, role.view());
      Narrowing narrowing = compartment == null ? null : new Narrowing(definitions, compartment);
      Chains chains =
          new Chains(
              definitions,
              rules,
              role,
              type ->
                  compartment != null
                      || relating.breaking(role, purpose) != null
                      || forbidding.any(role, purpose, type));
      includes =
          new IncludeRules(definitions, closure, role.view(), role.rules())
              .asked(
                  asked,
                  type ->
                      !role.typeTerms().get(type).none() || forbidding.shut(role, purpose, type));
      for (Parameter parameter : asked.parameters()) {
        if (Chains.hops(parameter)) {
          chains.check(asked.type(), parameter);
        } else if (!IncludeRules.asks(parameter)
            && !OperationRules.isOwn(asked.kind(), parameter)
            && (narrowing == null || !narrowing.isOurs(asked.type(), parameter))) {
          rules.check(rule, role.searchable().getOrDefault(asked.type(), Set.of()), parameter);
        }
      }
      sent = grant.narrowed(narrowing == null ? asked : narrowing.of(asked));
    } else if (compartment != null && Narrowing.outside(compartment, asked)) {
      throw new Refusal(Reason.NOT_IN_COMPARTMENT, "not the caller's own patient");
    }
    for (Included included : includes) {
      for (String type : included.brought()) {
        denied |= forbidding.segments(role, purpose, type);
      }
    }
    Decision.Permit permit =
        new Decision.Permit(
                role.name(),
                purpose,
                role.path(asked.type()),
                sent,
                grant.seen(
                    role.view().on(request.day()).projected(asked.results()),
                    asked.type(),
                    role.constraints()),
                new ReleaseRule(compartment, denied, role.asks(request, purpose, grant, launch))
                    .with(relating.related(role, types, purpose, request)),
                includes)
            .of(types);
    operations.check(asked, permit.unfiltered(), types);
    if (asked.counts() && !permit.unfiltered()) {
      throw new Refusal(Reason.SEARCH_NOT_PERMITTED, "a number would count what is withheld");
    }
    return asked.kind().bundles() ? permit.paged() : permit;
  }

  private static Decision deny(
      String role, String purpose, String rule, Reason reason, String detail) {
    return new Decision.Deny(role, purpose, rule, reason, detail);
  }
}
