package io.sallyport.policy;

import io.sallyport.policy.Scope.Context;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The SMART scopes of one token. Together they are their union; what they leave of a role is for
 * {@link ScopeRule} to say. Immutable: a token's are parsed once, and kept with its {@link Claims}.
 */
final class Scopes {
  private final String claim;
  private final Set<Context> named = EnumSet.noneOf(Context.class);
  private final Map<Context, Map<String, Integer>> granted = new EnumMap<>(Context.class);
  private final List<Scope> constrained = new ArrayList<>();

  private Scopes(String claim) {
    this.claim = claim;
  }

  /**
   * Reads them: {@code scope} is one text (RFC 8693 section 4.2), {@code scp} a text or a list.
   *
   * @param claim where they are
   */
  static Scopes of(String claim, Claims claims) {
    Scopes scopes = new Scopes(claim);
    for (String text : claims.strings(claim)) {
      for (String word : text.split(" ")) {
        scopes.add(word);
      }
    }
    return scopes;
  }

  private void add(String word) {
    int slash = word.indexOf('/');
    Context context = slash < 0 ? null : Context.of(word.substring(0, slash));
    if (context != null) {
      named.add(context); // also when it grants nothing: the token speaks of a patient all the same
    }
    Scope scope = ScopeParser.parse(word);
    if (scope == null) {
      return;
    }
    if (!scope.constraints().isEmpty()) {
      constrained.add(scope);
      return;
    }
    granted
        .computeIfAbsent(context, c -> new HashMap<>())
        .merge(scope.type(), scope.interactions(), (before, more) -> before | more);
  }

  String claim() {
    return claim;
  }

  /** Whether any scope is of this context, even one that grants nothing. */
  boolean names(Context context) {
    return named.contains(context);
  }

  /**
   * Whether these interactions are granted, whatever the resource says.
   *
   * @param type a resource type, or {@code *} for every one
   * @param interactions bits of {@link Scope#bit}
   */
  boolean grants(Context context, String type, int interactions) {
    Map<String, Integer> types = granted.get(context);
    if (types == null) {
      return false;
    }
    int bits = types.getOrDefault("*", 0) | types.getOrDefault(type, 0);
    return (bits & interactions) == interactions;
  }

  /**
   * Those of a context that grant these interactions, but of certain resources only.
   *
   * @param type a resource type
   * @param interactions bits of {@link Scope#bit}
   */
  List<Scope> constrained(Context context, String type, int interactions) {
    List<Scope> some = new ArrayList<>();
    for (Scope scope : constrained) {
      boolean named = scope.type().equals("*") || scope.type().equals(type);
      if (named
          && scope.context() == context
          && (scope.interactions() & interactions) == interactions) {
        some.add(scope);
      }
    }
    return some;
  }
}
