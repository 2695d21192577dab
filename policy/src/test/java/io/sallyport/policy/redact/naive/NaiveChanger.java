package io.sallyport.policy.redact.naive;

import io.sallyport.policy.fhir.Definitions;
import io.sallyport.policy.redact.naive.Fhir.Found;
import io.sallyport.policy.redact.naive.Tree.Arr;
import io.sallyport.policy.redact.naive.Tree.Member;
import io.sallyport.policy.redact.naive.Tree.Obj;
import io.sallyport.policy.redact.naive.Tree.Raw;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Puts the changed values into a tree from which nothing was taken out yet. */
final class NaiveChanger {
  /** In the place of a value that cannot be read: it is no scalar, and so goes. */
  private static final Tree NOTHING = new Obj(List.of());

  private final Fhir fhir = Fhir.r4();
  private final Rules rules;
  private final String upstream;

  /** The one patient of the resource; null when there is none, or more. */
  private String patient;

  /**
   * @param upstream the record system's base; null for none
   */
  NaiveChanger(Rules rules, String upstream) {
    this.rules = rules;
    this.upstream = upstream;
  }

  Obj outermost(Obj resource) {
    Set<String> patients = new HashSet<>();
    about(resource, patients);
    boolean own = "Patient".equals(resource.text("resourceType"));
    patient = own ? resource.text("id") : null;
    if (!own && patients.size() == 1) {
      patient = patients.iterator().next();
    }
    return resource(resource);
  }

  private void about(Obj resource, Set<String> patients) {
    String type = resource.text("resourceType");
    for (String path : Definitions.r4().patientPaths(type)) {
      references(resource, List.of(path.split("\\.")).subList(1, path.split("\\.").length))
          .forEach(text -> patient(text, patients));
    }
    inside(resource, type, patients);
  }

  /** Those in a Bundle or in Parameters; what is contained is about whom it likes. */
  private void inside(Obj object, String type, Set<String> patients) {
    for (Member member : object.members()) {
      Found found = fhir.find(type, member.key());
      if (found == null || found.element().name().equals("contained")) {
        continue;
      }
      for (Tree item :
          member.value() instanceof Arr list ? list.items() : List.of(member.value())) {
        if (!(item instanceof Obj inner)) {
          continue;
        }
        if (!found.type().equals("Resource")) {
          inside(inner, found.type(), patients);
        } else if (rules.shows(inner.text("resourceType"))) {
          about(inner, patients);
          if ("Patient".equals(inner.text("resourceType")) && inner.text("id") != null) {
            patients.add(inner.text("id"));
          }
        }
      }
    }
  }

  private static List<String> references(Tree at, List<String> steps) {
    if (at instanceof Arr list) {
      return list.items().stream().flatMap(item -> references(item, steps).stream()).toList();
    }
    if (!(at instanceof Obj object)) {
      return List.of();
    }
    String key = steps.isEmpty() ? "reference" : steps.get(0);
    if (steps.isEmpty()) {
      return object.text(key) == null ? List.of() : List.of(object.text(key));
    }
    return object.get(key) == null
        ? List.of()
        : references(object.get(key), steps.subList(1, steps.size()));
  }

  private void patient(String text, Set<String> patients) {
    boolean ours = upstream != null && text.startsWith(upstream + "/");
    String path = ours ? text.substring(upstream.length() + 1) : text;
    String id = path.startsWith("Patient/") ? path.substring(8).split("[/?#|]", 2)[0] : "";
    if (!id.isEmpty() && id.length() <= 64) {
      patients.add(id);
    }
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
    Raw made = Making.of(method, found.type(), (Raw) value, holder, place.type(), patient);
    return made == null ? NOTHING : made;
  }
}
