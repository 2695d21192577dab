package io.sallyport.policy.redact;

import java.nio.charset.StandardCharsets;

/** What is done with strings that are more than text: references, URLs, the URL of an extension. */
final class Acts {
  private static final byte[] CODE = TypeSkim.key("code");

  /** What a quantity without a code has for one: none that a method knows. */
  private static final String NO_CODE = "?";

  private final Findings found;
  private final Edits edits;
  private final Nesting nesting;
  private View view;
  private Bases bases;

  /** The rule that hides the extension whose URL came last; -1 for none. */
  int hiddenUrl;

  /** Whether the object goes that the string stands in. */
  boolean holderGoes;

  /** Where the object begins that the value stands in. */
  private int holder;

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

  /**
   * A value begins of which something is told, or with which something is done.
   *
   * @param own whether it is an element of the outermost resource itself
   */
  void enter(Slot slot, int open, byte[] s, int p, boolean own) {
    holder = open;
    if (slot.fact && own) {
      found.elements.note(slot, p);
    }
    if (slot.segment && s[p] != '"') {
      found.unreadable();
    }
  }

  /** Does what a string's slot asks for; false when the string goes. */
  boolean act(byte[] s, int from, int to, Slot slot) {
    if (slot.segment) {
      found.segments(view.watch().segments(s, from, to, holder));
    }
    if (slot.rewrite != null) {
      return !slot.rewrite.number() && rewrite(s, from, to, slot);
    }
    if (slot.extensionUrl) {
      hiddenUrl = view.hiddenUrl(Text.decode(s, from, to));
    }
    if (slot.patient) {
      found.patient(s, from, to, bases);
    }
    if (slot.member) {
      found.member(s, from, to, bases);
    }
    if (slot.links != null) {
      found.link(s, from, to, slot.links, bases);
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

  /** Likewise for a number, true or false, at {@code [from, to)}. */
  boolean number(byte[] s, int from, int to, Slot slot) {
    return slot.rewrite == null || (slot.rewrite.number() && rewrite(s, from, to, slot));
  }

  /** Puts what the slot's method makes of a value in its place; false when it cannot read it. */
  private boolean rewrite(byte[] s, int from, int to, Slot slot) {
    String unit = slot.rewrite.quantity() ? TypeSkim.member(s, holder, CODE) : "";
    String made =
        slot.rewrite
            .method()
            .redact(Text.decode(s, from, to), unit == null ? NO_CODE : unit)
            .map(Json::escaped)
            .orElse(null);
    if (made == null) {
      found.hits.hit(slot.rule);
      return false;
    }
    edits.replace(from, to, made.getBytes(StandardCharsets.UTF_8));
    return true;
  }
}
