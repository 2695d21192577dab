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

  /** Whom the resource is about, once a walk has told; else "". */
  String patient = "";

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
    if (slot.url && slot.disguised == null) {
      bases.rewrite(s, from, to, edits);
    }
    if (!found.deniedContained.isEmpty()
        && (slot.reference || slot.url)
        && found.deniedContained.contains(nesting.scope() + Text.decode(s, from, to))) {
      holderGoes |= slot.reference;
      return false;
    }
    return slot.disguised == null || disguise(s, from, to, slot);
  }

  /** Puts a pseudonym in the place of an id; false when there is none for it. */
  private boolean disguise(byte[] s, int from, int to, Slot slot) {
    String text = Text.decode(s, from, to);
    String shown = view.disguise().of(slot.disguised, text, slot.owner, nesting.contained(), bases);
    if (shown == null) {
      found.hits.hit(slot.rule);
      return false;
    }
    if (!shown.equals(text)) {
      edits.replace(from, to, Json.escaped(shown).getBytes(StandardCharsets.UTF_8));
    }
    return true;
  }

  /** Likewise for a number, true or false, at {@code [from, to)}. */
  boolean number(byte[] s, int from, int to, Slot slot) {
    return slot.rewrite == null || (slot.rewrite.number() && rewrite(s, from, to, slot));
  }

  /** Puts what the slot's method makes of a value in its place; false when it cannot read it. */
  private boolean rewrite(byte[] s, int from, int to, Slot slot) {
    RedactionMethod method = slot.rewrite.method();
    found.byPatient |= method.byPatient();
    String unit = slot.rewrite.quantity() ? TypeSkim.member(s, holder, CODE) : "";
    Beside beside = new Beside(unit == null ? NO_CODE : unit, patient, view.today());
    String made = method.redact(Text.decode(s, from, to), beside).map(Json::escaped).orElse(null);
    if (made == null) {
      found.hits.hit(slot.rule);
      return false;
    }
    edits.replace(from, to, made.getBytes(StandardCharsets.UTF_8));
    return true;
  }

  /** Says whom the resource is about, for what depends on it; false when that is known already. */
  boolean about(String patient) {
    boolean news = !patient.equals(this.patient);
    this.patient = patient;
    return news;
  }
}
