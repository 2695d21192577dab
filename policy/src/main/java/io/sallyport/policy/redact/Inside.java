package io.sallyport.policy.redact;

/** The resources inside another: contained, of an entry, of a parameter. */
final class Inside {
  private final Walker walker;
  private final Findings found;
  private final Acts acts;
  private final Nesting nesting;
  private final Unkept unkept;
  private View view;
  private boolean exchange;

  Inside(Walker walker, Acts acts, Nesting nesting, Unkept unkept) {
    this.walker = walker;
    this.found = walker.found;
    this.acts = acts;
    this.nesting = nesting;
    this.unkept = unkept;
  }

  void start(View by, boolean inExchange) {
    view = by;
    exchange = inExchange;
  }

  /** Walks one, judged by its own type's rules as well; answers as {@link Walker} does. */
  int walk(byte[] s, int p, Slot slot, int depth) {
    String type = TypeSkim.resourceType(s, p);
    boolean withheld = type == null || (exchange && view.withholds(s, p, type));
    Node root = withheld ? null : view.root(type);
    boolean contained = slot.key.equals("contained");
    if (root == null || (contained && slot.hiddenBy != null)) {
      deny(s, p, slot, type);
      return ~unkept.value(s, p, depth);
    }
    nesting.enter(p, contained, walker.dropDerived || found.partialHolder(p));
    found.mute(contained);
    int walked = walker.inner(p, root, depth);
    found.unmute(contained);
    nesting.leave();
    if (exchange && found.strippedSince(p)) {
      found.unstripped(p);
      deny(s, p, slot, type);
      return walked >= 0 ? ~walked : walked;
    }
    if (!contained && type.equals("Patient")) {
      found.patient(TypeSkim.id(s, p));
    }
    if (root.dirty || view.pseudonyms() != null) {
      found.nestedPartial(root.made);
      partial();
    }
    return walked;
  }

  /** Nothing of it stays. */
  private void deny(byte[] s, int p, Slot slot, String type) {
    boolean contained = slot.key.equals("contained");
    String denied = contained ? TypeSkim.id(s, p) : null;
    if (denied != null) {
      found.deniedContained.add(nesting.scope() + "#" + denied);
    }
    if (slot.hiddenBy == null) {
      found.hits.hit(view.rule(type));
    }
    partial();
    // What is left of an entry or a parameter would still tell of it.
    acts.holderGoes = !contained;
  }

  /** A resource inside is not shown whole: what is derived from those around it may repeat it. */
  private void partial() {
    if (!walker.dropDerived && !view.keepsDerived()) {
      nesting.addTo(found.partialHolders);
    }
  }
}
