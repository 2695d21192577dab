package io.sallyport.policy.condition;

import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.CelIssue;
import dev.cel.common.CelValidationException;
import dev.cel.common.CelValidationResult;
import dev.cel.common.ast.CelExpr;
import dev.cel.common.navigation.CelNavigableExpr;
import dev.cel.common.types.CelType;
import dev.cel.common.types.SimpleType;
import dev.cel.common.types.StructTypeReference;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import io.sallyport.policy.AccessRequest;
import io.sallyport.policy.Coded;
import io.sallyport.policy.Problem;
import io.sallyport.policy.fhir.Definitions;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.IntFunction;

/**
 * One condition on what a resource says, compiled for each type that it is asked of: {@code
 * resource.status == 'final'}. Whether it holds is known when the record system has answered, so it
 * denies nothing: a resource for which it does not hold is withheld.
 */
public final class ResourceCondition {
  private final String text;
  private final String path;
  private final Problem.Location at;
  private final Map<String, Compiled> types;

  /**
   * For one type.
   *
   * @param reads the keys of the resource's own elements that it reads
   */
  private record Compiled(CelRuntime.Program program, Set<String> reads) {}

  private ResourceCondition(
      String text, String path, Problem.Location at, Map<String, Compiled> types) {
    this.text = text;
    this.path = path;
    this.at = at;
    this.types = Map.copyOf(types);
  }

  /** Whether a condition is one on a resource. */
  public static boolean is(String text) {
    return Cel.resources(Cel.compiler().parse(text)).findAny().isPresent();
  }

  /**
   * Compiles.
   *
   * @param path where it stands in the document: {@code roles.nurse.when[0]}
   * @param at where a character of it stands in the file
   * @param types the resource types it is asked of, for all of which it must make sense
   * @return null when it does not: every problem has been told
   */
  public static ResourceCondition compile(
      String text,
      String path,
      IntFunction<Problem.Location> at,
      Definitions definitions,
      Collection<String> types,
      Consumer<Problem> problems) {
    FhirTypes fhir = new FhirTypes(definitions);
    ResourceIssues issues = new ResourceIssues(text, path, at, fhir, types, problems);
    Set<String> named = new TreeSet<>();
    Cel.resources(Cel.compiler().parse(text)).forEach(node -> named.add(field(node)));
    // To be compiled costs milliseconds: once for all types of which it reads the same.
    Map<Map<String, CelType>, List<String>> alike = new LinkedHashMap<>();
    for (String type : new TreeSet<>(types)) {
      alike.computeIfAbsent(fhir.fields(type, named), t -> new ArrayList<>()).add(type);
    }
    Map<String, Compiled> compiled = new TreeMap<>();
    for (List<String> some : alike.values()) {
      Compiled one = compile(text, some, fhir, issues);
      if (one != null) {
        some.forEach(type -> compiled.put(type, one));
      }
    }
    return issues.tell() ? null : new ResourceCondition(text, path, at.apply(0), compiled);
  }

  /** The element that the resource is asked for; "" where it is asked for nothing. */
  private static String field(CelNavigableExpr resource) {
    return resource
        .parent()
        .filter(parent -> parent.getKind() == CelExpr.ExprKind.Kind.SELECT)
        .map(parent -> parent.expr().select().field())
        .orElse("");
  }

  private static Compiled compile(
      String text, List<String> types, FhirTypes fhir, ResourceIssues issues) {
    CelValidationResult result =
        Cel.builder()
            .setTypeProvider(fhir)
            .addVar(Cel.RESOURCE, StructTypeReference.create(types.get(0)))
            .build()
            .compile(text);
    if (result.hasError()) {
      for (CelIssue issue : result.getErrors()) {
        int offset = Math.max(0, issue.getSourceLocation().getColumn());
        issues.add(types, issue.getMessage(), offset);
      }
      return null;
    }
    try {
      CelAbstractSyntaxTree checked = result.getAst();
      if (!checked.getResultType().equals(SimpleType.BOOL)) {
        issues.notBool(types, checked.getResultType().name());
        return null;
      }
      Set<String> reads = new TreeSet<>();
      Cel.resources(result).forEach(node -> reads.add(field(node)));
      if (reads.contains("")) {
        issues.whole(types);
        return null;
      }
      return new Compiled(Cel.runtime().createProgram(checked), reads);
    } catch (CelValidationException | CelEvaluationException failure) {
      issues.add(types, failure.getMessage(), 0);
      return null;
    }
  }

  /** Where it stands: {@code roles.nurse.when[0]}. */
  public String path() {
    return path;
  }

  /** Where it stands in the file. */
  public Problem.Location at() {
    return at;
  }

  /** As written. */
  public String text() {
    return text;
  }

  /** The keys of the elements of a type's resources that it reads: none for a type it is not of. */
  public Set<String> reads(String type) {
    Compiled one = types.get(type);
    return one == null ? Set.of() : one.reads();
  }

  /**
   * Whether it is true of a resource. What cannot be evaluated is not: an element that is missing
   * and not asked for by {@code has()}, and whatever the rest says when one that is there cannot be
   * read.
   *
   * @param purpose the purpose of use that applies
   * @param elements what the resource's elements say, by their keys
   */
  public boolean holds(
      AccessRequest request, String purpose, String type, Map<String, Object> elements) {
    Compiled one = types.get(type);
    if (one == null) {
      return false;
    }
    Map<String, Object> resource = new HashMap<>();
    for (String key : one.reads()) {
      if (elements.containsKey(key)) {
        Object value = value(elements.get(key));
        if (value == null) {
          return false;
        }
        resource.put(key, value);
      }
    }
    return Cel.isTrue(one.program(), Cel.variables(request, purpose, resource));
  }

  /** As CEL has it; null for what nobody can tell. */
  private static Object value(Object told) {
    if (told instanceof Coded coded) {
      // A bar in one of them could be taken for the one between them.
      boolean plain = coded.text().indexOf('|') == coded.text().lastIndexOf('|');
      return plain ? coded.text() : null;
    }
    if (told instanceof List<?> list) {
      List<Object> values = new ArrayList<>();
      for (Object item : list) {
        Object value = value(item);
        if (value == null) {
          return null;
        }
        values.add(value);
      }
      return values;
    }
    if (told instanceof Map<?, ?> map) {
      Map<String, Object> members = new HashMap<>();
      for (Map.Entry<?, ?> member : map.entrySet()) {
        Object value = value(member.getValue());
        if (value == null) {
          return null;
        }
        members.put((String) member.getKey(), value);
      }
      return members;
    }
    boolean known =
        told instanceof String
            || told instanceof Long
            || told instanceof Double
            || told instanceof Boolean;
    return known ? told : null;
  }
}
