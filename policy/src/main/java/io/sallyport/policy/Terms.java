package io.sallyport.policy;

import java.util.ArrayList;
import java.util.List;

/**
 * What a token and a request must have besides role and purpose, so that a role applies: decided
 * before the record system is asked, and never by data.
 *
 * @param scopes whether the token's SMART scopes narrow it
 */
record Terms(boolean scopes) {

  /** For a person who asks what the policy says. */
  List<String> words() {
    List<String> words = new ArrayList<>();
    if (scopes) {
      words.add("scopes: enforce");
    }
    return words;
  }
}
