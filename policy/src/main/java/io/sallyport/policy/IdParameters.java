package io.sallyport.policy;

import io.sallyport.policy.fhir.Definitions;
import io.sallyport.policy.fhir.Definitions.SearchParameter;
import io.sallyport.policy.fhir.Interaction.Parameter;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BinaryOperator;

/** Where in a search ids stand: in {@code _id} and in references, also at the end of a chain. */
final class IdParameters {
  private final Definitions definitions;
  private final String base;

  /**
   * @param base ours, by which a caller may write a reference; "" for none
   */
  IdParameters(Definitions definitions, String base) {
    this.definitions = definitions;
    this.base = base;
  }

  /** The parameter at the end of a chain, and the type it is of. */
  private record Leaf(String type, String name, String modifier) {}

  /** Whether the values of a parameter are ids. */
  boolean has(String type, Parameter parameter) {
    Leaf leaf = leaf(type, parameter.code());
    return leaf != null && (isId(leaf) || isReference(leaf));
  }

  /**
   * The parameter with other ids.
   *
   * @param type of the resources that are searched
   * @param names makes another id of a type and an id; null when there is none
   * @return null when there is none for any of its values; those for which there is none are left
   *     out of others
   */
  Parameter with(String type, Parameter parameter, BinaryOperator<String> names) {
    Leaf leaf = leaf(type, parameter.code());
    List<String> values = new ArrayList<>();
    for (String value : parameter.value().split(",", -1)) {
      String other = isId(leaf) ? names.apply(leaf.type(), value) : reference(leaf, value, names);
      if (other != null) {
        values.add(other);
      }
    }
    return values.isEmpty()
        ? null
        : new Parameter(parameter.name(), parameter.modifier(), String.join(",", values));
  }

  private String reference(Leaf leaf, String value, BinaryOperator<String> names) {
    boolean absolute = !base.isEmpty() && value.startsWith(base + "/");
    String[] parts = (absolute ? value.substring(base.length() + 1) : value).split("/", -1);
    if (parts.length == 2 && definitions.isResource(parts[0])) {
      String id = names.apply(parts[0], parts[1]);
      return id == null ? null : parts[0] + "/" + id;
    }
    if (parts.length != 1) {
      return null;
    }
    // Without a type: of which one it is, the pseudonym itself tells.
    for (String type : types(leaf)) {
      String id = names.apply(type, parts[0]);
      if (id != null) {
        return leaf.modifier().isEmpty() ? type + "/" + id : id;
      }
    }
    return null;
  }

  private List<String> types(Leaf leaf) {
    if (!leaf.modifier().isEmpty()) {
      return List.of(leaf.modifier());
    }
    List<String> targets = Chains.targets(definitions.searchParameter(leaf.type(), leaf.name()));
    List<String> types = new ArrayList<>(targets);
    types.sort((a, b) -> Boolean.compare(b.equals("Patient"), a.equals("Patient")));
    return types;
  }

  private static boolean isId(Leaf leaf) {
    return leaf.name().equals("_id") && leaf.modifier().isEmpty();
  }

  private boolean isReference(Leaf leaf) {
    SearchParameter parameter = definitions.searchParameter(leaf.type(), leaf.name());
    return parameter != null
        && parameter.type().equals("reference")
        && (leaf.modifier().isEmpty() || definitions.isResource(leaf.modifier()));
  }

  /** Null when a chain leads nowhere, which is refused elsewhere. */
  private Leaf leaf(String type, String code) {
    String here = type;
    String rest = code;
    while (here != null) {
      if (rest.startsWith("_has:")) {
        String[] parts = rest.split(":", 4);
        here = parts.length == 4 ? parts[1] : null;
        rest = parts[parts.length - 1];
      } else if (rest.indexOf('.') >= 0) {
        String step = rest.substring(0, rest.indexOf('.'));
        rest = rest.substring(rest.indexOf('.') + 1);
        here = target(here, step);
      } else {
        int colon = rest.indexOf(':');
        return colon < 0
            ? new Leaf(here, rest, "")
            : new Leaf(here, rest.substring(0, colon), rest.substring(colon + 1));
      }
    }
    return null;
  }

  private String target(String type, String step) {
    int colon = step.indexOf(':');
    if (colon >= 0) {
      return step.substring(colon + 1);
    }
    SearchParameter parameter = definitions.searchParameter(type, step);
    List<String> targets = parameter == null ? List.of() : Chains.targets(parameter);
    return targets.size() == 1 ? targets.get(0) : null;
  }
}
