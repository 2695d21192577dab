package io.sallyport.policy.redact;

import java.util.Set;

/**
 * What a search asked for beside its matches: {@code _include=Observation:subject}.
 *
 * @param reverse {@code _revinclude}: what links to an entry comes, not what an entry links to
 * @param iterate whether it leads on from what was included, too, and not from matches only
 * @param source the type whose resources hold the link
 * @param code the search parameter that names it
 * @param targets the types that it may lead to
 */
public record Included(
    boolean reverse, boolean iterate, String source, String code, Set<String> targets) {
  public Included {
    targets = Set.copyOf(targets);
  }

  /** The name of the link: {@code Observation:subject}. */
  String link() {
    return source + ":" + code;
  }

  /** The types that may come by it. */
  public Set<String> brought() {
    return reverse ? Set.of(source) : targets;
  }
}
