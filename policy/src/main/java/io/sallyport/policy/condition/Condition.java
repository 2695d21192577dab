package io.sallyport.policy.condition;

import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.CelIssue;
import dev.cel.common.CelOptions;
import dev.cel.common.CelValidationException;
import dev.cel.common.CelValidationResult;
import dev.cel.common.types.MapType;
import dev.cel.common.types.SimpleType;
import dev.cel.compiler.CelCompiler;
import dev.cel.compiler.CelCompilerFactory;
import dev.cel.parser.CelStandardMacro;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import dev.cel.runtime.CelRuntimeFactory;
import io.sallyport.policy.AccessRequest;
import io.sallyport.policy.Problem;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.IntFunction;

/**
 * One condition, compiled: {@code token.irb_protocol == 'IRB-117'}. It reads the token and the
 * request, never a resource, so what it decides is decided before the record system is asked.
 *
 * @see <a href="https://github.com/google/cel-spec">CEL: terminates always, in linear time</a>
 */
public final class Condition {
  /** What a person writes in a policy; a list of people belongs into a claim. */
  static final int CODE_POINTS_MAX = 1024;

  /** Over all comprehensions of one evaluation: a token is at most 8 kB, and so are its lists. */
  private static final int ITERATIONS_MAX = 4096;

  private static final CelOptions OPTIONS =
      CelOptions.current()
          .maxExpressionCodePointSize(CODE_POINTS_MAX)
          .maxParseRecursionDepth(32)
          .comprehensionMaxIterations(ITERATIONS_MAX)
          .maxRegexProgramSize(1000)
          .enableHeterogeneousNumericComparisons(true) // a claim's 2 may be written 2.0
          .build();

  private static final CelCompiler COMPILER =
      CelCompilerFactory.standardCelCompilerBuilder()
          .setOptions(OPTIONS)
          .setStandardMacros(CelStandardMacro.STANDARD_MACROS)
          .addVar("token", MapType.create(SimpleType.STRING, SimpleType.DYN))
          .addVar("request.purpose", SimpleType.STRING)
          .addVar("request.interaction", SimpleType.STRING)
          .addVar("request.type", SimpleType.STRING)
          .addVar("now", SimpleType.TIMESTAMP)
          .build();

  private static final CelRuntime RUNTIME =
      CelRuntimeFactory.standardCelRuntimeBuilder().setOptions(OPTIONS).build();

  private final String text;
  private final String path;
  private final CelRuntime.Program program;

  private Condition(String text, String path, CelRuntime.Program program) {
    this.text = text;
    this.path = path;
    this.program = program;
  }

  /**
   * Compiles.
   *
   * @param path where it stands in the document: {@code roles.nurse.when[0]}
   * @param at where a character of it stands in the file
   * @return null when it is none: every problem has been told
   */
  public static Condition compile(
      String text, String path, IntFunction<Problem.Location> at, Consumer<Problem> problems) {
    Issues issues = new Issues(text, path, at, problems);
    CelValidationResult result = COMPILER.compile(text);
    if (result.hasError()) {
      for (CelIssue issue : result.getErrors()) {
        issues.tell(issue.getMessage(), Math.max(0, issue.getSourceLocation().getColumn()));
      }
      return null;
    }
    try {
      CelAbstractSyntaxTree checked = result.getAst();
      if (!checked.getResultType().equals(SimpleType.BOOL)) {
        issues.notBool(checked.getResultType().name());
        return null;
      }
      return new Condition(text, path, RUNTIME.createProgram(checked));
    } catch (CelValidationException | CelEvaluationException failure) {
      issues.tell(failure.getMessage(), 0);
      return null;
    }
  }

  /** Where it stands: {@code roles.nurse.when[0]}. */
  public String path() {
    return path;
  }

  /** As written. */
  public String text() {
    return text;
  }

  /**
   * Whether it is true. What cannot be evaluated (a claim that is not there, or of another type) is
   * not.
   *
   * @param purpose the purpose of use that applies
   */
  public boolean holds(AccessRequest request, String purpose) {
    Map<String, Object> variables =
        Map.of(
            "token",
            request.claims().values(),
            "request.purpose",
            purpose,
            "request.interaction",
            request.interaction().kind().code(),
            "request.type",
            request.interaction().type(),
            "now",
            request.time());
    try {
      return Boolean.TRUE.equals(program.eval(variables));
    } catch (CelEvaluationException | RuntimeException unanswered) {
      return false;
    }
  }
}
