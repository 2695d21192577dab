package io.sallyport.policy.redact;

import io.sallyport.policy.Problem;
import io.sallyport.policy.RoleRules;
import io.sallyport.policy.fhir.Definitions;
import java.util.function.Consumer;

/**
 * What one role may see, compiled to tables over the element definitions of one FHIR version: the
 * redactor's program. Immutable and shared by all threads.
 */
public final class View {
  /** How much of an element a view lets through. */
  public enum Visibility {
    /** The element and all below it, unchanged. */
    FULL,
    /** The element, but not all below it. */
    PARTIAL,
    /** Nothing. */
    HIDDEN
  }

  private View() {}

  /**
   * Compiles a role. Every pattern that names no element is reported with the nearest one that
   * exists; with an error reported the view must not be used.
   */
  public static View compile(Definitions definitions, RoleRules rules, Consumer<Problem> problems) {
    throw new IllegalStateException("view");
  }

  /** Whether resources of this type are released at all. */
  public boolean shows(String type) {
    throw new IllegalStateException("view");
  }

  /** Whether the type is seen whole and unchanged. */
  public boolean whole(String type) {
    throw new IllegalStateException("view");
  }

  /**
   * How much of an element is visible, by its path from the resource type: {@code
   * Patient.name.family}, a choice as {@code Observation.value} or {@code
   * Observation.valueQuantity}.
   */
  public Visibility visibility(String path) {
    throw new IllegalStateException("view");
  }

  /** Whether versionId, lastUpdated, ETag and Last-Modified are shown. */
  public boolean versions() {
    throw new IllegalStateException("view");
  }
}
