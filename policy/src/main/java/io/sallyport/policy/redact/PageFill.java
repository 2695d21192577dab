package io.sallyport.policy.redact;

import java.util.function.IntFunction;

/**
 * A page of ours where matches may be withheld: filled to its size from as many pages of the
 * upstream's as that takes, and known to be the last one only when no further match may be
 * released. A page that is short, or a next page that is empty, would tell of what was withheld.
 *
 * <p>One for each answer; bound to its stream's loop.
 */
public final class PageFill {
  private final int size;
  private final boolean first;
  private final IntFunction<String> rest;
  private int skip;
  private int entries;
  private int cut = -1;

  /**
   * @param size how many matches make a page, from 1
   * @param skip how many entries of the upstream's first page were dealt with before
   * @param first whether nothing comes before this page
   * @param rest our link to the rest of the upstream's page that is being read, from its entry of
   *     this number on
   */
  public PageFill(int size, int skip, boolean first, IntFunction<String> rest) {
    this.size = size;
    this.skip = skip;
    this.first = first;
    this.rest = rest;
  }

  /** The pages are the upstream's. */
  static PageFill none() {
    return new PageFill(0, 0, true, from -> null);
  }

  /** Whether pages are ours at all. */
  boolean active() {
    return size > 0;
  }

  /** Whether the next entry would be looked at. */
  boolean awaits() {
    return entries >= skip && cut < 0;
  }

  /** An entry comes. False when it belongs to another page of ours, and is not to be looked at. */
  boolean reaches() {
    return entries++ >= skip && cut < 0;
  }

  /**
   * Whether the entry that came last, which may be released, still has room. The first one that has
   * none is where the next page begins.
   */
  boolean takes(int released) {
    if (size == 0 || released < size) {
      return true;
    }
    cut = entries - 1;
    return false;
  }

  /** Whether it takes another page of the upstream's to know where this one ends. */
  boolean open() {
    return active() && cut < 0;
  }

  /** Another page of the upstream's begins. */
  void turn() {
    skip = 0;
    entries = 0;
  }

  /** Whether nothing comes before it. */
  boolean first() {
    return first;
  }

  /** Our link to what did not fit; null when all of it did. */
  String rest() {
    return cut < 0 ? null : rest.apply(cut);
  }
}
