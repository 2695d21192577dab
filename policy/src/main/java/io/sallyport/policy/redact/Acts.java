package io.sallyport.policy.redact;

/** What is done with strings that are more than text: references, URLs, the URL of an extension. */
final class Acts {
  private final Findings found;
  private final Edits edits;
  private final Nesting nesting;
  private View view;
  private Bases bases;

  /** The rule that hides the extension whose URL came last; -1 for none. */
  int hiddenUrl;

  /** Whether the object goes that the string stands in. */
  boolean holderGoes;

  Acts(Findings found, Edits edits, Nesting nesting) {
    this.found = found;
    this.edits = edits;
    this.nesting = nesting;
  }

  void start(View by, Bases with) {
    view = by;
    bases = with;
    hiddenUrl = -1;
    holderGoes = false;
  }

  /** Does what a string's slot asks for; false when the string goes. */
  boolean act(byte[] s, int from, int to, Slot slot) {
    if (slot.extensionUrl) {
      hiddenUrl = view.hiddenUrl(Text.decode(s, from, to));
    }
    if (slot.patient) {
      found.patient(s, from, to, bases);
    }
    if (slot.member) {
      found.member(s, from, to, bases);
    }
    if (slot.url) {
      bases.rewrite(s, from, to, edits);
    }
    if (found.deniedContained.isEmpty() || !(slot.reference || slot.url)) {
      return true;
    }
    boolean gone = found.deniedContained.contains(nesting.scope() + Text.decode(s, from, to));
    holderGoes |= gone && slot.reference;
    return !gone;
  }
}
