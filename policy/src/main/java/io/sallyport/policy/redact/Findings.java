package io.sallyport.policy.redact;

import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What a walk learns of a resource besides what is to be taken out. */
final class Findings {
  final Hits hits = new Hits();

  private static final int NOWHERE = Integer.MAX_VALUE;

  private final Set<String> patients = new LinkedHashSet<>();
  private final Set<String> members = new LinkedHashSet<>();

  /**
   * Contained resources that were taken out, as {@code <position of their container>#<id>}:
   * references to them go, too.
   */
  final Set<String> deniedContained = new HashSet<>();

  /** Where resources begin that hold one which is not shown whole. */
  final Set<Integer> partialHolders = new HashSet<>();

  /** Objects with an item taken out of a list of primitives: {@link Pairs} looks at them. */
  final Set<Integer> holes = new HashSet<>();

  /** What others may come for, where that is wanted. */
  final Links links = new Links();

  /** What a rule asks of the resource. */
  final Elements elements = new Elements();

  final TagPlaces tags = new TagPlaces();

  /** Behind the value of resourceType. */
  int typeEnd;

  /** A resource of a partly hidden type stands inside: what it is seen by, not what it held. */
  boolean nestedPartial;

  /** What of {@link Labels} the types of those inside are shown changed, likewise. */
  int nestedMade;

  /** Whether there was a value that depends on whom the resource is about. */
  boolean byPatient;

  private byte[] source;
  private int idFrom;
  private int idTo;

  // The reference seen last: mostly the next one is the same.
  private int lastFrom;
  private int lastTo;

  private int muted;

  /** Where the first modifier extension stands that was taken out of something that stays. */
  private int stripped = NOWHERE;

  private long segments;

  /** What those of its elements say that are asked for, by their keys. */
  Map<String, Object> elements(Set<String> keys, Bases bases) {
    return elements.read(source, keys, bases);
  }

  /** The resource's logical id; "" when it has none. */
  String id() {
    return idTo < idFrom ? "" : Text.decode(source, idFrom, idTo);
  }

  void id(int from, int to) {
    idFrom = from;
    idTo = to;
  }

  /** The ids of the patients the resource is about, in the order of their references. */
  List<String> patients() {
    return patients.isEmpty() ? List.of() : List.copyOf(patients);
  }

  /** The one patient the resource is about; "" when there is none, or more. */
  String about(String type) {
    if (type.equals("Patient")) {
      return id();
    }
    return patients.size() == 1 ? patients.iterator().next() : "";
  }

  /** The ids of the patients to whom a link of their compartment leads, where the view asks. */
  List<String> members() {
    return members.isEmpty() ? List.of() : List.copyOf(members);
  }

  /** Takes notice of a link by which a compartment may hold the resource. */
  void member(byte[] s, int from, int to, Bases bases) {
    String id = muted > 0 ? null : bases.patient(s, from, to);
    if (id != null) {
      members.add(id);
    }
  }

  /** The segments the resource belongs to: all of them when that cannot be told. */
  long segments() {
    return segments;
  }

  /** Takes notice of a code's segments, also of one inside a contained resource. */
  void segments(long bits) {
    segments |= bits;
  }

  /** Something stands where a code or a label may be, and cannot be read as one. */
  void unreadable() {
    segments = -1;
  }

  /** Takes notice of a literal reference to a patient; any other says nothing. */
  void patient(byte[] s, int from, int to, Bases bases) {
    if (muted > 0 || Arrays.equals(s, from, to, s, lastFrom, lastTo)) {
      return;
    }
    lastFrom = from;
    lastTo = to;
    patient(bases.patient(s, from, to));
  }

  /** Takes notice of a reference by which others may come. */
  void link(byte[] s, int from, int to, Set<String> by, Bases bases) {
    if (links.wanted() && muted == 0) {
      links.add(by, bases.reference(s, from, to));
    }
  }

  void patient(String id) {
    if (id != null && muted == 0) {
      patients.add(id);
    }
  }

  /** One is inside that is seen partly; what the labels say of the values changed in it. */
  void nestedPartial(int made) {
    nestedPartial = true;
    nestedMade |= made;
  }

  /** Whether the resource that begins at a position holds one that is not shown whole. */
  boolean partialHolder(int position) {
    return !partialHolders.isEmpty() && partialHolders.contains(position);
  }

  /** A modifier extension goes that stands at a position, or behind it. */
  void stripped(int at) {
    stripped = Math.min(stripped, at);
  }

  /** What begins at a position goes, all that was walked since: nothing of it is misread. */
  void unstripped(int from) {
    if (stripped >= from) {
      stripped = NOWHERE;
    }
  }

  /** Whether one was taken out of what begins at a position, where that is what was walked last. */
  boolean strippedSince(int from) {
    return stripped >= from && stripped != NOWHERE;
  }

  /** What a contained resource is about is not what its container is about. */
  void mute(boolean contained) {
    muted += contained ? 1 : 0;
  }

  void unmute(boolean contained) {
    muted -= contained ? 1 : 0;
  }

  /** Forgets what only another walk of the same resource needs. */
  void forget() {
    if (!deniedContained.isEmpty()) {
      deniedContained.clear();
    }
    if (!partialHolders.isEmpty()) {
      partialHolders.clear();
    }
  }

  /** Forgets the rest. */
  void clear(byte[] of, View view) {
    hits.start(view);
    source = of;
    idFrom = 0;
    idTo = -1;
    lastFrom = 0;
    lastTo = 0;
    muted = 0;
    segments = 0;
    if (!patients.isEmpty()) {
      patients.clear();
    }
    if (!members.isEmpty()) {
      members.clear();
    }
    if (!holes.isEmpty()) {
      holes.clear();
    }
    links.clear();
    elements.clear();
    tags.clear();
    typeEnd = -1;
    stripped = NOWHERE;
    nestedPartial = false;
    nestedMade = 0;
    byPatient = false;
  }
}
