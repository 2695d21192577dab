package io.sallyport.policy.redact;

import java.util.HashSet;
import java.util.Set;

/**
 * Pass 1: one strict walk over a resource's bytes along the view's automaton. It validates
 * everything, also what will go; it writes nothing, but notes edits and facts. Nothing leaves
 * before it returns.
 *
 * <p>A walked value is answered by the index behind it, or by the complement of that index when
 * nothing of it stays.
 */
final class Walker {
  /** Where an object stands: it is the outermost resource, or that one's meta, or elsewhere. */
  private static final int RESOURCE = 1;

  private static final int META = 2;
  private static final int INSIDE = 0;

  final Edits edits = new Edits();
  final Findings found = new Findings();

  /** Whether what is derived from the whole resource goes although its own type is seen whole. */
  boolean dropDerived;

  /** Places in lists of primitives that hold nothing any more: the next walk closes them. */
  final Set<Integer> doomed = new HashSet<>();

  private final Limits limits;
  private final int stringBytesMax;
  private final Duplicates duplicates = new Duplicates();
  private final Unkept unkept;
  private final Nesting nesting = new Nesting();
  private final Inside inside;
  final Acts acts = new Acts(found, edits, nesting);
  private final Predictions predictions = new Predictions();
  private byte[] s;
  private View view;
  private boolean exchange;

  /** The slot that followed each slot last time. A hint: it may cost time, never correctness. */
  private Slot[] successors = {};

  /** Behind the colon of the key that {@link #key} read. */
  private int cursor;

  Walker(Limits limits) {
    this.limits = limits;
    this.stringBytesMax = limits.stringBytesMax();
    this.unkept = new Unkept(limits, duplicates);
    this.inside = new Inside(this, acts, nesting, unkept);
  }

  /** Starts on a resource of which no walk has learned anything yet. */
  void fresh() {
    acts.patient = "";
    found.forget();
    doomed.clear();
    dropDerived = false;
  }

  /** Starts a walk; what an earlier walk of the same resource learned stays. */
  void start(byte[] source, View by, boolean inExchange, Bases with) {
    s = source;
    exchange = inExchange;
    edits.clear();
    found.clear(source, by);
    duplicates.clear();
    acts.start(by, with);
    inside.start(by, inExchange);
    if (view != by) {
      view = by;
      successors = predictions.of(by);
    }
  }

  /** Walks the root resource whose "{" is at {@code p}; returns the index behind its "}". */
  int resource(int p, Node root) {
    nesting.clear();
    nesting.enter(p, false, dropDerived || found.partialHolder(p));
    return end(object(p, root, 1, RESOURCE));
  }

  /** Validates one value of any kind, of which nothing is kept; returns the index behind it. */
  int skip(byte[] source, int p) {
    duplicates.clear();
    return unkept.value(source, p, 0);
  }

  private static int end(int walked) {
    return walked ^ walked >> 31;
  }

  /** Walks the resource inside another one whose "{" is at {@code p}. */
  int inner(int p, Node root, int depth) {
    return object(p, root, limits.deeper(p, depth), INSIDE);
  }

  private int object(int p, Node node, int depth, int place) {
    final byte[] s = this.s;
    final int open = p;
    final Slot[] next = successors;
    long seen = 0;
    long seenMore = 0;
    long lost = 0;
    long lostMore = 0;
    int frame = -1;
    int hidden = -1;
    boolean goes = false;
    boolean any = false;
    int pending = -1;
    int comma = -1;
    int last = node.entry;
    p++;
    if (s[p] <= ' ') {
      p = Text.space(s, p);
    }
    if (s[p] == '}') {
      throw Text.malformed(open, "empty object");
    }
    while (true) {
      final int key = p;
      if (pending >= 0) {
        edits.remove(pending, key);
        pending = -1;
      }
      Slot slot = next[last];
      if (slot != null && slot.at(s, p)) {
        p += slot.literal.length;
      } else {
        slot = key(node, p);
        if (slot != null) {
          next[last] = slot;
        } else {
          frame = duplicates.unknown(frame, node, s, key);
        }
        p = cursor;
      }
      if (s[p] <= ' ') {
        p = Text.space(s, p);
      }
      int walked;
      if (slot == null) {
        walked = ~unkept.value(s, p, depth);
      } else {
        last = slot.ordinal;
        int index = slot.index;
        long bit = 1L << index;
        if (index < 64) {
          if ((seen & bit) != 0) {
            throw Text.malformed(key, "duplicate key");
          }
          seen |= bit;
        } else if (index < 128) {
          if ((seenMore & bit) != 0) {
            throw Text.malformed(key, "duplicate key");
          }
          seenMore |= bit;
        } else {
          frame = duplicates.wide(frame, node, slot, key);
        }
        if (!slot.plain) {
          walked = marked(p, slot, depth, place, open);
        } else if (slot.list) {
          walked = s[p] == '[' ? list(p, slot, depth, open) : misfit(p, slot, depth, open);
        } else {
          walked = single(p, slot, depth);
        }
        if (slot.tells) {
          goes |= acts.holderGoes || (slot.extensionUrl && s[p] != '"');
          acts.holderGoes = false;
          if (slot.extensionUrl) {
            hidden = acts.hiddenUrl;
            acts.hiddenUrl = -1;
          }
        }
      }
      if (walked >= 0) {
        any = true;
        p = walked;
      } else {
        p = ~walked;
        if (slot != null) {
          lost |= slot.index < 64 ? 1L << slot.index : 0;
          lostMore |= slot.index < 64 ? 0 : 1L << slot.index;
        }
        if (any) {
          edits.remove(comma, p);
        } else {
          pending = key;
        }
      }
      if (s[p] <= ' ') {
        p = Text.space(s, p);
      }
      if (s[p] == ',') {
        comma = p++;
        if (s[p] <= ' ') {
          p = Text.space(s, p);
        }
      } else if (s[p] == '}') {
        break;
      } else {
        throw Text.malformed(p, "expected ',' or '}'");
      }
    }
    if (frame >= 0) {
      duplicates.close(frame);
    }
    if (any && exchange && node.required != null && node.required.asks(lost | lostMore)) {
      goes |= !node.required.close(p, seen, seenMore, lost, lostMore, edits);
    }
    if (hidden >= 0) {
      found.hits.hit(hidden);
      goes = true;
    }
    p++;
    if (any && !goes) {
      return p;
    }
    found.unstripped(open);
    return ~p;
  }

  /** A key not foreseen; leaves {@link #cursor} behind its colon. */
  private Slot key(Node node, int p) {
    if (s[p] != '"') {
      throw Text.malformed(p, "a key must be a string");
    }
    int end = Text.string(s, p + 1);
    limits.key(p, end);
    cursor = Text.space(s, end + 1);
    if (s[cursor] != ':') {
      throw Text.malformed(cursor, "expected ':'");
    }
    cursor++;
    return Text.escaped(s, p + 1, end)
        ? node.find(Text.decode(s, p + 1, end))
        : node.find(s, p + 1, end);
  }

  /** The value of a slot that something is done with. */
  private int marked(int p, Slot slot, int depth, int place, int open) {
    if (slot.kind == Slot.Kind.RESOURCE_TYPE) {
      int end = Scalars.end(s, p, limits);
      if (place == RESOURCE) {
        found.typeEnd = end;
      }
      return end;
    }
    boolean hide = slot.hiddenBy != null || (slot.derived && nesting.drops());
    boolean version = slot.version && exchange && !view.versions();
    boolean own = slot.meta && place == RESOURCE;
    int walked;
    acts.enter(slot, open, s, p, place == RESOURCE);
    if (slot.halved && slot.list) {
      found.holes.add(open);
    }
    if ((s[p] == '[') != slot.list) {
      walked = misfit(p, slot, depth, open);
    } else if (slot.list) {
      walked = list(p, slot, depth, open);
    } else if (own && s[p] == '{') {
      walked = object(p, slot.child, limits.deeper(p, depth), META);
    } else {
      walked = single(p, slot, depth);
    }
    if (slot.id && place == RESOURCE && s[p] == '"') {
      found.id(p + 1, end(walked) - 1);
    }
    if (walked >= 0 && (hide || version)) {
      if (hide) {
        found.hits.hit(slot.rule);
      }
      walked = ~walked;
    }
    if (walked < 0) {
      found.unstripped(p);
      if (slot.modifier) {
        found.stripped(p);
      }
    }
    found.tags.note(p, slot, own, place == META, walked >= 0);
    return walked;
  }

  /** A list where one value should be, or the reverse. */
  private int misfit(int p, Slot slot, int depth, int open) {
    found.unreadable();
    if (slot.aligned()) {
      found.holes.add(open);
    }
    return ~unkept.misfit(s, p, depth);
  }

  private int single(int p, Slot slot, int depth) {
    int c = s[p];
    if (slot.child != null && slot.kind == Slot.Kind.OBJECT) {
      if (c == '{') {
        return object(p, slot.child, limits.deeper(p, depth), INSIDE);
      }
      found.unreadable();
      return ~unkept.value(s, p, depth);
    }
    if (slot.kind == Slot.Kind.RESOURCE) {
      return c == '{' ? inside.walk(s, p, slot, depth) : ~unkept.value(s, p, depth);
    }
    if (c == '"') {
      int end = Text.string(s, p + 1);
      if (end - p - 1 > stringBytesMax && !(slot.base64 && end - p <= limits.binaryBytesMax())) {
        return Scalars.end(s, p, limits);
      }
      return !slot.acts || acts.act(s, p + 1, end, slot) ? end + 1 : ~(end + 1);
    }
    if (c == '{' || c == '[' || c == 'n') {
      return ~unkept.value(s, p, depth);
    }
    int end = Scalars.end(s, p, limits);
    return !slot.acts || acts.number(s, p, end, slot) ? end : ~end;
  }

  private int list(int p, Slot slot, int depth, int open) {
    depth = limits.deeper(p, depth);
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
      int walked;
      if (aligned && s[p] == 'n') {
        walked = ~Text.word(s, p, "null");
      } else {
        walked = single(p, slot, depth);
        if (walked < 0 && aligned) {
          found.holes.add(open);
        } else if (walked < 0 && slot.modifier) {
          found.stripped(item);
        }
        if (walked < 0 && place) {
          edits.nullify(item, ~walked);
        }
      }
      any |= walked >= 0;
      p = end(walked);
      if (walked >= 0 || place) {
        written = true;
      } else if (written) {
        edits.remove(comma, p);
      } else {
        pending = item;
      }
      p = s[p] <= ' ' ? Text.space(s, p) : p;
      if (s[p] == ',') {
        comma = p;
        p = Text.space(s, p + 1);
      } else if (s[p] == ']') {
        break;
      } else {
        throw Text.malformed(p, "expected ',' or ']'");
      }
    }
    p++;
    // A list of nulls says nothing, unless it holds the places of its underscore list.
    return (slot.underscore ? any : written) ? p : ~p;
  }
}
