package io.sallyport.policy.redact;

import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;

/**
 * Pass 1: one strict walk over a resource's bytes along the view's automaton. It validates
 * everything, also what will go; it writes nothing, but notes edits and facts. Nothing leaves
 * before it returns.
 */
final class Walker {
  private static final byte[] NULL = "null".getBytes(StandardCharsets.US_ASCII);

  final Edits edits = new Edits();
  final Findings found = new Findings();

  /** Whether what is derived from the whole resource goes although its own type is seen whole. */
  boolean dropDerived;

  /** Places in lists of primitives that hold nothing any more: the next walk closes them. */
  final Set<Integer> doomed = new HashSet<>();

  private final Limits limits;
  private final Duplicates duplicates = new Duplicates();
  private byte[] s;
  private View view;
  private boolean exchange;
  private Bases bases;

  /** The slot that followed each slot last time. A hint: it may cost time, never correctness. */
  private Slot[] successors = {};

  private View predicted;

  // What the value just walked turned out to be.
  private boolean kept;
  private boolean inMeta;
  private boolean holderGoes;

  Walker(Limits limits) {
    this.limits = limits;
  }

  /** Starts on a resource of which no walk has learned anything yet. */
  void fresh() {
    found.deniedContained.clear();
    doomed.clear();
    dropDerived = false;
  }

  /** Starts a walk; what an earlier walk of the same resource learned stays. */
  void start(byte[] source, View by, boolean inExchange, Bases with) {
    s = source;
    view = by;
    exchange = inExchange;
    bases = with;
    edits.clear();
    found.clear();
    duplicates.clear();
    inMeta = holderGoes = false;
    // View.NONE predicts nothing: validating an envelope must not throw away what a view learned.
    if (predicted != by && by != View.NONE) {
      predicted = by;
      successors = new Slot[by.ordinals()];
    }
  }

  /** Walks the root resource whose "{" is at {@code p}; returns the index behind its "}". */
  int resource(int p, Node root) {
    return object(p, root, 1, true);
  }

  /** Validates one value of any kind, of which nothing is kept; returns the index behind it. */
  int validate(int p) {
    return any(p, Node.UNKNOWN, 1);
  }

  private int object(int p, Node node, int depth, boolean outermost) {
    int open = p;
    shallow(p, depth);
    int frame = duplicates.open(node.slots.length);
    String ownId = null;
    String hiddenUrl = null;
    boolean goes = false;
    boolean any = false;
    int pending = -1;
    int comma = -1;
    int last = node.entry;
    p = Text.space(s, p + 1);
    if (s[p] == '}') {
      throw Text.malformed(open, "empty object");
    }
    while (true) {
      int keyStart = p;
      if (pending >= 0) {
        edits.remove(pending, keyStart);
        pending = -1;
      }
      Slot slot = node.slots.length == 0 ? null : successors[last];
      int value;
      if (slot != null && Text.startsWith(s, p, s.length, slot.literal)) {
        value = p + slot.literal.length;
      } else {
        if (s[p] != '"') {
          throw Text.malformed(p, "a key must be a string");
        }
        int end = Text.string(s, p + 1);
        if (end - p - 1 > limits.keyBytesMax()) {
          throw Text.malformed(p, "key is over " + limits.keyBytesMax() + " bytes");
        }
        slot = slot(node, p + 1, end, frame);
        value = Text.space(s, end + 1);
        if (s[value] != ':') {
          throw Text.malformed(value, "expected ':'");
        }
        value++;
        if (slot != null) {
          successors[last] = slot;
        }
      }
      if (slot != null) {
        last = slot.ordinal;
        if (!duplicates.mark(frame, slot.index)) {
          throw Text.malformed(keyStart, "duplicate key");
        }
      }
      value = Text.space(s, value);
      int valueEnd = member(value, slot, depth, outermost, open);
      boolean keep = kept;
      goes |= holderGoes;
      holderGoes = false;
      if (slot != null && slot.extensionUrl && s[value] == '"' && !node.hiddenUrls.isEmpty()) {
        hiddenUrl = node.hiddenUrls.get(Text.decode(s, value + 1, valueEnd - 1));
      }
      if (keep && slot.id && s[value] == '"') {
        ownId = Text.decode(s, value + 1, valueEnd - 1);
      }
      if (!keep) {
        if (any) {
          edits.remove(comma, valueEnd);
        } else {
          pending = keyStart;
        }
      } else {
        any = true;
      }
      p = Text.space(s, valueEnd);
      if (s[p] == ',') {
        comma = p;
        p = Text.space(s, p + 1);
      } else if (s[p] == '}') {
        break;
      } else {
        throw Text.malformed(p, "expected ',' or '}'");
      }
    }
    duplicates.close(frame);
    if (outermost) {
      found.id = ownId == null ? "" : ownId;
    }
    if (any && exchange && node.absent != null) {
      edits.replace(p, p, node.absent);
    }
    kept = any && !goes;
    if (hiddenUrl != null) {
      hit(hiddenUrl);
      kept = false;
    }
    return p + 1;
  }

  private Slot slot(Node node, int from, int to, int frame) {
    boolean escaped = TypeSkim.contains(s, from, to);
    Slot slot = escaped ? node.find(Text.decode(s, from, to)) : node.find(s, from, to);
    if (slot == null && !duplicates.mark(frame, Text.decode(s, from, to))) {
      throw Text.malformed(from, "duplicate key");
    }
    return slot;
  }

  /** Walks a member's value and says in {@link #kept} whether it stays. */
  private int member(int p, Slot slot, int depth, boolean outermost, int open) {
    if (slot == null) {
      return drop(p, depth);
    }
    if (slot.kind == Slot.Kind.RESOURCE_TYPE) {
      int end = primitive(p, slot, false);
      if (outermost) {
        found.typeEnd = end;
      }
      kept = true;
      return end;
    }
    boolean hide = slot.hiddenBy != null || (dropDerived && slot.derived);
    boolean version = slot.version && exchange && !view.versions();
    boolean own = slot.meta && outermost;
    boolean around = inMeta;
    inMeta = own;
    int end = s[p] == '[' ? list(p, slot, depth, open) : single(p, slot, depth);
    inMeta = around;
    if (hide && kept) {
      hit(slot.hiddenBy == null ? slot.key : slot.hiddenBy);
    }
    boolean shape = (s[p] == '[') == slot.list;
    if (!shape && slot.aligned()) {
      found.holes.add(open);
    }
    kept &= !hide && !version && shape;
    found.tags.note(p, slot, own, inMeta, kept);
    return end;
  }

  private int single(int p, Slot slot, int depth) {
    switch (slot.kind) {
      case PRIMITIVE -> {
        if (s[p] == '{' || s[p] == '[' || s[p] == 'n') {
          return drop(p, depth);
        }
        kept = true;
        return primitive(p, slot, true);
      }
      case OBJECT -> {
        if (s[p] != '{') {
          return drop(p, depth);
        }
        return object(p, slot.child, depth + 1, false);
      }
      default -> {
        return nested(p, slot, depth);
      }
    }
  }

  private int list(int p, Slot slot, int depth, int open) {
    shallow(p, depth + 1);
    // Aligned with its other half by index: there an item becomes null instead of going.
    boolean aligned = slot.aligned();
    boolean any = false;
    boolean written = false;
    int pending = -1;
    int comma = -1;
    p = Text.space(s, p + 1);
    if (s[p] == ']') {
      throw Text.malformed(p, "empty array");
    }
    while (true) {
      int item = p;
      if (pending >= 0) {
        edits.remove(pending, item);
        pending = -1;
      }
      boolean place = aligned && (doomed.isEmpty() || !doomed.contains(item));
      int end;
      if (aligned && s[p] == 'n') {
        end = Text.word(s, p, "null");
        kept = false;
      } else {
        end = single(p, slot, depth + 1);
        if (!kept && aligned) {
          found.holes.add(open);
        }
        if (!kept && place) {
          edits.remove(item, end, NULL);
        }
      }
      any |= kept;
      if (kept || place) {
        written = true;
      } else if (written) {
        edits.remove(comma, end);
      } else {
        pending = item;
      }
      p = Text.space(s, end);
      if (s[p] == ',') {
        comma = p;
        p = Text.space(s, p + 1);
      } else if (s[p] == ']') {
        break;
      } else {
        throw Text.malformed(p, "expected ',' or ']'");
      }
    }
    // A list of nulls says nothing, unless it holds the places of its underscore list.
    kept = slot.underscore ? any : written;
    return p + 1;
  }

  private int primitive(int p, Slot slot, boolean act) {
    int behind = Scalars.end(s, p, limits);
    if (s[p] != '"') {
      return behind;
    }
    int end = behind - 1;
    if (act) {
      if (slot.reference && !found.deniedContained.isEmpty() && s[p + 1] == '#') {
        kept = !found.deniedContained.contains(Text.decode(s, p + 2, end));
      }
      bases.act(s, p + 1, end, slot, edits, found.patients);
    }
    return end + 1;
  }

  /** A resource inside another, judged by its own type's rules as well. */
  private int nested(int p, Slot slot, int depth) {
    if (s[p] != '{') {
      return drop(p, depth);
    }
    String type = TypeSkim.resourceType(s, p);
    Node root = type == null ? null : view.root(type);
    if (root != null && exchange && TypeSkim.withheld(s, p, type)) {
      root = null;
    }
    boolean contained = slot.key.equals("contained");
    int size = found.patients.size();
    int end = object(p, root == null ? Node.UNKNOWN : root, depth + 1, false);
    String self = "Patient".equals(type) && !contained ? TypeSkim.id(s, p) : null;
    if (self != null && !found.patients.contains(self)) {
      found.patients.add(self);
    }
    while (found.patients.size() > size && (contained || root == null)) {
      found.patients.remove(found.patients.size() - 1);
    }
    if (root != null) {
      found.nestedPartial |= root.dirty;
      return end;
    }
    String denied = contained ? TypeSkim.id(s, p) : null;
    if (denied != null) {
      found.deniedContained.add(denied);
    }
    hit(type == null ? "resource" : type);
    found.nestedDenied = true;
    kept = false;
    // What is left of an entry or a parameter would still tell of it.
    holderGoes = !contained;
    return end;
  }

  private void shallow(int p, int depth) {
    if (depth > limits.depthMax()) {
      throw Text.malformed(p, "nested deeper than " + limits.depthMax());
    }
  }

  private int drop(int p, int depth) {
    int end = any(p, Node.UNKNOWN, depth);
    kept = false;
    return end;
  }

  /** A value nobody keeps, as strictly parsed as any. */
  private int any(int p, Node node, int depth) {
    shallow(p, depth);
    switch (s[p]) {
      case '{' -> {
        if (s[Text.space(s, p + 1)] == '}') {
          return Text.space(s, p + 1) + 1;
        }
        return object(p, node, depth + 1, false);
      }
      case '[' -> {
        p = Text.space(s, p + 1);
        if (s[p] == ']') {
          return p + 1;
        }
        while (true) {
          p = Text.space(s, any(p, node, depth + 1));
          if (s[p] == ']') {
            return p + 1;
          }
          if (s[p] != ',') {
            throw Text.malformed(p, "expected ',' or ']'");
          }
          p = Text.space(s, p + 1);
        }
      }
      case 'n' -> {
        return Text.word(s, p, "null");
      }
      default -> {
        return primitive(p, null, false);
      }
    }
  }

  private void hit(String rule) {
    found.removed.merge(rule, 1, Integer::sum);
  }
}
