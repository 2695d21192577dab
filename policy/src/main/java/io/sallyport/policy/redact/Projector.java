package io.sallyport.policy.redact;

/**
 * Applies a {@link Projection} to a resource that was walked: goes over what the walk left and
 * takes out what was not asked for. Facts and rule hits are those of the whole resource, for they
 * were found before.
 *
 * <p>A value is answered by the index behind it, or by the complement of that index when nothing of
 * it stays.
 */
final class Projector {
  private static final byte[] COMMA = {','};

  private final Skip skip = new Skip();
  private byte[] s;
  private View view;
  private Projection projection;
  private Edits walked;
  private Edits edits;

  /**
   * The edits that leave less of the resource whose "{" is at {@code open}.
   *
   * @param by what they are made from: the walk's, labels included
   */
  Edits project(byte[] source, int open, Node root, View through, Edits by) {
    s = source;
    view = through;
    projection = through.projection();
    walked = by;
    edits = new Edits();
    object(open, root, true);
    return edits;
  }

  private int object(int open, Node node, boolean root) {
    Gaps gaps = new Gaps(open + 1);
    int p = Text.space(s, open + 1);
    while (s[p] != '}') {
      int key = p;
      int quote = Text.string(s, key + 1);
      p = Text.space(s, Text.space(s, quote + 1) + 1);
      Slot slot = walked.covers(key) ? null : slot(node, key, quote);
      if (slot == null || !projection.keeps(slot, root)) {
        p = behind(p);
        gaps.goes();
      } else {
        int mark = gaps.stays(key);
        p = member(p, slot, root);
        if (p < 0) {
          p = ~p;
          gaps.takeBack(mark);
        }
      }
      p = gaps.next(p);
    }
    return gaps.close(p);
  }

  private Slot slot(Node node, int key, int quote) {
    return Text.escaped(s, key + 1, quote)
        ? node.find(Text.decode(s, key + 1, quote))
        : node.find(s, key + 1, quote);
  }

  /** A value that stays, or of which a part does. What must be there does not go for being bare. */
  private int member(int p, Slot slot, boolean root) {
    if (!projection.enters(slot, root)) {
      return whole(p);
    }
    int mark = edits.size();
    int end = s[p] == '[' ? list(p, slot) : single(p, slot);
    if (end >= 0 || slot.element.min() == 0) {
      return end;
    }
    edits.truncate(mark);
    return whole(p);
  }

  private int list(int open, Slot slot) {
    Gaps gaps = new Gaps(open + 1);
    int p = Text.space(s, open + 1);
    while (s[p] != ']') {
      if (walked.covers(p)) {
        p = behind(p);
        gaps.goes();
      } else {
        int mark = gaps.stays(p);
        p = single(p, slot);
        if (p < 0) {
          p = ~p;
          gaps.takeBack(mark);
        }
      }
      p = gaps.next(p);
    }
    return gaps.close(p);
  }

  private int single(int p, Slot slot) {
    if (slot.kind == Slot.Kind.RESOURCE) {
      return object(p, view.root(TypeSkim.resourceType(s, p)), true);
    }
    return object(p, slot.child, false);
  }

  private int whole(int p) {
    int end = behind(p);
    edits.addAll(walked, p, end);
    return end;
  }

  private int behind(int p) {
    skip.reset();
    return skip.end(s, p, s.length);
  }

  /** What lies between the members or items that stay: a comma, or as it was. */
  private final class Gaps {
    private int from;
    private boolean any;
    private boolean gone;
    private boolean stayed;

    Gaps(int from) {
      this.from = from;
    }

    void goes() {
      gone = true;
    }

    /** Something may stay that begins here; answers where to go back to if it does not. */
    int stays(int at) {
      int mark = edits.size();
      if (gone) {
        edits.replace(from, at, any ? COMMA : null);
      }
      stayed = true;
      return mark;
    }

    void takeBack(int mark) {
      edits.truncate(mark);
      stayed = false;
      gone = true;
    }

    /** Behind a member that ends at {@code p}; answers where the next begins, or the bracket. */
    int next(int p) {
      if (stayed) {
        edits.addInserted(walked, p);
        any = true;
        gone = false;
        from = p;
        stayed = false;
      }
      p = Text.space(s, p);
      return s[p] == ',' ? Text.space(s, p + 1) : p;
    }

    /** At the closing bracket. */
    int close(int p) {
      if (gone) {
        edits.replace(from, p, null);
      }
      if (from < p) {
        edits.addInserted(walked, p);
      }
      return any ? p + 1 : ~(p + 1);
    }
  }
}
