package io.sallyport.policy.redact;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What a walk learns of a resource besides what is to be taken out. */
final class Findings {
  /** Rule hits, as the policy writes the rules. */
  final Map<String, Integer> removed = new HashMap<>();

  /** The patients the resource is about. */
  final List<String> patients = new ArrayList<>();

  /** Ids of contained resources that were taken out: references to them go, too. */
  final Set<String> deniedContained = new HashSet<>();

  /** Objects with an item taken out of a list of primitives: {@link Pairs} looks at them. */
  final Set<Integer> holes = new HashSet<>();

  final TagPlaces tags = new TagPlaces();

  String id = "";

  /** Behind the value of resourceType. */
  int typeEnd;

  /** A resource of a partly hidden type stands inside: what it is seen by, not what it held. */
  boolean nestedPartial;

  /** A resource inside was taken out whole. */
  boolean nestedDenied;

  /** Forgets all but {@link #deniedContained}, which the next walk of the same resource needs. */
  void clear() {
    removed.clear();
    patients.clear();
    holes.clear();
    tags.clear();
    id = "";
    typeEnd = -1;
    nestedPartial = false;
    nestedDenied = false;
  }
}
