package io.sallyport.policy.fhir;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * One FHIR version as data: its types, their elements, its search parameters and its patient
 * compartment. Read from a compact resource that the build extracts from the published definitions,
 * so that start-up parses no 20 MB of XML. Immutable.
 */
public final class Definitions {
  /**
   * A resource type, datatype, primitive or backbone element with its direct children.
   *
   * @param name {@code Patient}, {@code HumanName}, {@code string}, or for an anonymous backbone
   *     its path {@code Patient.contact}
   * @param kind what it is
   * @param parent the type it specializes ({@code DomainResource}, {@code Element}), "" for none
   * @param elements inherited ones included, in the order of the definition
   */
  public record Type(String name, Kind kind, String parent, List<Element> elements) {}

  /**
   * What a {@link Type} is. Abstract ones (Element, Resource, DomainResource) are of their kind.
   */
  public enum Kind {
    RESOURCE,
    DATATYPE,
    PRIMITIVE,
    BACKBONE
  }

  /**
   * One element.
   *
   * @param name {@code birthDate}; a choice without its {@code [x]}: {@code deceased}
   * @param path {@code Patient.birthDate}
   * @param min 0 or 1 and more
   * @param list whether it repeats (a JSON array)
   * @param choice whether its JSON key carries its type: {@code deceasedBoolean}
   * @param modifier isModifier of the definition
   * @param summary isSummary of the definition
   * @param types the names of its possible {@link Type}s; the backbone's own path for an anonymous
   *     one, or the path a content reference names; {@code Resource} for {@code contained}
   */
  public record Element(
      String name,
      String path,
      int min,
      boolean list,
      boolean choice,
      boolean modifier,
      boolean summary,
      List<String> types) {}

  /**
   * One search parameter as published.
   *
   * @param code {@code birthdate}
   * @param type {@code date}, {@code token}, {@code reference}, ...
   * @param bases the resource types it searches
   * @param expression its FHIRPath, "" when it has none
   * @param components for composites: the (definition code, expression) of each part
   * @param targets for references: the resource types they may lead to
   */
  public record SearchParameter(
      String code,
      String type,
      List<String> bases,
      String expression,
      List<Map.Entry<String, String>> components,
      List<String> targets) {}

  private final String version;
  private final Map<String, Type> types;
  private final List<String> resources;
  private final Set<String> concrete;
  private final Map<String, Map<String, SearchParameter>> parameters;
  private final Map<String, List<String>> compartment;
  private final Map<String, List<String>> patients;

  Definitions(
      String version,
      Map<String, Type> types,
      List<String> resources,
      Map<String, Map<String, SearchParameter>> parameters,
      Map<String, List<String>> compartment,
      Map<String, List<String>> patients) {
    this.version = version;
    this.types = types;
    this.resources = resources;
    this.concrete = Set.copyOf(resources);
    this.parameters = parameters;
    this.compartment = compartment;
    this.patients = patients;
  }

  /** The same with search parameters of somebody's own, by type and code. */
  public Definitions with(List<SearchParameter> own) {
    if (own.isEmpty()) {
      return this;
    }
    Map<String, Map<String, SearchParameter>> all = new HashMap<>();
    parameters.forEach((type, codes) -> all.put(type, new TreeMap<>(codes)));
    for (SearchParameter parameter : own) {
      for (String base : parameter.bases()) {
        all.computeIfAbsent(base, type -> new TreeMap<>()).put(parameter.code(), parameter);
      }
    }
    return new Definitions(version, types, resources, all, compartment, patients);
  }

  /** FHIR R4 (4.0.1). Read once, in some tens of milliseconds. */
  public static Definitions r4() {
    return R4.DEFINITIONS;
  }

  private static final class R4 {
    static final Definitions DEFINITIONS = new DefinitionsReader("R4").read("r4.definitions");
  }

  /** The version's short name: {@code R4}. */
  public String version() {
    return version;
  }

  /** A type by name or backbone path; null when there is none. */
  public Type type(String name) {
    return types.get(name);
  }

  /** The concrete resource types, in alphabetical order. */
  public Collection<String> resources() {
    return resources;
  }

  /** Whether this is a concrete resource type. */
  public boolean isResource(String name) {
    Type type = types.get(name);
    return type != null && type.kind() == Kind.RESOURCE && concrete.contains(name);
  }

  /** Every type. */
  public Collection<Type> types() {
    return types.values();
  }

  /** A type's search parameter by code (those of Resource and DomainResource too); null if none. */
  public SearchParameter searchParameter(String type, String code) {
    return parameters.getOrDefault(type, Map.of()).get(code);
  }

  /** All search parameters of a type (those of Resource and DomainResource too). */
  public Collection<SearchParameter> searchParameters(String type) {
    return parameters.getOrDefault(type, Map.of()).values();
  }

  /**
   * The codes of the search parameters that put a resource of this type into a patient's
   * compartment, from the CompartmentDefinition; empty when the type is not a member.
   */
  public List<String> patientCompartment(String type) {
    return compartment.getOrDefault(type, List.of());
  }

  /**
   * The paths of the elements that name the patient a resource is about (a Reference each), as
   * {@code Observation.subject}: what the search parameters patient, subject and beneficiary read.
   * Empty for Patient itself and for types that have none.
   */
  public List<String> patientPaths(String type) {
    return patients.getOrDefault(type, List.of());
  }
}
