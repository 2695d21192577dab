package io.sallyport.policy.redact.naive;

import io.sallyport.policy.fhir.Results;
import io.sallyport.policy.redact.naive.Fhir.Element;
import io.sallyport.policy.redact.naive.Fhir.Found;
import io.sallyport.policy.redact.naive.Tree.Arr;
import io.sallyport.policy.redact.naive.Tree.Member;
import io.sallyport.policy.redact.naive.Tree.Obj;
import java.util.ArrayList;
import java.util.List;

/** What a caller asked for of what a role sees, on a tree. */
public final class NaiveProjection {
  private final Fhir fhir = Fhir.r4();
  private final Results results;

  public NaiveProjection(Results results) {
    this.results = results;
  }

  /** The part asked for. */
  public Tree project(Tree resource) {
    return results.subset() ? object((Obj) resource, type((Obj) resource), true) : resource;
  }

  private static String type(Obj resource) {
    return resource.text("resourceType");
  }

  private Obj object(Obj object, String type, boolean root) {
    List<Member> left = new ArrayList<>();
    for (Member member : object.members()) {
      Found found = fhir.find(type, member.key());
      if (found == null || named(found.element(), root) || found.element().required()) {
        Tree value = found == null ? member.value() : value(member.value(), found, root);
        if (value == null && found.element().required()) {
          value = member.value();
        }
        if (value != null) {
          left.add(new Member(member.raw(), member.key(), value));
        }
      }
    }
    return left.isEmpty() ? null : new Obj(left);
  }

  private boolean named(Element element, boolean root) {
    boolean identity = root && (element.name().equals("id") || element.name().equals("meta"));
    if (identity || element.modifier()) {
      return true;
    }
    return switch (results.summary()) {
      case "true" -> element.summary();
      case "text" -> element.name().equals("text");
      case "data" -> !element.name().equals("text");
      default -> results.elements().contains(element.name());
    };
  }

  private Tree value(Tree value, Found found, boolean root) {
    boolean meta = root && found.element().name().equals("meta");
    if (!results.summary().equals("true")
        || fhir.isPrimitive(found.type())
        || found.element().modifier()
        || meta) {
      return value;
    }
    if (!(value instanceof Arr list)) {
      return single((Obj) value, found);
    }
    List<Tree> left = new ArrayList<>();
    for (Tree item : list.items()) {
      Tree some = single((Obj) item, found);
      if (some != null) {
        left.add(some);
      }
    }
    return left.isEmpty() ? null : new Arr(left);
  }

  private Tree single(Obj value, Found found) {
    return found.type().equals("Resource")
        ? object(value, type(value), true)
        : object(value, found.type(), false);
  }
}
