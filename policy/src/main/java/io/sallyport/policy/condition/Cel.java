package io.sallyport.policy.condition;

import dev.cel.common.CelOptions;
import dev.cel.common.CelValidationException;
import dev.cel.common.CelValidationResult;
import dev.cel.common.ast.CelExpr;
import dev.cel.common.navigation.CelNavigableAst;
import dev.cel.common.navigation.CelNavigableExpr;
import dev.cel.common.types.MapType;
import dev.cel.common.types.SimpleType;
import dev.cel.compiler.CelCompiler;
import dev.cel.compiler.CelCompilerBuilder;
import dev.cel.compiler.CelCompilerFactory;
import dev.cel.parser.CelStandardMacro;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import dev.cel.runtime.CelRuntimeFactory;
import dev.cel.runtime.CelVariableResolver;
import io.sallyport.policy.AccessRequest;
import io.sallyport.policy.fhir.Interaction.Kind;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The language of conditions, bounded, and what every condition may read.
 *
 * @see <a href="https://github.com/google/cel-spec">CEL: terminates always, in linear time</a>
 */
final class Cel {
  /** The variable that stands for a resource. */
  static final String RESOURCE = "resource";

  /** What a person writes in a policy; a list of people belongs into a claim. */
  static final int CODE_POINTS_MAX = 1024;

  /** Over all comprehensions of one evaluation: a token is at most 8 kB, and so are its lists. */
  private static final int ITERATIONS_MAX = 4096;

  /** A search by POST goes on as any other. What is not known here, no condition is true of. */
  private static final Set<Kind> SENT_AS_GET =
      Set.of(
          Kind.READ,
          Kind.VREAD,
          Kind.SEARCH,
          Kind.HISTORY,
          Kind.EVERYTHING,
          Kind.LASTN,
          Kind.CAPABILITIES);

  private static final CelOptions OPTIONS =
      CelOptions.current()
          .maxExpressionCodePointSize(CODE_POINTS_MAX)
          .maxParseRecursionDepth(32)
          .comprehensionMaxIterations(ITERATIONS_MAX)
          .maxRegexProgramSize(1000)
          .enableHeterogeneousNumericComparisons(true) // a claim's 2 may be written 2.0
          .build();

  private static final CelCompiler COMPILER = builder().build();

  private static final CelRuntime RUNTIME =
      CelRuntimeFactory.standardCelRuntimeBuilder().setOptions(OPTIONS).build();

  private Cel() {}

  /** A compiler that knows token, request and time. */
  static CelCompilerBuilder builder() {
    return CelCompilerFactory.standardCelCompilerBuilder()
        .setOptions(OPTIONS)
        .setStandardMacros(CelStandardMacro.STANDARD_MACROS)
        .addVar("token", MapType.create(SimpleType.STRING, SimpleType.DYN))
        .addVar("request.purpose", SimpleType.STRING)
        .addVar("request.interaction", SimpleType.STRING)
        .addVar("request.method", SimpleType.STRING)
        .addVar("request.type", SimpleType.STRING)
        .addVar("now", SimpleType.TIMESTAMP);
  }

  static CelCompiler compiler() {
    return COMPILER;
  }

  static CelRuntime runtime() {
    return RUNTIME;
  }

  /**
   * The values of what {@link #builder} declares, found as they are read.
   *
   * @param resource what a condition on resources reads of one; null for any other
   */
  static CelVariableResolver variables(
      AccessRequest request, String purpose, Map<String, Object> resource) {
    return name -> Optional.ofNullable(variable(name, request, purpose, resource));
  }

  private static Object variable(
      String name, AccessRequest request, String purpose, Map<String, Object> resource) {
    return switch (name) {
      case "token" -> request.claims().values();
      case "request.purpose" -> purpose;
      case "request.interaction" -> request.interaction().kind().code();
      case "request.type" -> request.interaction().type();
      case "now" -> request.time();
      case "request.method" -> SENT_AS_GET.contains(request.interaction().kind()) ? "GET" : null;
      case RESOURCE -> resource;
      default -> null;
    };
  }

  /** Whether it is true; what cannot be evaluated is not. */
  static boolean isTrue(CelRuntime.Program program, CelVariableResolver variables) {
    try {
      return Boolean.TRUE.equals(program.eval(variables));
    } catch (CelEvaluationException | RuntimeException unanswered) {
      return false;
    }
  }

  /** Where an expression names the resource; nowhere when it is no CEL. */
  static Stream<CelNavigableExpr> resources(CelValidationResult parsed) {
    try {
      return parsed.hasError()
          ? Stream.of()
          : CelNavigableAst.fromAst(parsed.getAst())
              .getRoot()
              .allNodes()
              .filter(node -> node.getKind() == CelExpr.ExprKind.Kind.IDENT)
              .filter(node -> node.expr().ident().name().equals(RESOURCE));
    } catch (CelValidationException none) {
      return Stream.of();
    }
  }
}
