package io.sallyport.policy.redact.naive;

import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.context.support.DefaultProfileValidationSupport;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.hl7.fhir.instance.model.api.IBaseResource;
import org.hl7.fhir.r4.model.ElementDefinition;
import org.hl7.fhir.r4.model.StructureDefinition;
import org.hl7.fhir.r4.model.StructureDefinition.StructureDefinitionKind;
import org.hl7.fhir.r4.model.StructureDefinition.TypeDerivationRule;

/** FHIR R4's types and elements, as HAPI reads them from the published StructureDefinitions. */
public final class Fhir {
  private static final class R4 {
    static final Fhir FHIR = new Fhir();
  }

  /** An element: its name without {@code [x]}, and the types it may have. */
  public record Element(
      String name,
      boolean list,
      boolean required,
      boolean choice,
      boolean modifier,
      boolean summary,
      List<String> types) {
    /** The JSON key under which a value of one of its types stands. */
    public String key(String type) {
      return choice ? name + Character.toUpperCase(type.charAt(0)) + type.substring(1) : name;
    }
  }

  /** An element and the type that a JSON key says it has. */
  public record Found(Element element, String type, boolean underscore) {}

  private record Type(String parent, boolean primitive, Map<String, Found> keys) {}

  private final Map<String, Type> types = new HashMap<>();
  private final Set<String> resources = new TreeSet<>();

  private Fhir() {
    for (IBaseResource each :
        new DefaultProfileValidationSupport(FhirContext.forR4Cached())
            .fetchAllStructureDefinitions()) {
      StructureDefinition definition = (StructureDefinition) each;
      if (definition.getDerivation() != TypeDerivationRule.CONSTRAINT
          && definition.getKind() != StructureDefinitionKind.LOGICAL) {
        read(definition);
      }
    }
  }

  public static Fhir r4() {
    return R4.FHIR;
  }

  private void read(StructureDefinition definition) {
    String name = definition.getType();
    boolean primitive = definition.getKind() == StructureDefinitionKind.PRIMITIVETYPE;
    if (definition.getKind() == StructureDefinitionKind.RESOURCE && !definition.getAbstract()) {
      resources.add(name);
    }
    String base = definition.hasBaseDefinition() ? definition.getBaseDefinition() : "";
    types.put(
        name, new Type(base.substring(base.lastIndexOf('/') + 1), primitive, new HashMap<>()));
    List<ElementDefinition> elements = definition.getSnapshot().getElement();
    Set<String> parents = new TreeSet<>();
    for (ElementDefinition element : elements) {
      int dot = element.getPath().lastIndexOf('.');
      if (dot > 0) {
        parents.add(element.getPath().substring(0, dot));
      }
    }
    parents.forEach(
        parent -> types.putIfAbsent(parent, new Type("BackboneElement", false, new HashMap<>())));
    for (ElementDefinition element : elements) {
      String path = element.getPath();
      int dot = path.lastIndexOf('.');
      boolean value = primitive && path.equals(name + ".value");
      if (dot > 0 && !value && !element.getMax().equals("0")) {
        add(types.get(path.substring(0, dot)), element, parents);
      }
    }
  }

  private static void add(Type owner, ElementDefinition definition, Set<String> parents) {
    String path = definition.getPath();
    List<String> types = new ArrayList<>();
    if (parents.contains(path)) {
      types.add(path);
    } else if (definition.hasContentReference()) {
      types.add(definition.getContentReference().substring(1));
    } else {
      // xhtml.id has FHIRPath's name for a string.
      definition
          .getType()
          .forEach(
              type ->
                  types.add(
                      type.getWorkingCode().startsWith("http") ? "string" : type.getWorkingCode()));
    }
    boolean choice = path.endsWith("[x]");
    String name = path.substring(path.lastIndexOf('.') + 1).replace("[x]", "");
    boolean list = !definition.getMax().equals("1");
    Element element =
        new Element(
            name,
            list,
            definition.getMin() > 0,
            choice,
            definition.getIsModifier(),
            definition.getIsSummary(),
            types);
    for (String type : types) {
      owner.keys().put(element.key(type), new Found(element, type, false));
      if (Character.isLowerCase(type.charAt(0))) {
        owner.keys().put("_" + element.key(type), new Found(element, type, true));
      }
    }
  }

  public Set<String> resources() {
    return resources;
  }

  /** What a JSON key stands for in an object of a type; null when the type has no such element. */
  public Found find(String type, String key) {
    Type definition = types.get(type);
    return definition == null ? null : definition.keys().get(key);
  }

  /** Every key that objects of a type may have. */
  public Map<String, Found> keys(String type) {
    return types.containsKey(type) ? types.get(type).keys() : Map.of();
  }

  public boolean isPrimitive(String type) {
    return types.get(type).primitive();
  }

  /** Whether a type is another, or specializes it. */
  public boolean is(String type, String other) {
    for (String t = type; types.containsKey(t); t = types.get(t).parent()) {
      if (t.equals(other)) {
        return true;
      }
    }
    return false;
  }
}
