package io.sallyport.policy.condition;

import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.CelIssue;
import dev.cel.common.CelValidationException;
import dev.cel.common.CelValidationResult;
import dev.cel.common.types.SimpleType;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import io.sallyport.policy.AccessRequest;
import io.sallyport.policy.Problem;
import java.util.function.Consumer;
import java.util.function.IntFunction;

/**
 * One condition, compiled: {@code token.irb_protocol == 'IRB-117'}. It reads the token and the
 * request, never a resource, so what it decides is decided before the record system is asked.
 */
public final class Condition {
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
    CelValidationResult result = Cel.compiler().compile(text);
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
      return new Condition(text, path, Cel.runtime().createProgram(checked));
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
    return Cel.isTrue(program, Cel.variables(request, purpose, null));
  }
}
