package io.sallyport.policy.redact.naive;

import io.sallyport.policy.redact.naive.Fhir.Found;
import io.sallyport.policy.redact.naive.Tree.Arr;
import io.sallyport.policy.redact.naive.Tree.Member;
import io.sallyport.policy.redact.naive.Tree.Obj;
import io.sallyport.policy.redact.naive.Tree.Raw;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The element layer on a tree: what the view hides goes, everything else stays as it is. */
public final class NaiveRedactor {
  private final Fhir fhir = Fhir.r4();
  private final Rules rules;
  private final NaiveChanger changer;
  private final boolean keepDerived;
  private final NaiveNames names;

  /** Whether a modifier extension was taken out of what stays. */
  private boolean stripped;

  /** How many contained resources are around. */
  private int contained;

  public NaiveRedactor(Policy policy) {
    rules = new Rules(fhir, policy);
    changer = new NaiveChanger(rules, policy.upstream());
    keepDerived = policy.keepDerived();
    names = policy.names();
  }

  /** The resource as the role sees it; null when its type is not shown. */
  public Tree redact(Tree tree) {
    Obj resource = changer.outermost((Obj) tree);
    String type = resource.text("resourceType");
    if (!rules.shows(type)) {
      return null;
    }
    stripped = false;
    return resource(resource, type, denied(resource, type));
  }

  /** Whether the resource redacted last must not be read for what it says without something. */
  public boolean stripped() {
    return stripped;
  }

  /** Whether a resource inside is not shown whole: then no narrative around may repeat it. */
  private boolean partialInside(Obj object, String type) {
    for (Member member : object.members()) {
      Found found = fhir.find(type, member.key());
      if (found == null) {
        continue;
      }
      for (Tree item :
          member.value() instanceof Arr list ? list.items() : List.of(member.value())) {
        if (item instanceof Obj inner) {
          boolean resource = found.type().equals("Resource");
          String own = resource ? inner.text("resourceType") : found.type();
          if (resource && (!rules.shows(own) || rules.partial(own))) {
            return true;
          }
          if (partialInside(inner, own)) {
            return true;
          }
        }
      }
    }
    return false;
  }

  /** The ids of the contained resources that are not shown. */
  private Set<String> denied(Obj resource, String type) {
    Set<String> ids = new HashSet<>();
    Found contained = fhir.find(type, "contained");
    if (contained != null && resource.get("contained") instanceof Arr list) {
      boolean all = rules.hides(rules.root(type), contained, false);
      for (Tree item : list.items()) {
        if (item instanceof Obj inner
            && (all || !rules.shows(inner.text("resourceType")))
            && inner.text("id") != null) {
          ids.add(inner.text("id"));
        }
      }
    }
    return ids;
  }

  private Tree resource(Obj resource, String type, Set<String> denied) {
    boolean derived = !keepDerived && (rules.partial(type) || partialInside(resource, type));
    return object(resource, rules.root(type), derived, denied);
  }

  /** What is left of an object; null when nothing is. */
  private Obj object(Obj object, Place place, boolean derived, Set<String> denied) {
    boolean before = stripped;
    Obj left = members(object, place, derived, denied);
    if (left == null) {
      stripped = before;
      return null;
    }
    Tree modifiers = object.get("modifierExtension");
    boolean known = fhir.find(place.type(), "modifierExtension") != null;
    if (modifiers != null && known && items(modifiers) != items(left.get("modifierExtension"))) {
      stripped = true;
    }
    return left;
  }

  private static int items(Tree list) {
    return list == null ? 0 : list instanceof Arr many ? many.items().size() : 1;
  }

  private Obj members(Obj object, Place place, boolean derived, Set<String> denied) {
    if (place.type().equals("Extension")) {
      boolean unclear = object.get("url") != null && object.text("url") == null;
      if (rules.hiddenUrl(object.text("url")) || (unclear && rules.hidesUrls())) {
        return null;
      }
    }
    Found reference = fhir.find(place.type(), "reference");
    if (place.type().equals("Reference")
        && object.get("reference") instanceof Raw raw
        && leadsToDenied(place, reference, raw, denied)) {
      return null;
    }
    Map<String, Tree> pairs = pairs(object, place, derived, denied);
    List<Member> left = new ArrayList<>();
    boolean any = false;
    for (Member member : object.members()) {
      if (place.root() && member.key().equals("resourceType")) {
        left.add(member);
        any = true;
        continue;
      }
      Found found = fhir.find(place.type(), member.key());
      if (found == null) {
        continue;
      }
      boolean nested =
          found.type().equals("Resource") && !found.element().name().equals("contained");
      if (nested && holdsDenied(member.value())) {
        return null;
      }
      Tree value;
      if (rules.hides(place, found, derived)) {
        value = null;
      } else if (found.element().list() != member.value() instanceof Arr) {
        value = null;
      } else if (pairs.containsKey(member.key())) {
        value = pairs.get(member.key());
      } else if (member.value() instanceof Arr list) {
        value = list(list, place, found, derived, denied);
      } else {
        value = single(member.value(), place, found, derived, denied);
      }
      if (value != null) {
        left.add(new Member(member.raw(), member.key(), value));
        any = true;
      }
    }
    return any ? new Obj(left) : null;
  }

  private boolean holdsDenied(Tree value) {
    return value instanceof Arr list
        ? list.items().stream().anyMatch(this::holdsDenied)
        : value instanceof Obj inner && !rules.shows(inner.text("resourceType"));
  }

  private Tree list(Arr list, Place place, Found found, boolean derived, Set<String> denied) {
    List<Tree> left = new ArrayList<>();
    for (Tree item : list.items()) {
      Tree value = single(item, place, found, derived, denied);
      if (value != null) {
        left.add(value);
      }
    }
    return left.isEmpty() ? null : new Arr(left);
  }

  private Tree single(Tree value, Place place, Found found, boolean derived, Set<String> denied) {
    if (fhir.isPrimitive(found.type()) && !found.underscore()) {
      boolean scalar = value instanceof Raw raw && !raw.isNull();
      if (!scalar || leadsToDenied(place, found, (Raw) value, denied)) {
        return null;
      }
      return names == null ? value : names.of((Raw) value, place, found, contained > 0);
    }
    if (!(value instanceof Obj inner)) {
      return null;
    }
    if (!found.type().equals("Resource")) {
      return object(inner, rules.below(place, found), derived, denied);
    }
    String type = inner.text("resourceType");
    if (!rules.shows(type)) {
      return null;
    }
    boolean inside = found.element().name().equals("contained");
    contained += inside ? 1 : 0;
    Tree left = resource(inner, type, inside ? denied : denied(inner, type));
    contained -= inside ? 1 : 0;
    return left;
  }

  private static boolean leadsToDenied(Place place, Found found, Raw value, Set<String> denied) {
    boolean reference =
        place.type().equals("Reference") && found.element().name().equals("reference");
    return (reference || Set.of("uri", "url", "canonical").contains(found.type()))
        && value.isText()
        && value.text().startsWith("#")
        && denied.contains(value.text().substring(1));
  }

  /**
   * Primitives that repeat, with what stands beside them: an item that goes leaves a null where its
   * other half holds something, and no place where neither does.
   */
  private Map<String, Tree> pairs(Obj object, Place place, boolean derived, Set<String> denied) {
    Map<String, Tree> pairs = new HashMap<>();
    for (Member member : object.members()) {
      String name = member.key().startsWith("_") ? member.key().substring(1) : member.key();
      Found found = fhir.find(place.type(), name);
      if (found == null
          || !found.element().list()
          || !fhir.isPrimitive(found.type())
          || pairs.containsKey(name)) {
        continue;
      }
      Tree values = object.get(name);
      Tree beside = object.get("_" + name);
      List<Tree> left = items(values, place, found, derived, denied);
      List<Tree> right = items(beside, place, fhir.find(place.type(), "_" + name), derived, denied);
      List<Tree> leftItems = new ArrayList<>();
      List<Tree> rightItems = new ArrayList<>();
      for (int i = 0; i < Math.max(left.size(), right.size()); i++) {
        boolean removed = removed(values, left, i) || removed(beside, right, i);
        if (!removed || something(left, i) || something(right, i)) {
          put(left, i, leftItems);
          put(right, i, rightItems);
        }
      }
      pairs.put(name, leftItems.isEmpty() ? null : new Arr(leftItems));
      boolean anything = rightItems.stream().anyMatch(item -> item instanceof Obj);
      pairs.put("_" + name, anything ? new Arr(rightItems) : null);
    }
    return pairs;
  }

  /** The items of one half; a Java null for one that goes. */
  private List<Tree> items(
      Tree half, Place place, Found found, boolean derived, Set<String> denied) {
    List<Tree> items = new ArrayList<>();
    if (half instanceof Arr list) {
      boolean goes = rules.hides(place, found, derived);
      for (Tree item : list.items()) {
        if (goes) {
          items.add(null);
          continue;
        }
        boolean empty = item instanceof Raw raw && raw.isNull();
        items.add(empty ? item : single(item, place, found, derived, denied));
      }
    }
    return items;
  }

  private static boolean removed(Tree half, List<Tree> items, int i) {
    boolean wrongKind = half != null && !(half instanceof Arr);
    return wrongKind || (i < items.size() && items.get(i) == null);
  }

  private static boolean something(List<Tree> items, int i) {
    return i < items.size()
        && items.get(i) != null
        && !(items.get(i) instanceof Raw raw && raw.isNull());
  }

  private static void put(List<Tree> items, int i, List<Tree> to) {
    if (i < items.size()) {
      to.add(items.get(i) == null ? new Raw("null") : items.get(i));
    }
  }
}
