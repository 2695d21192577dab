package io.sallyport.policy.redact;

/**
 * What a searchset may say of the number of matches. An upstream's number counts what is withheld,
 * so it is said only where nothing is; ours counts what was released, and only where that is all.
 *
 * @param wanted whether the caller wants to be told
 * @param unfiltered whether every match is released whatever it holds
 * @param only whether the number is all that is wanted: then no entry is released
 * @param smallest numbers from 1 up to below it are not said; nothing found is said, for an answer
 *     without entries says it anyway
 */
public record Total(boolean wanted, boolean unfiltered, boolean only, int smallest) {
  /** What was released, where that is all. */
  public static final Total RELEASED = new Total(true, false, false, 1);

  /**
   * The number to say before the entries, for who reads them in passing: only the upstream's, and
   * only where it counts nothing that may be withheld; -1 for none.
   */
  int ahead(int upstreams) {
    return unfiltered && !only ? of(false, 0, upstreams) : -1;
  }

  /**
   * The number to say; -1 for none.
   *
   * @param onlyPage whether no link leads to another page
   * @param released the matches released
   * @param upstreams what the upstream says; -1 for nothing
   */
  int of(boolean onlyPage, int released, int upstreams) {
    int number = onlyPage && !only ? released : unfiltered ? upstreams : -1;
    return wanted && (number == 0 || number >= smallest) ? number : -1;
  }
}
