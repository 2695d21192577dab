package io.sallyport.policy;

import io.sallyport.policy.fhir.Definitions;
import io.sallyport.policy.redact.View;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * A compiled policy: deny by default, {@code forbid} wins, exactly one role applies, a rule that
 * fails to evaluate denies. Immutable and shared by all threads.
 */
public final class PolicySet {
  private PolicySet() {}

  /**
   * Reads and compiles a policy file's text.
   *
   * @param file its name, for problems
   * @param problems every problem found; with an error among them the result is null
   */
  public static PolicySet read(String file, String text, Consumer<Problem> problems) {
    throw new IllegalStateException("policy");
  }

  /** SHA-256 of the policy's text, hex. */
  public String hash() {
    throw new IllegalStateException("policy");
  }

  public Definitions definitions() {
    throw new IllegalStateException("policy");
  }

  /** The roles, in the file's order. */
  public List<String> roles() {
    throw new IllegalStateException("policy");
  }

  /** A role's view; null when there is no such role. */
  public View view(String role) {
    throw new IllegalStateException("policy");
  }

  /**
   * The search parameters a role may use on a type, by the computed closure and {@code search:}.
   */
  public Set<String> searchable(String role, String type) {
    throw new IllegalStateException("policy");
  }

  /** The interactions a role may use on a type: {@code read}, {@code vread}, {@code search}. */
  public Set<String> interactions(String role, String type) {
    throw new IllegalStateException("policy");
  }

  /** Decides. Never throws on data: what cannot be evaluated is denied. */
  public Decision decide(AccessRequest request) {
    throw new IllegalStateException("policy");
  }
}
