package io.sallyport.policy;

import io.sallyport.policy.Scope.Code;
import io.sallyport.policy.Scope.Constraint;
import io.sallyport.policy.Scope.Context;
import io.sallyport.policy.fhir.Percent;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A word of the scope claim to a {@link Scope}. Whatever is not exactly one grants nothing: {@code
 * .dus}, whose letters are out of order, and any constraint that we could not hold a resource to.
 */
final class ScopeParser {
  private static final Pattern RESOURCES =
      Pattern.compile("(patient|user|system)/(\\*|[A-Z][A-Za-z]*)\\.([a-z]+|\\*)(?:\\?(.+))?");

  private static final Pattern V2 = Pattern.compile("c?r?u?d?s?");

  /** No modifier, no chain, and none of the parameters that every type has, as _filter. */
  private static final Pattern PARAMETER = Pattern.compile("[a-z][a-z0-9-]*");

  private ScopeParser() {}

  /** Null for what is no scope on resources, as {@code openid}, and for what grants nothing. */
  static Scope parse(String text) {
    Matcher parts = RESOURCES.matcher(text);
    if (!parts.matches()) {
      return null;
    }
    int interactions = interactions(parts.group(3));
    List<Constraint> constraints = parts.group(4) == null ? List.of() : constraints(parts.group(4));
    return interactions == 0 || constraints == null
        ? null
        : new Scope(Context.of(parts.group(1)), parts.group(2), interactions, constraints);
  }

  /** The words of v1 first: read is no row of letters. */
  private static int interactions(String word) {
    String letters =
        switch (word) {
          case "read" -> "rs";
          case "write" -> "cud";
          case "*" -> Scope.LETTERS;
          default -> V2.matcher(word).matches() ? word : "";
        };
    int bits = 0;
    for (char letter : letters.toCharArray()) {
      bits |= Scope.bit(letter);
    }
    return bits;
  }

  /** Null when one of them is none: with it left out the scope would grant more. */
  private static List<Constraint> constraints(String query) {
    List<Constraint> constraints = new ArrayList<>();
    for (String pair : query.split("&", -1)) {
      Constraint constraint = constraint(pair);
      if (constraint == null) {
        return null;
      }
      constraints.add(constraint);
    }
    return constraints;
  }

  private static Constraint constraint(String pair) {
    int equals = pair.indexOf('=');
    if (equals < 0) {
      return null;
    }
    try {
      String name = Percent.decode(pair.substring(0, equals));
      String value = Percent.decode(pair.substring(equals + 1));
      // An escape (\, \| \$) would be read as what it escapes.
      if (!PARAMETER.matcher(name).matches() || value.indexOf('\\') >= 0) {
        return null;
      }
      List<Code> codes = new ArrayList<>();
      for (String token : value.split(",", -1)) {
        Code code = code(token);
        if (code == null) {
          return null;
        }
        codes.add(code);
      }
      return new Constraint(name, List.copyOf(codes));
    } catch (Refusal malformed) {
      return null;
    }
  }

  /** {@code code}, {@code system|code}, {@code |code} or {@code system|}. */
  private static Code code(String token) {
    int bar = token.indexOf('|');
    if (token.isEmpty() || token.equals("|") || token.indexOf('|', bar + 1) > 0 && bar >= 0) {
      return null;
    }
    if (bar < 0) {
      return new Code(null, token);
    }
    String code = token.substring(bar + 1);
    return new Code(token.substring(0, bar), code.isEmpty() ? null : code);
  }
}
