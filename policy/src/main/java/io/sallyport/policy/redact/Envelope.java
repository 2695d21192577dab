package io.sallyport.policy.redact;

import io.sallyport.policy.ReleaseRule;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * What the caller of a search asked for, and how the Bundle around the entries is rewritten.
 *
 * @param type the resource type of matches
 * @param release what an entry must be: others are dropped
 * @param rebase URL rewriting for fullUrl and content
 * @param links rewrites a {@code next}/{@code previous}/... link's URL, null drops it; {@code self}
 *     is given by {@code self}
 * @param self the caller's own request URL, for the {@code self} link
 * @param windowBytes how much redacted output makes a window
 * @param total what may be said of the number of matches
 * @param includes what was asked for beside matches; other types come by it alone
 * @param form which Bundle it is
 */
public record Envelope(
    String type,
    ReleaseRule release,
    Rebase rebase,
    UnaryOperator<String> links,
    String self,
    int windowBytes,
    Total total,
    List<Included> includes,
    BundleForm form) {
  /** The answer of a search. */
  public Envelope(
      String type,
      ReleaseRule release,
      Rebase rebase,
      UnaryOperator<String> links,
      String self,
      int windowBytes,
      Total total,
      List<Included> includes) {
    this(type, release, rebase, links, self, windowBytes, total, includes, BundleForm.search(type));
  }

  /** One that counts what was released, of a search that asked for matches only. */
  public Envelope(
      String type,
      ReleaseRule release,
      Rebase rebase,
      UnaryOperator<String> links,
      String self,
      int windowBytes) {
    this(type, release, rebase, links, self, windowBytes, Total.RELEASED, List.of());
  }
}
