package io.sallyport.policy.redact;

/**
 * Where the tags of a partial view may go: the resource's own meta and its lists, as far as they
 * stay.
 */
final class TagPlaces {
  /** Behind the "{" of meta; -1 when there is none that stays. */
  int meta;

  /** Behind the "[" of meta.security and meta.tag; -1 likewise. */
  int security;

  int tag;

  void clear() {
    meta = security = tag = -1;
  }

  /**
   * Takes notice of a member just walked.
   *
   * @param own whether it is the outermost resource's meta
   * @param inMeta whether it stands in that meta
   */
  void note(int p, Slot slot, boolean own, boolean inMeta, boolean kept) {
    if (own) {
      meta = kept ? p + 1 : -1;
      security = kept ? security : -1;
      tag = kept ? tag : -1;
    } else if (inMeta && kept && slot.metaSecurity) {
      security = p + 1;
    } else if (inMeta && kept && slot.metaTag) {
      tag = p + 1;
    }
  }
}
