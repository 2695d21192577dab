package io.sallyport.policy.fhir;

import io.sallyport.policy.fhir.Definitions.Element;
import io.sallyport.policy.fhir.Definitions.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * The part of FHIRPath that search parameters use: paths, unions, parentheses, {@code as}, {@code
 * where}, {@code resolve}, {@code exists}. It is not evaluated but read: which elements does it
 * touch?
 *
 * @see <a href="https://hl7.org/fhir/R4/search.html#expression">SearchParameter.expression</a>
 */
final class Expressions {
  private final Definitions definitions;

  Expressions(Definitions definitions) {
    this.definitions = definitions;
  }

  /** A place in the type graph: a path from the resource type and the types it may have there. */
  record Step(String path, List<String> types) {}

  /**
   * What an expression touches.
   *
   * @param results what it yields
   * @param beside paths that its conditions read on the way
   */
  record Reading(List<Step> results, Set<String> beside) {
    boolean isEmpty() {
      return results.isEmpty();
    }
  }

  /** Reads an expression for one base type; terms about other types do not count. */
  Reading read(String type, String expression) {
    Reading reading = new Reading(new ArrayList<>(), new TreeSet<>());
    reading.results().addAll(new Scanner(type, expression, reading.beside()).all(null));
    return reading;
  }

  /** Reads {@code inner} from every place that {@code outer} yields: a composite's component. */
  Reading read(String type, String outer, String inner) {
    Reading reading = new Reading(new ArrayList<>(), new TreeSet<>());
    List<Step> from = new Scanner(type, outer, reading.beside()).all(null);
    for (Step step : from) {
      reading.results().addAll(new Scanner(type, inner, reading.beside()).all(step));
    }
    return reading;
  }

  /** A recursive-descent reader of one expression. */
  private final class Scanner {
    private final String type;
    private final String text;
    private final Set<String> beside;
    private int at;

    /** A part of the expression was not understood: then nobody knows what it reads. */
    private boolean lost;

    Scanner(String type, String text, Set<String> beside) {
      this.type = type;
      this.text = text;
      this.beside = beside;
    }

    /** What the whole expression yields; nothing when a part of it was not understood. */
    List<Step> all(Step from) {
      List<Step> all = union(from);
      while (take("and ")) {
        all.addAll(union(from));
        if (take("!=") || take("=")) {
          name(); // the literal it is compared with
        }
      }
      skip();
      return lost || at < text.length() ? List.of() : all;
    }

    /** term ('|' term)*. {@code from} is the context of relative paths; null at the top. */
    List<Step> union(Step from) {
      List<Step> all = new ArrayList<>(term(from));
      while (take("|")) {
        all.addAll(term(from));
      }
      return all;
    }

    private List<Step> term(Step from) {
      List<Step> here;
      if (take("(")) {
        here = union(from);
        close();
      } else {
        here = start(from);
      }
      while (true) {
        if (take(".")) {
          here = member(here);
        } else if (take("[")) {
          at = text.indexOf(']', at) + 1;
        } else if (take("as ")) {
          here = as(here, name());
        } else {
          return here;
        }
      }
    }

    private List<Step> start(Step from) {
      String name = name();
      if (!name.isEmpty() && Character.isUpperCase(name.charAt(0))) {
        boolean mine =
            name.equals(type)
                || name.equals("Resource")
                || (name.equals("DomainResource")
                    && definitions.type(type).parent().equals("DomainResource"));
        return mine ? List.of(new Step(type, List.of(type))) : List.of();
      }
      Step context = from == null ? new Step(type, List.of(type)) : from;
      return children(List.of(context), name);
    }

    private List<Step> member(List<Step> here) {
      String name = name();
      if (!take("(")) {
        return children(here, name);
      }
      switch (name) {
        case "as", "ofType" -> {
          List<Step> narrowed = as(here, name());
          close();
          return narrowed;
        }
        case "where" -> {
          condition(here);
          return here;
        }
        case "resolve", "exists" -> {
          close();
          return here;
        }
        default -> {
          lost = true;
          at = text.length();
          return List.of();
        }
      }
    }

    /** Inside {@code where( ... )}: what the condition reads counts, too. */
    private void condition(List<Step> here) {
      int depth = 1;
      int from = at;
      while (at < text.length() && depth > 0) {
        char c = text.charAt(at++);
        depth += c == '(' ? 1 : c == ')' ? -1 : 0;
      }
      String inside = text.substring(from, at - 1);
      if (inside.startsWith("resolve()")) {
        here.forEach(step -> beside.add(step.path() + ".reference"));
        return;
      }
      int end = 0;
      while (end < inside.length() && isName(inside.charAt(end))) {
        end++;
      }
      for (Step step : children(here, inside.substring(0, end))) {
        beside.add(step.path());
      }
    }

    private List<Step> as(List<Step> here, String wanted) {
      List<Step> narrowed = new ArrayList<>();
      for (Step step : here) {
        for (String type : step.types()) {
          // Published with a capital where the type has none: value.as(DateTime).
          if (type.equalsIgnoreCase(wanted)) {
            boolean choice = step.types().size() > 1;
            String suffix = Character.toUpperCase(type.charAt(0)) + type.substring(1);
            narrowed.add(new Step(choice ? step.path() + suffix : step.path(), List.of(type)));
          }
        }
      }
      if (narrowed.isEmpty() && !here.isEmpty()) {
        lost = true;
      }
      return narrowed;
    }

    private List<Step> children(List<Step> here, String name) {
      List<Step> found = new ArrayList<>();
      for (Step step : here) {
        for (String typeName : step.types()) {
          Type definition = definitions.type(typeName);
          if (definition != null) {
            for (Element element : definition.elements()) {
              if (element.name().equals(name)) {
                found.add(new Step(step.path() + "." + name, element.types()));
              }
            }
          }
        }
      }
      return found;
    }

    private void close() {
      lost |= !take(")");
    }

    private String name() {
      skip();
      int from = at;
      while (at < text.length() && isName(text.charAt(at))) {
        at++;
      }
      return text.substring(from, at);
    }

    private boolean take(String token) {
      if (!token.startsWith(" ")) {
        skip();
      }
      if (text.startsWith(token, at)) {
        at += token.length();
        return true;
      }
      return false;
    }

    private void skip() {
      while (at < text.length() && text.charAt(at) == ' ') {
        at++;
      }
    }
  }

  private static boolean isName(char c) {
    return Character.isLetterOrDigit(c) || c == '_';
  }
}
