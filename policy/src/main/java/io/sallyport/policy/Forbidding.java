package io.sallyport.policy;

import io.sallyport.policy.fhir.Interaction;
import io.sallyport.policy.fhir.Interaction.Kind;
import java.util.List;

/** What forbids keep of a type from a caller who does not ask for the type by itself. */
final class Forbidding {
  private final List<Forbid> forbids;

  Forbidding(List<Forbid> forbids) {
    this.forbids = forbids;
  }

  private List<Forbid> of(Role role, String purpose, String type) {
    Interaction search = new Interaction(Kind.SEARCH, type, "", "", List.of());
    Interaction read = new Interaction(Kind.READ, type, "", "", List.of());
    return forbids.stream()
        .filter(
            forbid ->
                forbid.matches(role.name(), purpose, search)
                    || forbid.matches(role.name(), purpose, read))
        .toList();
  }

  /** Whether there is any. */
  boolean any(Role role, String purpose, String type) {
    return !of(role, purpose, type).isEmpty();
  }

  /** Whether a type may come beside others: where it has no terms of its own, and no forbid. */
  boolean openTo(Role role, String purpose, String type) {
    return role.typeTerms().get(type).none() && !shut(role, purpose, type);
  }

  /** Whether a forbid keeps a type from a caller, whatever its resources say. */
  boolean shut(Role role, String purpose, String type) {
    return of(role, purpose, type).stream().anyMatch(forbid -> forbid.segments() == 0);
  }

  /** The segments of a type that forbids keep from a caller. */
  long segments(Role role, String purpose, String type) {
    return of(role, purpose, type).stream()
        .mapToLong(Forbid::segments)
        .reduce(0, (some, more) -> some | more);
  }
}
