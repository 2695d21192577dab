package io.sallyport.policy.condition;

import io.sallyport.policy.Nearest;
import io.sallyport.policy.Problem;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What is wrong with a condition on a resource: each mistake once, with the types that have it. */
final class ResourceIssues {
  private static final Pattern UNDEFINED = Pattern.compile("undefined field '(\\w+)'.*");
  private static final String BELOW = "does not support field selection";

  private final String text;
  private final String path;
  private final IntFunction<Problem.Location> at;
  private final FhirTypes fhir;
  private final Collection<String> types;
  private final Consumer<Problem> problems;
  private final Issues issues;
  private final Map<Issue, List<String>> found = new LinkedHashMap<>();

  private record Issue(String message, int offset) {}

  ResourceIssues(
      String text,
      String path,
      IntFunction<Problem.Location> at,
      FhirTypes fhir,
      Collection<String> types,
      Consumer<Problem> problems) {
    this.text = text;
    this.path = path;
    this.at = at;
    this.fhir = fhir;
    this.types = types;
    this.problems = problems;
    this.issues = new Issues(text, path, at, problems);
  }

  /** The compiler found something. */
  void add(List<String> of, String message, int offset) {
    found.computeIfAbsent(new Issue(message, offset), issue -> new ArrayList<>()).addAll(of);
  }

  void notBool(List<String> of, String result) {
    add(of, "=" + result, 0);
  }

  void whole(List<String> of) {
    add(of, Cel.RESOURCE, Math.max(0, text.indexOf(Cel.RESOURCE)));
  }

  /** Tells all of it; whether there was anything. */
  boolean tell() {
    found.forEach(this::tell);
    return !found.isEmpty();
  }

  private void tell(Issue issue, List<String> of) {
    String message = issue.message();
    Matcher undefined = UNDEFINED.matcher(message);
    if (undefined.matches()) {
      undefined(undefined.group(1), issue.offset(), of);
    } else if (message.contains(BELOW)) {
      error(
          issue.offset(),
          "nothing is below that"
              + some(of)
              + ". A Coding or an Identifier is the text"
              + " 'system|code', a CodeableConcept the list of its codings, a Reference the text"
              + " 'Type/id', what repeats a list: ask it by in, exists or all.",
          "E-CEL");
    } else if (message.equals(Cel.RESOURCE)) {
      error(
          issue.offset(),
          "'resource' is no value by itself: name one of its elements, as"
              + " resource.status == 'final'.",
          "E-CEL");
    } else if (message.startsWith("=")) {
      issues.notBool(message.substring(1));
    } else {
      issues.tell(message, issue.offset());
    }
  }

  private void undefined(String field, int offset, List<String> of) {
    List<String> above = List.of();
    int where = offset;
    Matcher named = Pattern.compile("\\bresource((?:\\.\\w+)*?)\\." + field + "\\b").matcher(text);
    for (int from = 0; named.find(from); from = named.start() + 1) {
      boolean has = named.start() >= offset;
      if (has || named.end() - field.length() - 1 == offset) {
        above =
            named.group(1).isEmpty()
                ? List.of()
                : List.of(named.group(1).substring(1).split("\\."));
        where = named.start();
        break;
      }
    }
    String full =
        where == offset && !text.startsWith(Cel.RESOURCE, where)
            ? field
            : Cel.RESOURCE + (above.isEmpty() ? "" : "." + String.join(".", above)) + "." + field;
    if (of.size() < types.size()) {
      error(
          where,
          "'"
              + full
              + "' is no element"
              + some(of)
              + ", and a condition is asked of every type"
              + " that it stands over. Write it at the types that have it.",
          "E-PATH");
      return;
    }
    Set<String> keys = fhir.keys(of.get(0), above);
    List<String> choice =
        keys.stream()
            .filter(key -> key.startsWith(field) && key.length() > field.length())
            .filter(key -> Character.isUpperCase(key.charAt(field.length())))
            .toList();
    String hint =
        choice.isEmpty()
            ? Nearest.hint(field, keys)
            : " It is of one of several types: name " + String.join(" or ", choice) + ".";
    error(
        where, "there is no element '" + full + "'" + some(of) + " to judge by." + hint, "E-PATH");
  }

  private static String some(List<String> types) {
    int shown = Math.min(3, types.size());
    String rest = types.size() > shown ? " and " + (types.size() - shown) + " more types" : "";
    return " of " + String.join(", ", types.subList(0, shown)) + rest;
  }

  private void error(int offset, String message, String code) {
    problems.accept(Problem.error(at.apply(Math.max(0, offset)), path, message, code));
  }
}
