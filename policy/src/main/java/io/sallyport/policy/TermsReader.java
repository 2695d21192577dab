package io.sallyport.policy;

import java.util.Set;

/** The keys of a role that {@link Terms} are made of. */
final class TermsReader {
  /** Of a role. */
  static final Set<String> KEYS = Set.of("scopes");

  private TermsReader() {}

  static Terms read(Fields role) {
    boolean scopes = role.word("scopes", "ignore", Set.of("enforce", "ignore")).equals("enforce");
    return new Terms(scopes);
  }
}
