package io.sallyport.policy.redact.naive;

import io.sallyport.policy.redact.naive.Fhir.Found;
import io.sallyport.policy.redact.naive.Tree.Arr;
import io.sallyport.policy.redact.naive.Tree.Member;
import io.sallyport.policy.redact.naive.Tree.Obj;
import io.sallyport.policy.redact.naive.Tree.Raw;
import java.util.ArrayList;
import java.util.List;

/** Puts the changed values into a tree from which nothing was taken out yet. */
final class NaiveChanger {
  /** In the place of a value that cannot be read: it is no scalar, and so goes. */
  private static final Tree NOTHING = new Obj(List.of());

  private final Fhir fhir = Fhir.r4();
  private final Rules rules;

  NaiveChanger(Rules rules) {
    this.rules = rules;
  }

  Obj resource(Obj resource) {
    String type = resource.text("resourceType");
    return rules.shows(type) ? object(resource, rules.root(type)) : resource;
  }

  private Obj object(Obj object, Place place) {
    List<Member> members = new ArrayList<>();
    for (Member member : object.members()) {
      Found found = fhir.find(place.type(), member.key());
      Tree value = found == null ? member.value() : value(member.value(), object, place, found);
      members.add(new Member(member.raw(), member.key(), value));
    }
    return new Obj(members);
  }

  private Tree value(Tree value, Obj holder, Place place, Found found) {
    if (value instanceof Arr list) {
      return new Arr(list.items().stream().map(item -> value(item, holder, place, found)).toList());
    }
    if (value instanceof Obj inner) {
      if (found.type().equals("Resource")) {
        return resource(inner);
      }
      boolean primitive = fhir.isPrimitive(found.type()) && !found.underscore();
      return primitive ? value : object(inner, rules.below(place, found));
    }
    String method = found.underscore() ? null : rules.method(place, found);
    if (method == null || ((Raw) value).isNull()) {
      return value;
    }
    Raw made = Making.of(method, found.type(), (Raw) value, holder, place.type());
    return made == null ? NOTHING : made;
  }
}
