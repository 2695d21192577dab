package io.sallyport.policy.redact;

import io.sallyport.policy.Reason;
import io.sallyport.policy.Refusal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Pass 1: one strict walk over a resource's bytes along the view's automaton. It validates
 * everything, also what will go; it writes nothing, but notes edits and facts. Nothing leaves
 * before it returns.
 */
final class Walker {
  private static final byte[] NULL = "null".getBytes(StandardCharsets.US_ASCII);

  final Edits edits = new Edits();
  final Map<String, Integer> removed = new HashMap<>();
  final List<String> patients = new ArrayList<>();

  /** Ids of contained resources that were taken out: references to them go, too. */
  final Set<String> deniedContained = new HashSet<>();

  String id = "";
  int typeEnd;
  final TagPlaces tags = new TagPlaces();

  // Something inside a nested resource went: then a second walk drops what is derived, too.
  boolean nestedHit;
  boolean dropDerived;

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
  private int hits;

  Walker(Limits limits) {
    this.limits = limits;
  }

  /**
   * Starts on a source; {@code deniedContained} stays from an earlier walk of the same resource.
   */
  void start(byte[] source, View by, boolean inExchange, Bases with) {
    s = source;
    view = by;
    exchange = inExchange;
    bases = with;
    edits.clear();
    removed.clear();
    patients.clear();
    duplicates.clear();
    inMeta = false;
    id = "";
    typeEnd = -1;
    tags.clear();
    nestedHit = false;
    hits = 0;
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
      int valueEnd = member(value, slot, depth, outermost);
      boolean keep = kept;
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
      id = ownId == null ? "" : ownId;
    }
    kept = any;
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
  private int member(int p, Slot slot, int depth, boolean outermost) {
    if (slot == null) {
      return drop(p, depth);
    }
    if (slot.kind == Slot.Kind.RESOURCE_TYPE) {
      int end = primitive(p, slot, false);
      if (outermost) {
        typeEnd = end;
      }
      kept = true;
      return end;
    }
    boolean hide = slot.hiddenBy != null || (dropDerived && slot.derived);
    boolean version = slot.version && exchange && !view.versions();
    boolean own = slot.meta && outermost;
    boolean around = inMeta;
    inMeta = own;
    int end = s[p] == '[' ? list(p, slot, depth) : single(p, slot, depth);
    inMeta = around;
    if (hide && kept) {
      hit(slot.hiddenBy == null ? slot.key : slot.hiddenBy);
    }
    kept &= !hide && !version && (s[p] == '[') == slot.list;
    tags.note(p, slot, own, inMeta, kept);
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

  private int list(int p, Slot slot, int depth) {
    shallow(p, depth + 1);
    // Aligned with its other half by index: there an item becomes null instead of going.
    boolean aligned = slot.kind == Slot.Kind.PRIMITIVE || slot.underscore;
    boolean any = false;
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
      int end;
      if (aligned && s[p] == 'n') {
        end = Text.word(s, p, "null");
      } else {
        end = single(p, slot, depth + 1);
        if (!kept && aligned) {
          edits.remove(item, end, NULL);
        } else if (!kept && any) {
          edits.remove(comma, end);
        } else if (!kept) {
          pending = item;
        }
        any |= kept;
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
    kept = any || (aligned && !slot.underscore);
    return p + 1;
  }

  private int primitive(int p, Slot slot, boolean act) {
    int c = s[p];
    if (c != '"') {
      int end =
          c == 't'
              ? Text.word(s, p, "true")
              : c == 'f' ? Text.word(s, p, "false") : Text.number(s, p);
      if (end - p > limits.numberBytesMax()) {
        throw Text.malformed(p, "number is over " + limits.numberBytesMax() + " bytes");
      }
      return end;
    }
    int end = Text.string(s, p + 1);
    if (end - p - 1 > limits.stringBytesMax()) {
      throw new Refusal(Reason.UPSTREAM_TOO_LARGE, "byte " + p + ": string is over its limit");
    }
    if (act) {
      if (slot.reference && !deniedContained.isEmpty() && s[p + 1] == '#') {
        kept = !deniedContained.contains(Text.decode(s, p + 2, end));
      }
      bases.act(s, p + 1, end, slot, edits, patients);
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
    boolean contained = slot.key.equals("contained");
    if (root == null && exchange && !contained && slot.hiddenBy == null) {
      // Its envelope would still tell of it: no part of the whole is released.
      throw new Refusal(Reason.NO_RULE_PERMITS, "a nested resource's type is not shown");
    }
    if (exchange) {
      TypeSkim.refuseStructural(s, p, type);
    }
    int size = patients.size();
    int before = hits;
    int end = object(p, root == null ? Node.UNKNOWN : root, depth + 1, false);
    String self = "Patient".equals(type) && !contained ? TypeSkim.id(s, p) : null;
    if (self != null && !patients.contains(self)) {
      patients.add(self);
    }
    while (patients.size() > size && contained) {
      patients.remove(patients.size() - 1);
    }
    if (root == null) {
      if (contained) {
        String denied = TypeSkim.id(s, p);
        if (denied != null) {
          deniedContained.add(denied);
        }
      }
      hit(type == null ? "resource" : type);
      kept = false;
    }
    nestedHit |= hits != before;
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
    removed.merge(rule, 1, Integer::sum);
    hits++;
  }
}
