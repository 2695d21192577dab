package io.sallyport.policy.condition;

import com.google.common.collect.ImmutableCollection;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import dev.cel.common.types.CelType;
import dev.cel.common.types.CelTypeProvider;
import dev.cel.common.types.ListType;
import dev.cel.common.types.SimpleType;
import dev.cel.common.types.StructType;
import dev.cel.common.types.StructTypeReference;
import io.sallyport.policy.fhir.Definitions;
import io.sallyport.policy.fhir.Definitions.Element;
import io.sallyport.policy.fhir.Definitions.Kind;
import io.sallyport.policy.fhir.Definitions.Type;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * FHIR's types as a condition reads them: an element by its JSON key, a Coding and an Identifier as
 * the text {@code system|code}, a CodeableConcept as the list of its codings, a Reference as the
 * text {@code Type/id}, dates and times as text, what repeats as a list. Extensions, narrative and
 * resources inside are not read.
 */
final class FhirTypes implements CelTypeProvider {
  private static final Set<String> UNREAD = Set.of("Extension", "Narrative", "Resource", "xhtml");
  private static final Set<String> TEXT = Set.of("Coding", "Identifier", "Reference");

  private final Definitions definitions;

  FhirTypes(Definitions definitions) {
    this.definitions = definitions;
  }

  @Override
  public ImmutableCollection<CelType> types() {
    return ImmutableList.of(); // found by name: there are some hundred, and a condition names few
  }

  @Override
  public Optional<CelType> findType(String name) {
    Type type = definitions.type(name);
    if (type == null || type.kind() == Kind.PRIMITIVE) {
      return Optional.empty();
    }
    Map<String, CelType> fields = fields(type);
    return Optional.of(
        StructType.create(
            name,
            ImmutableSet.copyOf(fields.keySet()),
            field -> Optional.ofNullable(fields.get(field))));
  }

  private Map<String, CelType> fields(Type type) {
    Map<String, CelType> fields = new LinkedHashMap<>();
    for (Element element : type.elements()) {
      for (String of : element.types()) {
        if (!UNREAD.contains(of)) {
          fields.put(key(element, of), cel(of, element.list()));
        }
      }
    }
    return fields;
  }

  private static String key(Element element, String type) {
    return element.choice()
        ? element.name() + Character.toUpperCase(type.charAt(0)) + type.substring(1)
        : element.name();
  }

  private CelType cel(String type, boolean list) {
    if (type.equals("CodeableConcept")) {
      return ListType.create(SimpleType.STRING); // those of several are one list
    }
    return list ? ListType.create(one(type)) : one(type);
  }

  private CelType one(String type) {
    Type definition = definitions.type(type);
    if (definition != null && definition.kind() != Kind.PRIMITIVE) {
      return TEXT.contains(type) ? SimpleType.STRING : StructTypeReference.create(type);
    }
    return switch (type) {
      case "boolean" -> SimpleType.BOOL;
      case "integer", "positiveInt", "unsignedInt" -> SimpleType.INT;
      case "decimal" -> SimpleType.DOUBLE;
      default -> SimpleType.STRING;
    };
  }

  /** Of some of a resource type's elements, by their keys, what a condition reads. */
  Map<String, CelType> fields(String resource, Set<String> keys) {
    Map<String, CelType> some = fields(definitions.type(resource));
    some.keySet().retainAll(keys);
    return some;
  }

  /**
   * The keys below a path from a type, as {@code resource.period} has; none where it is a value.
   */
  Set<String> keys(String type, List<String> path) {
    CelType here = StructTypeReference.create(type);
    for (String step : path) {
      StructType struct = struct(here);
      here = struct == null ? null : struct.findField(step).map(f -> f.type()).orElse(null);
    }
    StructType struct = struct(here);
    return struct == null ? Set.of() : struct.fieldNames();
  }

  private StructType struct(CelType type) {
    CelType found = type == null ? null : findType(type.name()).orElse(null);
    return found instanceof StructType struct ? struct : null;
  }
}
